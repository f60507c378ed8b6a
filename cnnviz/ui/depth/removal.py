"""What a network predicts with one residual block left out, and what a plain network loses with one of its own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.engine.requests import WithoutBlock
from cnnviz.engine.results import Floats
from cnnviz.figures.block_bars import block_bars
from cnnviz.figures.classes import top_classes
from cnnviz.ui.chart import chart
from cnnviz.ui.depth.both import show_both
from cnnviz.ui.depth.recorded import curves
from cnnviz.ui.depth.state import State
from cnnviz.ui.depth.state import read as read_state
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask_each
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.numbers import percent, whole_in_latex
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import SubjectForm
from cnnviz.ui.words import COMMON, Words

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

WORDS = Words("depth_removal")
FORM = Form(WORDS, screen="depth", part="Removal")
SUBJECT = SubjectForm(FORM)
say, text = WORDS.say, WORDS.text
DEPTH = Choice("depth", "20", options=("8", "20", "44"), style="buttons", technical=True)
_VARIANTS = ("plain", "residual")


@dataclass(frozen=True, eq=False)
class Answers:
    """Probabilities (K,) of the whole network, and without each block (B, K)."""

    whole: Floats
    without: Floats

    @property
    def best(self) -> int:
        """The class that the whole network predicts."""
        return int(np.argmax(self.whole))


def read() -> State | None:
    """Return what the form says."""
    return read_state(FORM, SUBJECT)


def find(state: State) -> Answers | None:
    """Return all answers, or None after an error was shown."""
    numbers: list[int | None] = [None, *range(len(state.additions))]
    found = ask_each([WithoutBlock(at=at, **state.subject.given) for at in numbers], COMMON)
    if found is None:
        return None
    first, *rest = (each.found for each in found)
    return Answers(first, np.stack(rest))


def _name(state: State, answers: Answers, number: int) -> str:
    names = state.subject.card.classes
    return names[number] if len(names) == len(answers.whole) else text("class", number=number)


def _bars(state: State, answers: Answers) -> "Figure":
    name = _name(state, answers, answers.best)
    without = {name: answers.without[None, :, answers.best].astype(float)}
    whole_share = {name: float(answers.whole[answers.best])}
    return block_bars(without, whole=whole_share, at=state.at, height=320, x=text("x_block"), y=text("y_probability"))


def _draw(state: State, answers: Answers) -> None:
    """Draw the probability of the answer without each block, and the answer without the chosen one."""
    bars_box, classes_box = st.columns([3, 2], gap="medium")
    name = _name(state, answers, answers.best)
    with bars_box:
        say("title", name=name, share=percent(answers.whole[answers.best], 1))
    chart(_bars(state, answers), key=FORM.key("bars"), at=bars_box, alt=text("alt", name=name))
    shares = answers.without[state.at]
    classes = [_name(state, answers, number) for number in range(len(shares))]
    with classes_box:
        say("without", block=state.block.options[state.at], number=state.at + 1)
    chart(top_classes(shares, classes), key=FORM.key("classes"), at=classes_box, alt=text("alt_classes"))
    FORM.draw(state.block, columns=2)


def _show_notes(state: State, answers: Answers) -> None:
    """Say how many blocks can be left out without another answer, and which one is missed most."""
    shares = answers.without[:, answers.best]
    kept = int((answers.without.argmax(axis=1) == answers.best).sum())
    worst = int(shares.argmin())
    names = state.block.options
    numbers = {"kept": kept, "count": len(shares), "lowest": percent(shares[worst], 1)}
    say("kept", name=_name(state, answers, answers.best), worst=names[worst], number=worst + 1, **numbers)
    say("paths", count=len(shares))


def _show_formulas(state: State, answers: Answers) -> None:
    """Typeset a block without its branch, and the paths through all blocks."""
    st.latex(text("formula_block"))
    count = len(state.additions)
    paths = {"paths": whole_in_latex(2**count), "left": whole_in_latex(2 ** (count - 1))}
    st.latex(text("formula_paths", count=count, one_less=count - 1, **paths))


def _recorded() -> tuple["Figure", dict[str, np.ndarray], dict[str, float]]:
    """Return the figure of the recorded errors without each block, and its numbers by variant."""
    found, depth = curves(), FORM.get(DEPTH)
    removed = {name: found.removed[f"{name}-{depth}"] for name in _VARIANTS}
    complete = {name: float(found.test[f"{name}-{depth}"][:, -1].mean()) for name in _VARIANTS}
    lines = {text(f"line_{name}"): each for name, each in removed.items()}
    level = {text(f"line_{name}"): each for name, each in complete.items()}
    return block_bars(lines, whole=level, height=320, x=text("x_block"), y=text("y_error")), removed, complete


def _show_recorded(state: State, answers: Answers) -> None:
    """Show what plain and residual networks of the recipe lose with one block, and offer the numbers."""
    st.subheader(text("recorded_title"))
    say("recorded")
    FORM.draw(DEPTH, columns=1)
    figure, removed, complete = _recorded()
    chart(figure, key=FORM.key("recorded"), alt=text("alt_recorded"))
    numbers: dict[str, str] = {}
    for name, runs in removed.items():
        kept = runs[:, np.isfinite(runs[0])].mean(axis=0)
        numbers |= {f"{name}_low": percent(kept.min(), 1), f"{name}_high": percent(kept.max(), 1)}
        numbers[name] = percent(complete[name], 1)
    say("recorded_said", depth=FORM.get(DEPTH), chance=percent(0.9), **numbers)
    names, shares = state.block.options, answers.without[:, answers.best]
    rows = [(names[at], *each.size, each.branch, each.shortcut, shares[at]) for at, each in enumerate(state.additions)]
    show_both(FORM)
    columns = ["block", "channels", "height", "width", "RMS of F(x)", "RMS of x", "probability without it"]
    table = pd.DataFrame(rows, columns=columns)
    offer_downloads(FORM, "without-a-block", text("recorded_title"), table, (_bars(state, answers), figure))


def question(state: State, answers: Answers, number: int) -> Question:
    """Ask in turn for the paths through so many blocks, and for what is left of them without some."""
    turn, kind = divmod(number, 2)
    blocks = 3 + turn % 8
    right: int = 2**blocks
    if kind == 0:
        slips = [2 * blocks, blocks**2, blocks + 1, 2 ** (blocks - 1)]
        asked = text("predict_paths", blocks=blocks)
        why = text("predict_paths_why", blocks=blocks, right=right)
        return Question(asked, right, [each for each in slips if each != right], why)
    removed = 1 + (turn + turn // 8) % 3
    left = 2 ** (blocks - removed)
    numbers = {"blocks": blocks, "removed": removed, "left": blocks - removed}
    shares = [percent(2.0**-each, 1) for each in (removed, 0, removed + 1)] + [percent(1 - removed / blocks, 1)]
    why = text("predict_left_why", right=left, paths=right, share=shares[0], **numbers)
    return Question(text("predict_left", **numbers), shares[0], [each for each in shares[1:] if each != shares[0]], why)


def code(state: State, answers: Answers) -> str:
    """Return the few lines of Python that leave a block out."""
    return text("code", size=(1, *state.subject.card.input_size), at=state.at, **in_python(state.subject.model))


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    Part(
        form=FORM,
        read=read,
        find=find,
        stage=_draw,
        notes=_show_notes,
        formulas=_show_formulas,
        more=_show_recorded,
        question=question,
        code=code,
        height=440,
    ).show()
