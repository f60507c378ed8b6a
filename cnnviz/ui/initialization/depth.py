"""A deep stack from a way to begin: activations and gradients through depth, as a film over the layers."""

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.components.stack_film import stack_film
from cnnviz.engine.requests import Stack
from cnnviz.figures.by_depth import by_depth
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice
from cnnviz.ui.initialization.stacks import (
    SEED,
    WORDS,
    amount_of,
    beginnings,
    call,
    functions,
    measure,
    module,
    number_controls,
)
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import formula, percent, short, whole_in_latex
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.deep_stack import Measured

FORM = Form(WORDS)
say, text = WORDS.say, WORDS.text
LAYERS = Choice("layers", "linear", ("width", "end", "at"), ("linear", "convolution"))
KERNEL = Choice("kernel_size", "3", options=("1", "3", "5", "7"), technical=True)
DEPTH = Number("depth", 6, ("at",), low=1, high=50)
FUNCTION, BEGINNING = functions("tanh"), beginnings("normal")
# The lecture's six layers of 4,096 units first, then what else there is to see.
PRESETS: dict[str, Preset] = {
    "small": {},
    "large": {"deviation": 0.05},
    "xavier": {"beginning": "xavier"},
    "xavier_relu": {"function": "relu", "beginning": "xavier"},
    "kaiming": {"function": "relu", "beginning": "kaiming_in"},
    "deep": {"function": "relu", "beginning": "kaiming_in", "width": 512, "depth": 50},
    "convolutions": {"layers": "convolution", "function": "relu", "beginning": "kaiming_in", "depth": 12},
    "fan_out": {"function": "relu", "beginning": "kaiming_out", "width": 1024, "end": 64, "depth": 8},
    "orthogonal": {"beginning": "orthogonal", "width": 512, "depth": 20},
}
# A change of the deviation by this factor from the first layer to the last is one that a word is due to.
_MUCH = 2.5
_ALIKE = ("zeros", "constant")


@dataclass(frozen=True, eq=False)
class State:
    """A stack, and the layer that is looked at."""

    stack: Stack
    at: int

    @property
    def fan_in(self) -> int:
        """The inputs of a unit of the first layer."""
        return self.stack.widths[0] * (self.stack.kernel_size or 1) ** 2

    @property
    def deviation(self) -> float:
        """The standard deviation that the first layer's weights are drawn with; 0 where all are the same."""
        before, after = (width * (self.stack.kernel_size or 1) ** 2 for width in self.stack.widths[:2])
        return {
            "normal": self.stack.amount,
            "xavier": sqrt(2 / (before + after)),
            "kaiming_in": sqrt(2 / before),
            "kaiming_out": sqrt(2 / after),
            "orthogonal": 1 / sqrt(max(before, self.stack.widths[1])),
        }.get(self.stack.beginning, 0.0)


def widths() -> tuple[Number, Number]:
    """Return the controls of the first and the last width; without a word of its own the last follows the first."""
    linear = FORM.get(LAYERS) == "linear"
    label, high = ("width", 4096) if linear else ("channels", 512)
    first = Number("width", 4096 if linear else 64, ("at",), low=8, high=high, label=label)
    return first, Number("end", FORM.get(first), ("at",), low=8, high=high, label=f"{label}_end")


def read() -> State:
    """Return what the form says."""
    depth, beginning = FORM.get(DEPTH), FORM.get(BEGINNING)
    first, last = (FORM.get(each) for each in widths())
    stack = Stack(
        # From the one to the other by equal factors.
        tuple(round(first * (last / first) ** (layer / depth)) for layer in range(depth + 1)),
        FORM.get(FUNCTION),
        beginning,
        amount_of(FORM, beginning),
        int(FORM.get(KERNEL)) if FORM.get(LAYERS) == "convolution" else None,
        seed=FORM.get(SEED),
    )
    return State(stack, FORM.get(_looked_at(depth)))


def _looked_at(depth: int) -> Number:
    return Number("at", depth, low=0, high=depth)


def _draw_film(state: State, found: "Measured") -> None:
    stack_film(
        found.activations,
        found.gradients,
        key=FORM.key("film"),
        at=state.at,
        saturates=state.stack.function in ("tanh",),
        on_pick=lambda layer: FORM.set(_looked_at(state.stack.depth), layer),
    )


def _draw_settings() -> None:
    convolution: tuple[AnyControl, ...] = (KERNEL,) if FORM.get(LAYERS) == "convolution" else ()
    first, last = widths()
    FORM.draw(
        BEGINNING, *number_controls(FORM.get(BEGINNING)), FUNCTION, LAYERS, *convolution, first, DEPTH, last, SEED
    )


def _show_notes(state: State, found: "Measured") -> None:
    """Say what becomes of the activations and of the gradients."""
    first, last = found.activations[1], found.activations[-1]
    numbers = {"first": short(first.deviation, 2), "last": short(last.deviation, 2), "depth": state.stack.depth}
    say(_verdict(state, found), **numbers, share=percent(last.saturated))
    top, bottom = found.gradients[-1].deviation, found.gradients[0].deviation
    ratio = bottom / top if top > 0 else 0.0
    name = "overflow" if not isfinite(ratio) else "gone" if ratio == 0 else _change(ratio)
    say(f"gradient_{name}", top=short(top, 2), bottom=short(bottom, 2), depth=state.stack.depth)
    if state.stack.beginning in ("kaiming_in", "kaiming_out") and state.stack.widths[0] != state.stack.widths[-1]:
        say("fans", first=state.stack.widths[0], last=state.stack.widths[-1])


def _verdict(state: State, found: "Measured") -> str:
    first, last = found.activations[1].deviation, found.activations[-1].deviation
    if not isfinite(last):
        return "activations_overflow"
    if found.activations[-1].zeros == 1:
        return "activations_gone"
    if last == 0:
        return "activations_alike"
    if state.stack.function == "tanh" and found.activations[-1].saturated > 0.2:
        return "activations_saturate"
    return f"activations_{_change(last / first if first else 0.0)}"


def _change(ratio: float) -> str:
    return "grow" if ratio > _MUCH else "fade" if ratio < 1 / _MUCH else "stay"


def _show_formulas(state: State, found: "Measured") -> None:
    """Typeset the fan-in and what the weights alone make of the deviation."""
    stack = state.stack
    if stack.kernel_size is not None:
        numbers = {"kernel": stack.kernel_size, "channels": stack.widths[0], "fan_in": whole_in_latex(state.fan_in)}
        st.latex(text("formula_fan_in", **numbers))
    if stack.beginning in _ALIKE:
        say(f"formula_{stack.beginning}")
        return
    st.latex(text(f"formula_{stack.beginning}", deviation=formula(state.deviation)))
    factor = sqrt(state.fan_in) * state.deviation
    say("formula_factor_text")
    numbers = {"fan_in": whole_in_latex(state.fan_in), "deviation": formula(state.deviation)}
    st.latex(text("formula_factor", **numbers, factor=formula(factor, digits=3)))


def _show_curves(state: State, found: "Measured") -> None:
    """Chart the deviations by depth, and offer them to keep."""
    st.subheader(text("curves"))
    say("curves_text")
    lines = {
        text("line_activations"): [each.deviation for each in found.activations],
        text("line_gradients"): [each.deviation for each in found.gradients],
        # A layer's weights lead to its activations; the input has none.
        text("line_weights"): [float("nan"), *found.weight_gradients[:, 0]],
    }
    figure = by_depth(lines, x=text("axis_layer"), y=text("axis_deviation"))
    chart(figure, key=FORM.key("curves"), alt=text("curves_alt"))
    rows = {
        "layer": range(len(found.activations)),
        "mean": [each.mean for each in found.activations],
        "zeros": [each.zeros for each in found.activations],
        "beyond 0.99": [each.saturated for each in found.activations],
        **lines,
    }
    offer_downloads(FORM, "depth", text("curves"), pd.DataFrame(rows), [figure])


def question(state: State, found: "Measured", number: int) -> Question:
    """Ask for fan-ins, for deviations of Xavier and Kaiming, and for what a stack's weights make of a deviation."""
    turn, kind = divmod(number, 4)
    if kind == 0:
        kernel, channels = 3 + 2 * (turn % 3), 16 * (turn + 1)
        fan_in = kernel**2 * channels
        asked = text("predict_fan_in", kernel=kernel, channels=channels)
        why = text("predict_fan_in_why", kernel=kernel, channels=channels, right=fan_in)
        return Question(asked, fan_in, [channels, kernel * channels, kernel**2, 2 * fan_in], why)
    side = 2 ** (3 + turn % 4)
    if kind == 3:
        depth, factor = 2 + turn % 5, 0.5 if turn % 2 else 2.0
        answers = [factor**depth, factor * depth, factor, factor ** (depth - 1), factor ** (depth + 1)]
        numbers = {"depth": depth, "factor": short(factor), "fan_in": side**2, "deviation": short(factor / side)}
    else:
        # Kaiming's inputs are twice a square, so that its deviation too is a round number.
        answers = [1 / side, 1 / side**2, 2 / side, 1 / (2 * side), 1 / (4 * side)]
        numbers = {"fan_in": side**2 if kind == 1 else 2 * side**2}
    name = ("predict_xavier", "predict_kaiming", "predict_depth")[kind - 1]
    right, *slips = dict.fromkeys(map(short, answers))
    return Question(text(name, **numbers), right, slips, text(f"{name}_why", right=right, **numbers))


def code(state: State, found: "Measured") -> str:
    """Return the few lines of Python that follow the deviations through the stack."""
    stack = state.stack
    size = "" if stack.kernel_size is None else ", 8, 8"
    layer = "nn.Linear(before, after, bias=False)"
    if stack.kernel_size is not None:
        padding = f"padding={stack.kernel_size // 2}, padding_mode='circular'"
        layer = f"nn.Conv2d(before, after, {stack.kernel_size}, {padding}, bias=False)"
    return text(
        "code",
        widths=f"[{stack.widths[0]}] * {stack.depth + 1}" if len({*stack.widths}) == 1 else list(stack.widths),
        size=size,
        samples=16 if stack.kernel_size is None else 4,
        layer=layer,
        call=call(stack.beginning, stack.amount),
        function=module(stack.function),
    )


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=lambda state: measure(state.stack),
    stage=_draw_film,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_curves,
    question=question,
    code=code,
    height=440,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
