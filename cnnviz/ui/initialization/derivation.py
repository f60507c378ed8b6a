"""Xavier's variance 1/Din, derived line by line, and each line measured on the same inputs and weights."""

from dataclasses import dataclass
from math import sqrt

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.engine.requests import CheckVariance
from cnnviz.engine.results import Probed
from cnnviz.probes.variance import INPUTS, OUTPUTS, SAMPLES, Lines
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.initialization.stacks import SEED
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import formula, of_count, percent, short, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import COMMON, Words

WORDS = Words("initialization_variance")
FORM = Form(WORDS, screen="initialization", part="Derivation")
say, text = WORDS.say, WORDS.text
FAN_IN = Number("fan_in", 1024, low=16, high=4096)
DRAWN = Choice("inputs", "normal", options=INPUTS)
# By name: the standard deviation of weights with so many inputs.
WEIGHTS = {
    "xavier": lambda fan_in: 1 / sqrt(fan_in),
    "kaiming": lambda fan_in: sqrt(2 / fan_in),
    "small": lambda fan_in: 0.01,
    "large": lambda fan_in: 0.05,
}
SPREAD = Choice("weights", "xavier", options=tuple(WEIGHTS))
PRESETS: dict[str, Preset] = {
    "xavier": {},
    "relu": {"inputs": "relu"},
    "kaiming": {"inputs": "relu", "weights": "kaiming"},
    "pixels": {"inputs": "uniform"},
    "small": {"weights": "small", "fan_in": 4096},
}
LINES = ("products", "independent", "weights_centred", "both_centred")
# Farther off than this, a line is called wrong: of so few draws, a variance is known to some percent.
_OFF = 0.12


@dataclass(frozen=True)
class State:
    """One layer: its fan-in, its inputs, and the standard deviation of its weights."""

    fan_in: int
    drawn: str
    deviation: float
    seed: int

    def request(self) -> CheckVariance:
        """Return the question for the engine."""
        return CheckVariance(self.fan_in, self.deviation, self.drawn, self.seed)


def read() -> State:
    """Return what the form says."""
    fan_in = FORM.get(FAN_IN)
    return State(fan_in, FORM.get(DRAWN), WEIGHTS[FORM.get(SPREAD)](fan_in), FORM.get(SEED))


def _numbers(found: Lines) -> dict[str, object]:
    x, w = found.inputs, found.weights
    return {
        "fan_in": found.fan_in,
        "x_square": formula(x.square, digits=3),
        "x_mean": formula(x.mean, places=3, brackets=True),
        "x_variance": formula(x.variance, digits=3),
        "w_square": _power(w.square),
        "w_mean": _power(w.mean),
        "w_variance": _power(w.variance),
        "product": _power(found.products / found.fan_in),
    }


def _power(number: float) -> str:
    """Return a small number for a formula as a power of ten."""
    mantissa, power = f"{number:.2e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}"


def _draw(state: State, answer: Probed[Lines]) -> None:
    """Write the measured variance, and each line with its numbers, its value and how far that is off."""
    found, numbers = answer.found, _numbers(answer.found)
    say("measured", variance=short(found.outputs, 3), outputs=OUTPUTS, samples=SAMPLES)
    for name in LINES:
        value = getattr(found, name)
        off = value / found.outputs - 1 if found.outputs else 0.0
        left, right = st.columns([4, 3], gap="medium", vertical_alignment="center")
        with left, st.container(key=FORM.key(f"line-{name}")):
            st.latex(text(f"line_{name}", **numbers, value=formula(value, digits=3)))
        with right:
            told = text("wrong" if abs(off) > _OFF else "right", off=percent(abs(off), 1), value=short(value, 3))
            st.markdown(f"{text(f'why_{name}')}  \n{told}")


def _show_notes(state: State, answer: Probed[Lines]) -> None:
    """Say what the layer makes of the variance, and what the inputs are."""
    found = answer.found
    say(f"inputs_{state.drawn}", mean=short(found.inputs.mean, 3), variance=short(found.inputs.variance, 3),
        square=short(found.inputs.square, 3))  # fmt: skip
    ratio = found.outputs / found.inputs.square
    say("ratio", ratio=short(ratio, 3), square=short(found.inputs.square, 3), variance=short(found.outputs, 3))
    say("rounding", draws=of_count(OUTPUTS * found.fan_in))


def _show_formulas(state: State, answer: Probed[Lines]) -> None:
    st.latex(text("formula_xavier", fan_in=state.fan_in, deviation=formula(1 / sqrt(state.fan_in))))
    st.latex(text("formula_kaiming", fan_in=state.fan_in, deviation=formula(sqrt(2 / state.fan_in))))


def _show_table(state: State, answer: Probed[Lines]) -> None:
    found = answer.found
    values = {"measured": found.outputs, **{name: getattr(found, name) for name in LINES}}
    table = pd.DataFrame({"line": list(values), "variance": list(values.values())})
    st.download_button(
        COMMON.label("download.csv"),
        lambda: table.to_csv(index=False),
        "variance.csv",
        "text/csv",
        key=FORM.key("csv"),
        icon=":material/download:",
        on_click="ignore",
    )


def question(state: State, answer: Probed[Lines], number: int) -> Question:
    """Ask for the variance of sums of products, and for the weights' variance that keeps it."""
    turn, kind = divmod(number, 3)
    fan_in = 2 ** (6 + turn % 6)
    if kind == 0:
        each, variance = 2 + turn % 4, 1 + turn % 3
        right: object = fan_in * each * variance
        slips: list[object] = [fan_in * each, each * variance, fan_in + each * variance, fan_in * variance]
        numbers: dict[str, object] = {"x": each, "w": variance}
    else:
        right, others = (1, (2, fan_in, 4)) if kind == 1 else (2, (1, 4, fan_in))
        right, slips = f"{right}/{whole(fan_in)}", [f"{each}/{whole(fan_in)}" for each in others]
        numbers = {}
    name = ("predict_sum", "predict_xavier", "predict_kaiming")[kind]
    shown = whole(right) if isinstance(right, int) else right
    asked, why = (text(each, fan_in=whole(fan_in), right=shown, **numbers) for each in (name, f"{name}_why"))
    return Question(asked, right, [slip for slip in slips if slip != right], why)


def code(state: State, answer: Probed[Lines]) -> str:
    """Return the few lines of Python that measure a layer's variance."""
    drawn = {
        "normal": f"torch.randn({SAMPLES}, {state.fan_in})",
        "relu": f"torch.randn({SAMPLES}, {state.fan_in}).relu()",
        "uniform": f"torch.rand({SAMPLES}, {state.fan_in})",
    }[state.drawn]
    return text("code", inputs=drawn, fan_in=state.fan_in, outputs=OUTPUTS, deviation=f"{state.deviation:.6g}")


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw,
    settings=lambda: FORM.draw(FAN_IN, SPREAD, DRAWN, SEED),
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_table,
    question=question,
    code=code,
    height=440,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
