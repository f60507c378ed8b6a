"""The ladder: a fight that runs across the board, read to its end beside what a prediction sees of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.components.go_board import Film, go_board
from cnnviz.engine.requests import AnswerChanged, AnswerGame, ModelChoice
from cnnviz.engine.results import Floats
from cnnviz.go.board import SIDE, WHITE, coordinate, point
from cnnviz.go.games import ladder
from cnnviz.go.ladders import Ladder, read_ladder
from cnnviz.go.records import Record
from cnnviz.go.steps import steps
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Switch, Text
from cnnviz.ui.go.state import Box, GameForm, field_of, is_point, network_choice, shares_of
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import fixed, percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("go_ladder")
FORM = Form(WORDS, screen="go", part="Ladder")
GAMES = GameForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
BREAKER = Text("breaker", "Q16", ("rung",), valid=is_point)
PRESENT = Switch("present", True, ("rung",))
EVERYWHERE = Switch("everywhere", False)
# The white stone that is in atari, and where it would run to.
STONE, RUN = point("D4"), point("E4")
PRESETS: dict[str, Preset] = {
    "without": {"present": False},
    "far": {"breaker": "Q16"},
    "near": {"breaker": "H9"},
    "beside": {"breaker": "T10"},
}


@dataclass(frozen=True, eq=False)
class State:
    """The position with the breaker, without it, the one that is shown, how the ladder goes there, and a network."""

    breaker: int
    present: bool
    model: ModelChoice
    read: Ladder
    broken: Ladder
    plain: Ladder

    @property
    def record(self) -> Record:
        """The shown position and the ladder played out, after the one move of the position's record."""
        position = with_breaker(self.breaker) if self.present else ladder()
        return replace(position, moves=(*position.moves, *self.read.moves))


@dataclass(frozen=True, eq=False)
class Answers:
    """The scores (N, 361) at every step that is shown, and (361,) at the position with and without the breaker."""

    played: Floats
    broken: Floats
    plain: Floats
    box: Box | None


def with_breaker(where: int) -> Record:
    """Return the position with one more white stone."""
    return replace(ladder(), white=(*ladder().white, where))


@lru_cache(maxsize=512)
def outcome(where: int | None) -> Ladder:
    """Return how the ladder goes with a white stone on a point, or without one."""
    return read_ladder((ladder() if where is None else with_breaker(where)).board(1), STONE)


def free_points() -> list[int]:
    """Return the empty points where a white stone does not free the one in atari by its mere presence."""
    board = ladder().board(1)
    taken = {STONE + by for by in (-SIDE, SIDE, -1, 1)} | {RUN}
    return [where for where, stone in enumerate(board.stones) if not stone and where not in taken]


def _read() -> State:
    where = point(FORM.get(BREAKER))
    if where not in free_points():
        where = point(BREAKER.default)
    present = FORM.get(PRESENT)
    plain, broken = outcome(None), outcome(where)
    return State(where, present, GAMES.network(), broken if present else plain, broken, plain)


def _find(state: State) -> Answers | None:
    played = ask(AnswerGame(state.model, state.record, 1))
    both = ask(AnswerChanged(state.model, ladder(), (state.breaker,), WHITE))
    if played is None or both is None:
        return None
    return Answers(played.found, both.found[1], both.found[0], field_of(state.model, RUN))


def _rung(state: State) -> Number:
    return Number("rung", 0, low=0, high=len(state.read.moves))


def _draw(state: State, found: Answers) -> None:
    choice = _rung(state)

    def act(value: Mapping[str, Any]) -> None:
        if "pick" in value and int(value["pick"][1]) in free_points():
            FORM.set(BREAKER, coordinate(int(value["pick"][1])))
        elif "at" in value:
            FORM.set(choice, min(max(int(value["at"]), 0), choice.high))

    go_board(
        Film(steps(state.record, 1), shares_of(found.played)),
        at=FORM.get(choice),
        target=RUN,
        box=found.box,
        rings=(state.breaker,),
        words={"pick": text("pick")},
        key=FORM.key("board"),
        on_act=act,
    )


def _draw_settings() -> None:
    GAMES.own.draw(network_choice(), columns=2)
    FORM.draw(BREAKER, columns=2)
    FORM.draw(PRESENT)


def _show_notes(state: State, found: Answers) -> None:
    """Say what the ladder does with the breaker and without, and what the network gives the move that runs."""
    names = {"breaker": coordinate(state.breaker), "run": coordinate(RUN), "stone": coordinate(STONE)}
    said = {
        f"without_{_end(state.plain)}": (state.plain, found.plain),
        f"with_{_end(state.broken)}": (state.broken, found.broken),
    }
    for key, (read, scores) in said.items():
        share = percent(shares_of(scores)[RUN], 1)
        say(key, moves=len(read.moves), score=fixed(scores[RUN], 4), share=share, **names)
    change = float(found.broken[RUN]) - float(found.plain[RUN])
    if found.box is None:
        say("whole_board", change=fixed(change, 4), **names)
        return
    size = found.box[2] - found.box[0]
    say("unseen" if not _inside(found.box, state.breaker) else "seen", size=size, change=fixed(change, 4), **names)


def _end(read: Ladder) -> str:
    return "captured" if read.captured else "escapes"


def _inside(box: Box, where: int) -> bool:
    row, column = divmod(where, SIDE)
    return box[0] <= row < box[2] and box[1] <= column < box[3]


def _show_everywhere(state: State, found: Answers) -> None:
    """Draw the change of the score for a breaker at every point, and ring the points that break the ladder."""
    st.subheader(label("map_title"))
    FORM.draw(EVERYWHERE)
    points = free_points()
    if not FORM.get(EVERYWHERE):
        say("map_off", count=len(points))
        return
    answer = ask(AnswerChanged(state.model, ladder(), tuple(points), WHITE))
    if answer is None:
        return
    changes = np.zeros((1, SIDE * SIDE), np.float32)
    changes[0, points] = answer.found[1:, RUN] - answer.found[0, RUN]
    breaking = [where for where in points if not outcome(where).captured]
    go_board(
        Film(steps(ladder(), 1), changes),
        mode="signed",
        target=RUN,
        box=found.box,
        rings=breaking,
        labels=[text("map_label")],
        words={"pick": text("map_pick"), "value": text("map_value")},
        key=FORM.key("map"),
    )
    blind = [where for where in breaking if changes[0, where] == 0]
    say("map_said", breaking=len(breaking), blind=len(blind), run=coordinate(RUN))


def question(state: State, found: Answers, number: int) -> Question:
    """Ask what a white stone at some point changes: the ladder, the score, both or neither."""
    points = free_points()
    Random(number).shuffle(points)
    # The first that breaks the ladder, or that does not: to read all of them takes half a second.
    breaks = number % 2 == 0
    where = next(each for each in points if outcome(each).captured != breaks)
    changes = found.box is None or _inside(found.box, where)
    kinds = {(True, True): "both", (True, False): "ladder", (False, True): "score", (False, False): "neither"}
    right = kinds[breaks, changes]
    names = {"point": coordinate(where), "run": coordinate(RUN)}
    wrong = [label(f"changes.{kind}") for kind in kinds.values() if kind != right]
    return Question(text("predict", **names), label(f"changes.{right}"), wrong, text(f"predict_why_{right}", **names))


def code(state: State, found: Answers) -> str:
    """Return the few lines of Python that do the same."""
    return text("code", network=state.model.name, breaker=coordinate(state.breaker))


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
        more=_show_everywhere,
        question=question,
        code=code,
        height=600,
    ).show()
