"""Symmetry: the same position turned and mirrored, the network's answers to all eight, and their average."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components.go_board import Film, go_board
from cnnviz.engine.requests import AnswerTurned, ModelChoice
from cnnviz.go import planes
from cnnviz.go.board import SIDE, coordinate
from cnnviz.go.steps import Steps, steps
from cnnviz.ui.engine import ask, ask_each
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Switch
from cnnviz.ui.go.state import PASS, GameForm, Line, shares_of
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import percent, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("go_symmetry")
FORM = Form(WORDS, screen="go", part="Symmetry")
GAMES = GameForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
COUNT = 8
VIEW = Number("turn", 0, low=0, high=COUNT, slider=False)
WHOLE_GAME = Switch("whole", False)
PRESETS: dict[str, Preset] = {"opening": {"step": 6}, "middle": {"step": 90}, "average": {"step": 90, "turn": COUNT}}


@dataclass(frozen=True, eq=False)
class State:
    """A line and a network."""

    line: Line
    model: ModelChoice


@dataclass(frozen=True, eq=False)
class Answers:
    """The probabilities (8, 361) as the network gives them to the turned boards, and turned `back`."""

    turned: NDArray[np.float64]
    back: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """The average of the eight, on the board as it is."""
        mean: NDArray[np.float64] = self.back.mean(axis=0)
        return mean


def answers_of(scores: NDArray[np.float32]) -> Answers:
    """Return what the scores (8, 361) for the eight views say."""
    shares = shares_of(scores)
    squares = shares.reshape(COUNT, SIDE, SIDE)
    back = np.stack([planes.undone(square, number).ravel() for number, square in enumerate(squares)])
    return Answers(shares, back)


def moved(number: int) -> NDArray[np.intp]:
    """Return where each point of the board, (361,), lies under a symmetry."""
    return np.argsort(planes.symmetry(np.arange(SIDE * SIDE).reshape(SIDE, SIDE), number).ravel())


def _read() -> State | None:
    line = GAMES.line()
    return None if line is None else State(line, GAMES.network())


def _find(state: State) -> Answers | None:
    answer = ask(AnswerTurned(state.model, state.line.shown))
    return None if answer is None else answers_of(answer.found)


def _views(line: Line) -> Steps:
    """Return the position under the eight symmetries, and once more as it is."""
    now = steps(line.shown, line.at)
    square, last = now.points[0].reshape(SIDE, SIDE), int(now.moves[0])
    numbers = [*range(COUNT), 0]
    on = 0 <= last < PASS
    return Steps(
        np.stack([planes.symmetry(square, number).ravel() for number in numbers]),
        np.array([moved(number)[last] if on else -1 for number in numbers], np.int16),
        np.repeat(now.turns, COUNT + 1),
        np.repeat(now.captured, COUNT + 1, axis=0),
    )


def _draw(state: State, found: Answers) -> None:
    def act(value: Mapping[str, Any]) -> None:
        if "at" in value:
            FORM.set(VIEW, min(max(int(value["at"]), 0), COUNT))

    go_board(
        Film(_views(state.line), np.concatenate([found.turned, found.mean[None]])),
        at=FORM.get(VIEW),
        labels=[*_names(), label("view.mean")],
        words={"slider": text("slider"), "pick": text("pick")},
        key=FORM.key("board"),
        on_act=act,
    )


def _names() -> list[str]:
    return [label(f"view.{number}") for number in range(COUNT)]


def gaps(back: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each of the eight answers, turned back, is from the first, (8,): half the sum of differences."""
    distances: NDArray[np.float64] = np.abs(back - back[0]).sum(axis=1) / 2
    return distances


def _show_notes(state: State, found: Answers) -> None:
    """List the eight answers on the board as it is, and say how far apart they are."""
    firsts = found.back.argmax(axis=1)
    best = int(firsts[0])
    st.table(
        {
            label("column.view"): [*_names(), label("view.mean")],
            label("column.first"): [coordinate(int(each)) for each in (*firsts, found.mean.argmax())],
            text("column_share", point=coordinate(best)): [
                percent(each, 1) for each in (*found.back[:, best], found.mean[best])
            ],
            label("column.gap"): [percent(each, 1) for each in gaps(np.vstack([found.back, found.mean]))],
        },
        border="horizontal",
    )
    say("said", gap=percent(gaps(found.back)[1:].mean(), 1), different=len(set(firsts.tolist())))
    say("why")


def _show_whole_game(state: State, found: Answers) -> None:
    """Count how often a single answer and the average of eight are the move that was played."""
    st.subheader(label("whole_title"))
    FORM.draw(WHOLE_GAME)
    line = state.line
    played = line.game.placed
    if not FORM.get(WHOLE_GAME) or not played:
        say("whole_off", count=whole(COUNT * len(played)))
        return
    records = [line.game.up_to(step) for step, _ in played]
    answers = ask_each([AnswerTurned(state.model, each) for each in records], WORDS)
    if answers is None:
        return
    each = [answers_of(answer.found) for answer in answers]
    single = np.mean([one.back[0].argmax() == where for one, (_, where) in zip(each, played, strict=True)])
    mean = np.mean([one.mean.argmax() == where for one, (_, where) in zip(each, played, strict=True)])
    gap = np.mean([gaps(one.back)[1:].mean() for one in each])
    say("whole_said", count=len(played), single=percent(single, 1), mean=percent(mean, 1), gap=percent(gap, 1))


def question(state: State, found: Answers, number: int) -> Question:
    """Ask where a move lies on the turned board."""
    chance = Random(number)
    turn = chance.choice([1, 2, 3, 4, 5, 6, 7])
    # A point whose eight images differ: on none of the board's four axes.
    asymmetric = [
        row * SIDE + column
        for row in range(SIDE)
        for column in range(SIDE)
        if row != column and row + column != SIDE - 1 and SIDE // 2 not in (row, column)
    ]
    where = chance.choice(asymmetric)
    others = [each for each in (1, 3, 2, 4, 6, 5, 7, 0) if each != turn]
    names = {"point": coordinate(where), "view": label(f"view.{turn}"), "there": coordinate(int(moved(turn)[where]))}
    return Question(
        text("predict", **names),
        coordinate(int(moved(turn)[where])),
        [coordinate(int(moved(each)[where])) for each in others],
        text("predict_why", **names),
    )


def code(state: State, found: Answers) -> str:
    """Return the few lines of Python that do the same."""
    return text("code", network=state.model.name, game=GAMES.name_in_python(), at=state.line.at)


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
        more=_show_whole_game,
        question=question,
        code=code,
        height=600,
    ).show()
