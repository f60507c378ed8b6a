"""Take a stone away: how a move's score changes without each of the stones, one at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.components.go_board import Film, go_board
from cnnviz.engine.requests import AnswerChanged, ModelChoice
from cnnviz.engine.results import Floats
from cnnviz.go.board import SIDE, coordinate, point
from cnnviz.go.steps import Steps, steps
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Text
from cnnviz.ui.go.state import Box, GameForm, Line, field_of, is_point, shares_of
from cnnviz.ui.numbers import fixed, percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("go_occlusion")
FORM = Form(WORDS, screen="go", part="Take a stone away")
GAMES = GameForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
_LISTED = 5
PRESETS: dict[str, Preset] = {"opening": {"step": 12}, "middle": {"step": 90}, "late": {"step": 150}}


@dataclass(frozen=True, eq=False)
class State:
    """A line and a network."""

    line: Line
    model: ModelChoice

    @property
    def now(self) -> Steps:
        """The position that is looked at, alone."""
        return steps(self.line.shown, self.line.at)

    @property
    def stones(self) -> tuple[int, ...]:
        """The points with stones."""
        return tuple(np.flatnonzero(np.abs(self.now.points[0]) == 1).tolist())


@dataclass(frozen=True, eq=False)
class Answers:
    """The scores (361,) of the position, those without each of its stones (N, 361), and what a score depends on."""

    whole: Floats
    without: Floats
    box: Box | None
    target: int


def _read() -> State | None:
    line = GAMES.line()
    return None if line is None else State(line, GAMES.network())


def _target(whole: Floats) -> Text:
    """Return the choice of the move that is asked about: by default the network's first choice."""
    return Text("target", coordinate(int(whole.argmax())), valid=is_point)


def _find(state: State) -> Answers | None:
    answer = ask(AnswerChanged(state.model, state.line.shown, state.stones))
    if answer is None:
        return None
    whole, without = answer.found[0], answer.found[1:]
    target = point(FORM.get(_target(whole)))
    return Answers(whole, without, field_of(state.model, target), target)


def _drops(found: Answers) -> Floats:
    """Return by how much the score of the move falls without each stone, (N,)."""
    drops: Floats = found.whole[found.target] - found.without[:, found.target]
    return drops


def _draw(state: State, found: Answers) -> None:
    values = np.zeros((1, SIDE * SIDE), np.float32)
    values[0, list(state.stones)] = _drops(found)
    choice = _target(found.whole)

    def act(value: Mapping[str, Any]) -> None:
        if "pick" in value and 0 <= int(value["pick"][1]) < SIDE * SIDE:
            FORM.set(choice, coordinate(int(value["pick"][1])))

    go_board(
        Film(state.now, values),
        mode="signed",
        target=found.target,
        box=found.box,
        labels=[text("state", target=coordinate(found.target), step=state.line.at)],
        words={"value": text("value"), "pick": text("pick")},
        key=FORM.key("board"),
        on_act=act,
    )


def _show_notes(state: State, found: Answers) -> None:
    """List the stones that count most, and say what the others have in common."""
    stones, drops = state.stones, _drops(found)
    before = float(shares_of(found.whole)[found.target])
    say(
        "said",
        target=coordinate(found.target),
        share=percent(before, 1),
        score=fixed(found.whole[found.target], 2),
        stones=len(stones),
    )
    if not stones:
        return
    order = np.argsort(-np.abs(drops), kind="stable")[:_LISTED]
    shares = shares_of(found.without)
    board = state.now.points[0]
    st.table(
        {
            label("column.stone"): [
                f"{coordinate(stones[each])} {label('black' if board[stones[each]] == 1 else 'white')}"
                for each in order
            ],
            label("column.score"): [fixed(found.without[each, found.target], 2) for each in order],
            label("column.share"): [percent(shares[each, found.target], 1) for each in order],
            label("column.first"): [coordinate(int(found.without[each].argmax())) for each in order],
        },
        border="horizontal",
    )
    unmoved = int((drops == 0).sum())
    say("unmoved" if found.box else "all_seen", count=unmoved, stones=len(stones), target=coordinate(found.target))


def question(state: State, found: Answers, number: int) -> Question | None:
    """Ask which stone's removal lowers the share of a move most."""
    stones = state.stones
    chance = Random(number)
    candidates = np.argsort(-found.whole, kind="stable")[:12].tolist()
    target = chance.choice(candidates)
    if len(stones) < 4:
        return None
    drops = found.whole[target] - found.without[:, target]
    order = np.argsort(-drops, kind="stable")
    best = int(order[0])
    if drops[best] <= 0:
        return None
    near = [int(each) for each in order[2:6]]
    names = {"target": coordinate(target), "stone": coordinate(stones[best])}
    numbers = {"before": fixed(found.whole[target], 2), "after": fixed(found.without[best, target], 2)}
    return Question(
        text("predict", **names),
        coordinate(stones[best]),
        [coordinate(stones[each]) for each in chance.sample(near, len(near))],
        text("predict_why", **names, **numbers),
    )


def code(state: State, found: Answers) -> str:
    """Return the few lines of Python that do the same."""
    return text(
        "code",
        network=state.model.name,
        game=GAMES.name_in_python(),
        at=state.line.at,
        target=coordinate(found.target),
    )


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=_read,
        find=_find,
        stage=_draw,
        settings=GAMES.draw,
        notes=_show_notes,
        question=question,
        code=code,
        height=560,
    ).show()
