"""The gradients of a plain and of a residual network by layer, before training, measured live."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.engine.requests import MeasureGradients
from cnnviz.figures.by_depth import by_depth
from cnnviz.ui.chart import chart
from cnnviz.ui.deep_stacks import SEED
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask_each
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import scientific, short, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import COMMON, Words

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.layer_gradients import LayerGradients

WORDS = Words("depth_gradients")
FORM = Form(WORDS, screen="depth", part="Gradients")
say, text = WORDS.say, WORDS.text
BLOCKS = Number("blocks", 7, low=1, high=9)
NORMALISED = Switch("normalised", default=False)
BEGINNING = Choice("beginning", "torch", options=("torch", "kaiming"), style="buttons")
PRESETS: dict[str, Preset] = {
    "vanish": {},
    "kaiming": {"beginning": "kaiming"},
    "normalised": {"normalised": True, "beginning": "kaiming"},
    "shallow": {"blocks": 1},
}


@dataclass(frozen=True, eq=False)
class Both:
    """The gradients of the plain and of the residual network."""

    plain: "LayerGradients"
    residual: "LayerGradients"

    def lines(self, of: str) -> dict[str, np.ndarray]:
        """Return the "weights" or the "signals" of both by their names, of the convolutions alone."""
        return {text(f"line_{name}"): getattr(getattr(self, name), of)[:-1] for name in ("plain", "residual")}


def read() -> MeasureGradients:
    """Return what is asked of the plain network."""
    depth = 6 * FORM.get(BLOCKS) + 2
    return MeasureGradients(depth, False, FORM.get(NORMALISED), FORM.get(BEGINNING), seed=FORM.get(SEED))


def find(plain: MeasureGradients) -> Both | None:
    """Return the gradients of both, or None after an error was shown."""
    found = ask_each([plain, replace(plain, residual=True)], COMMON)
    return None if found is None else Both(*(each.found for each in found))


def _figures(both: Both) -> tuple[go.Figure, ...]:
    x = text("x_layer")
    return tuple(by_depth(both.lines(of), x=x, y=text(f"y_{of}"), first=1, height=340) for of in ("weights", "signals"))


def _draw(plain: MeasureGradients, both: Both) -> None:
    for box, name, figure in zip(st.columns(2, gap="large"), ("weights", "signals"), _figures(both), strict=True):
        with box:
            say(f"title_{name}", depth=plain.depth)
        chart(figure, key=FORM.key(name), at=box, alt=text(f"alt_{name}"))


def _ends(found: "LayerGradients") -> tuple[float, float]:
    """Return the gradient at the outputs of the first and of the last convolution that has one."""
    signals = found.signals[:-1]
    return float(signals[0]), float(signals[signals > 0][-1])


def _show_notes(plain: MeasureGradients, both: Both) -> None:
    """Say by what factor the gradient changes from the last convolution to the first, and what it tells."""
    for name in ("plain", "residual"):
        first, last = _ends(getattr(both, name))
        factor = (first / last) ** (1 / (plain.depth - 2)) if first > 0 else 0.0
        numbers = {"first": short(first, 2), "last": short(last, 2), "factor": short(factor, 3)}
        say(f"ends_{name}", layers=plain.depth - 2, **numbers)
    kind = "normalised" if plain.normalised else plain.beginning
    say(f"told_{kind}")
    if not plain.normalised and plain.beginning == "kaiming":
        say("zeros")


def _show_formulas(plain: MeasureGradients, both: Both) -> None:
    st.latex(text("formula_plain"))
    st.latex(text("formula_residual"))
    say("relu_note")
    first, last = _ends(both.plain)
    ends = {"first": scientific(first), "last": scientific(last), "ratio": scientific(first / last)}
    st.latex(text("formula_ratio", **ends))


def _show_table(plain: MeasureGradients, both: Both) -> None:
    say("about", batch=plain.batch, depth=plain.depth, parameters=whole(_parameters(plain.depth)))
    table = pd.DataFrame({
        "layer": both.plain.names,
        **{f"{of}, {name}": getattr(getattr(both, name), of)
           for of in ("weights", "signals") for name in ("plain", "residual")},
    })  # fmt: skip
    offer_downloads(FORM, "gradients", text("title_weights", depth=plain.depth), table, _figures(both))


def _parameters(depth: int) -> int:
    from cnnviz.ui.depth import sizes

    return sizes.cost(depth, "plain").parameters


def question(plain: MeasureGradients, both: Both, number: int) -> Question:
    """Ask in turn for what is left of a gradient behind so many plain layers, and behind so many residual blocks."""
    turn, kind = divmod(number, 2)
    layers, share = 2 + turn % 4, (2, 4, 5, 10)[(turn // 4 + turn) % 4]
    if kind == 0:
        right = share**layers
        numbers = {"share": share, "layers": layers}
        slips = [share * layers, share ** (layers - 1), share ** (layers + 1), 1 + share]
        return Question(
            text("predict_plain", **numbers),
            right,
            [each for each in slips if each != right],
            text("predict_plain_why", right=whole(right), **numbers),
        )
    slope = 1 + (turn + turn // 4) % 3
    right = (1 + slope) ** layers
    slips = [slope**layers, 1 + slope * layers, 1 + slope**layers, right * (1 + slope)]
    numbers = {"slope": slope, "layers": layers}
    return Question(
        text("predict_residual", **numbers),
        right,
        [each for each in slips if each != right],
        text("predict_residual_why", right=whole(right), sum=1 + slope, **numbers),
    )


def code(plain: MeasureGradients, both: Both) -> str:
    """Return the few lines of Python that measure both."""
    return text("code", blocks=(plain.depth - 2) // 2, seed=plain.seed)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=find,
        stage=_draw,
        settings=lambda: FORM.draw(BLOCKS, BEGINNING, SEED, NORMALISED, columns=3),
        notes=_show_notes,
        formulas=_show_formulas,
        more=_show_table,
        question=question,
        code=code,
        height=400,
    ).show()
