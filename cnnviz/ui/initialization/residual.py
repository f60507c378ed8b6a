"""Residual blocks: their variance grows block by block, and does not where the last layer of each begins at zero."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.engine.requests import Stack
from cnnviz.figures.by_depth import by_depth
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.initialization.stacks import SEED, functions, measure, module
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import short, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.deep_stack import Measured

WORDS = Words("initialization_residual")
FORM = Form(WORDS, screen="initialization", part="Residual")
say, text = WORDS.say, WORDS.text
WIDTH = Number("width", 256, low=16, high=1024)
BLOCKS = Number("blocks", 16, low=1, high=50)
FUNCTION = functions("relu")
PRESETS: dict[str, Preset] = {
    "sixteen": {},
    "one": {"blocks": 1},
    "fifty": {"blocks": 50},
    "tanh": {"function": "tanh"},
}


@dataclass(frozen=True, eq=False)
class Both:
    """The same blocks with Kaiming's beginning `everywhere`, and with the last layer of each at `zero`."""

    everywhere: "Measured"
    zero: "Measured"

    @property
    def variances(self) -> dict[str, list[float]]:
        """Return the variances of the activations by their names."""
        return {
            text("line_everywhere"): [each.deviation**2 for each in self.everywhere.activations],
            text("line_zero"): [each.deviation**2 for each in self.zero.activations],
        }

    @property
    def gradients(self) -> dict[str, list[float]]:
        """Return the variances of the gradients by their names."""
        return {
            text("line_everywhere"): [each.deviation**2 for each in self.everywhere.gradients],
            text("line_zero"): [each.deviation**2 for each in self.zero.gradients],
        }


def read() -> Stack:
    """Return the blocks that the form says."""
    widths = (FORM.get(WIDTH),) * (FORM.get(BLOCKS) + 1)
    return Stack(widths, FORM.get(FUNCTION), "kaiming_in", residual=True, seed=FORM.get(SEED))


def find(stack: Stack) -> Both | None:
    """Return what both do, or None after an error was shown."""
    everywhere = measure(stack)
    zero = None if everywhere is None else measure(replace(stack, last_zero=True))
    return None if everywhere is None or zero is None else Both(everywhere, zero)


def _figures(both: Both) -> tuple[go.Figure, go.Figure]:
    x = text("axis_block")
    return (
        by_depth(both.variances, x=x, y=text("axis_variance"), height=340),
        by_depth(both.gradients, x=x, y=text("axis_gradient"), height=340),
    )


def _draw(stack: Stack, both: Both) -> None:
    boxes = st.columns(2, gap="large")
    for name, figure, box in zip(("variance", "gradient"), _figures(both), boxes, strict=True):
        with box:
            say(f"{name}_title")
        chart(figure, key=FORM.key(name), at=box, alt=text(f"{name}_alt"))


def _show_notes(stack: Stack, both: Both) -> None:
    """Say by what factor the variance grows, and that the gradient still flows."""
    numbers = {"blocks": stack.depth, "factor": short(_factor(both), 3)}
    first, last = both.everywhere.activations[0].deviation ** 2, both.everywhere.activations[-1].deviation ** 2
    say("grows", first=short(first, 2), last=short(last, 3), **numbers)
    top, bottom = both.zero.gradients[-1].deviation, both.zero.gradients[0].deviation
    say(
        "stays", variance=short(both.zero.activations[-1].deviation ** 2, 3), top=short(top, 3), bottom=short(bottom, 3)
    )
    one, two = both.zero.weight_gradients.mean(axis=0)
    say("learns", first=short(one, 2), second=short(two, 2))


def _factor(both: Both) -> float:
    """Return the factor of the variance from block to block, the geometric mean."""
    ends = [both.everywhere.activations[at].deviation ** 2 for at in (0, -1)]
    return float((ends[1] / ends[0]) ** (1 / (len(both.everywhere.activations) - 1)))


def _show_formulas(stack: Stack, both: Both) -> None:
    st.latex(text("formula"))
    st.latex(text("formula_relu" if stack.function == "relu" else "formula_other", factor=short(_factor(both) - 1, 3)))


def _show_table(stack: Stack, both: Both) -> None:
    columns = {f"{of}: {name}": values for of, lines in (
        (text("axis_variance"), both.variances), (text("axis_gradient"), both.gradients),
    ) for name, values in lines.items()}  # fmt: skip
    table = pd.DataFrame({"block": range(stack.depth + 1), **columns})
    offer_downloads(FORM, "residual", text("variance_title"), table, _figures(both))


def question(stack: Stack, both: Both, number: int) -> Question:
    """Ask for the variance behind so many blocks that each add so many times what they get."""
    turn, kind = divmod(number, 2)
    blocks, added = 2 + turn % 5, 1 + (kind + turn // 5) % 3
    right = (1 + added) ** blocks
    slips = [1 + added * blocks, added**blocks, right // (1 + added), right * (1 + added), right + 1]
    numbers = {"blocks": blocks, "added": added, "factor": 1 + added}
    return Question(
        text("predict", **numbers),
        right,
        [slip for slip in slips if slip != right],
        text("predict_why", right=whole(right), **numbers),
    )


def code(stack: Stack, both: Both) -> str:
    """Return the few lines of Python that follow the variance through the blocks."""
    return text("code", width=stack.widths[0], blocks=stack.depth, function=module(stack.function))


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=_draw,
    settings=lambda: FORM.draw(BLOCKS, WIDTH, FUNCTION, SEED),
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_table,
    question=question,
    code=code,
    height=400,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
