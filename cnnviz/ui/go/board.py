"""The board: a game or one of one's own, and what the network would play at every step."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.components.go_board import Film, go_board
from cnnviz.engine.requests import AnswerGame, ModelChoice
from cnnviz.engine.results import Floats
from cnnviz.go.board import BLACK, WHITE, coordinate
from cnnviz.go.steps import steps
from cnnviz.models import go_networks, shipped
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice, Switch
from cnnviz.ui.go.own_game import choose_own_game
from cnnviz.ui.go.state import GAME, OWN, PASS, WORDS, GameForm, Line, network_choice, ready, shares_of, written
from cnnviz.ui.names import named
from cnnviz.ui.numbers import percent, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea

FORM = Form(WORDS)
GAMES = GameForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
VIEW = Choice("view", "stones", options=("stones", "numbers"), style="buttons")
HEAT = Switch("heat", True)
OPPONENT = Choice("opponent", "nobody", options=("nobody", "black", "white"), style="buttons")
_COLOURS = {"nobody": 0, "black": BLACK, "white": WHITE}
_AMONG = 5
PRESETS: dict[str, Preset] = {
    "opening": {"step": 4},
    "middle": {"step": 90},
    "numbers": {"step": 90, "view": "numbers"},
    "empty": {"game": "empty"},
    "against": {"game": "empty", "opponent": "white"},
}


@dataclass(frozen=True, eq=False)
class State:
    """A line and a network."""

    line: Line
    model: ModelChoice


@dataclass(frozen=True, eq=False)
class Answers:
    """The network's scores (N, 361) at every step of the game, and those after each of one's own moves, if any."""

    game: Floats
    own: Floats | None

    def at(self, line: Line) -> Floats:
        """Return the scores (361,) at the position that is looked at."""
        if self.own is not None and line.at > line.branch:
            late: Floats = self.own[line.at - line.branch - 1]
            return late
        early: Floats = self.game[line.at]
        return early


def _read() -> State | None:
    line = GAMES.line()
    return None if line is None else State(line, GAMES.network())


def _find(state: State) -> Answers | None:
    line, model = state.line, state.model
    game = ask(AnswerGame(model, line.game))
    own = ask(AnswerGame(model, line.record, line.branch + 1)) if line.own else None
    if game is None or (line.own and own is None):
        return None
    return Answers(game.found, None if own is None else own.found)


def _draw(state: State, found: Answers) -> None:
    line = state.line
    own = None if found.own is None else Film(steps(line.record, line.branch + 1), shares_of(found.own))
    go_board(
        Film(steps(line.game), shares_of(found.game)),
        own=own,
        branch=line.branch,
        at=line.at,
        heat=FORM.get(HEAT),
        numbers=FORM.get(VIEW) == "numbers",
        plays=True,
        undo=bool(line.own),
        reply=_reply(state, found),
        key=FORM.key("board"),
        on_act=lambda value: _act(line, value),
    )


def _reply(state: State, found: Answers) -> int | None:
    """Return the move of the network where it is its turn at the end of the line, a pass after two passes never."""
    line = state.line
    board = line.record.board(line.last)
    passed = [where for _, where in line.record.moves[-2:]] == [PASS, PASS]
    if line.at < line.last or passed or board.to_move != _COLOURS[FORM.get(OPPONENT)]:
        return None
    legal = board.legal()
    return int(np.where(legal, found.at(line), -np.inf).argmax()) if legal.any() else PASS


def _act(line: Line, value: Mapping[str, Any]) -> None:
    """Do what was done on the board, in a callback."""
    if "at" in value:
        GAMES.go_to(line, int(value["at"]))
    elif "undo" in value:
        # The network would answer again at once: what it played goes as well.
        count = 1 if _COLOURS[FORM.get(OPPONENT)] == 0 else 2
        _put(line, line.own[: max(0, min(int(value["undo"]), line.last) - line.branch - count)], line.branch)
    elif "play" in value:
        step, where = (int(each) for each in value["play"])
        if not line.own and step < line.last and line.game.moves[step][1] == where:
            GAMES.go_to(line, step + 1)
        else:
            branch = min(step, line.branch)
            _put(line, (*line.own[: step - branch], where), branch)


def _put(line: Line, own: tuple[int, ...], branch: int) -> None:
    """Set the moves after the first `branch` ones of the game."""
    whole_game = branch == len(line.game.moves)
    FORM.put(
        {
            "branch": None if whole_game or not own else branch,
            "moves": written(own) or None,
            "step": None if own or whole_game else branch,
        }
    )


def _draw_settings() -> None:
    FORM.draw(GAME, network_choice(), VIEW, OPPONENT)
    FORM.draw(HEAT)
    if FORM.get(GAME) == OWN:
        choose_own_game(FORM)


def _show_notes(state: State, found: Answers) -> None:
    """Say how often the network's choice is the player's."""
    line, facts = state.line, shipped.facts_of(state.model.name)
    if state.model.random_seed is not None:
        say("untrained", command=f"python -m cnnviz.training {state.model.name}")
    say("image")
    ranks = _ranks(line, found)
    if len(ranks):
        say(
            "agreement",
            moves=len(ranks),
            first=percent((ranks == 0).mean(), 1),
            five=percent((ranks < _AMONG).mean(), 1),
        )
    if "accuracy" in facts and state.model.random_seed is None:
        split = named("cards", facts["split"])
        first, five = _shares(facts)
        say("accuracy", first=first, five=five, split=split)


def _ranks(line: Line, found: Answers) -> np.ndarray:
    """Return the place of each move of the game, passes aside, in the network's order of all points, from 0."""
    scores = found.game
    return np.array([int((scores[step] > scores[step, where]).sum()) for step, where in line.game.placed])


def _show_networks(state: State, found: Answers) -> None:
    """Compare the networks that are trained, in a table of what their cards say."""
    st.subheader(label("networks"))
    facts = {name: shipped.facts_of(name) for name in ready()}
    rows = [
        (label(f"network.{name}"), *_shares(told), whole(told["positions"]), whole(told["parameters"]))
        for name, told in facts.items()
    ]
    if rows:
        names = (label(f"column.{each}") for each in ("network", "first", "five", "positions", "parameters"))
        st.table(dict(zip(names, zip(*rows, strict=True), strict=True)), border="horizontal")
    if "go-policy-pooled" in ready():
        say("networks_said")
    for name, told in facts.items():
        if alike := told.get("taught_alike"):
            first, five = _shares(alike)
            say("networks_unlike", network=label(f"network.{name}"), first=first, five=five)
    missing = [name for name in go_networks.NAMES if name not in ready()]
    if missing:
        say("networks_missing", commands=", ".join(f"`python -m cnnviz.training {name}`" for name in missing))


def _shares(facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return how often a network's first choice was played, and one of its first five."""
    return percent(facts["accuracy"], 1), percent(facts["among_five"], 1)


def question(state: State, found: Answers, number: int) -> Question | None:
    """Ask what the network proposes at another step of the game."""
    line, chance = state.line, Random(number)
    count = len(line.game.moves)
    if count < 2:
        return None
    step = chance.randrange(1, count)
    order = np.argsort(-found.game[step], kind="stable")
    colour, before = line.game.moves[step - 1]
    shares = shares_of(found.game[step])
    wrong = [int(each) for each in (line.game.moves[step][1], *order[1:3]) if each != order[0]]
    names = {
        "step": step,
        "last": coordinate(before),
        "colour": label(f"colour.{'black' if colour == BLACK else 'white'}"),
    }
    return Question(
        text("predict", **names),
        coordinate(int(order[0])),
        [coordinate(each) for each in dict.fromkeys(wrong)],
        text(
            "predict_why",
            best=coordinate(int(order[0])),
            share=percent(shares[order[0]], 1),
            played=coordinate(line.game.moves[step][1]),
        ),
    )


def code(state: State, found: Answers) -> str:
    """Return the few lines of Python that do the same."""
    return text("code", game=GAMES.name_in_python(), at=state.line.at, network=state.model.name)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=_read,
        find=_find,
        stage=_draw,
        settings=_draw_settings,
        notes=_show_notes,
        more=_show_networks,
        question=question,
        code=code,
        height=600,
    ).show()
