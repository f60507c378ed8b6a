"""Which numbers share a mean and a variance: a small batch, cell by cell."""

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components.normalization import normalization
from cnnviz.engine.results import Probed
from cnnviz.probes.normalization import WAYS, Normalised
from cnnviz.ui.cell_edits import add_edits, offer_undo
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.normalization.state import (
    AFFINE,
    FORM,
    KIND,
    PRESETS,
    WORDS,
    State,
    controls,
    pinned_cell,
    read,
    way,
)
from cnnviz.ui.numbers import formula, of_size, short, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea

say, text = WORDS.say, WORDS.text


def _draw_batch(state: State, answer: Probed[Normalised]) -> None:
    """Draw the batch, its statistics and its output."""
    found = answer.found
    normalization(
        state.inputs,
        found.output,
        way=state.way,
        groups=state.groups,
        gamma=np.array(state.gamma),
        beta=np.array(state.beta),
        eps=state.eps,
        key=FORM.key("cells"),
        selected=pinned_cell(state, found.mean.size),
        on_pin=lambda cell: FORM.put({"at": None if cell is None else f"{cell[0]}.{cell[1]}"}),
        on_edit=lambda more: add_edits(FORM, more),
    )


def _draw_settings() -> None:
    FORM.draw(KIND, way(), columns=2)
    FORM.draw(*controls(), columns=3)
    offer_undo(FORM, "input", "gamma", "beta")


def _show_notes(state: State, answer: Probed[Normalised]) -> None:
    """Say which numbers belong together, and what follows from it."""
    found, kind = answer.found, "" if state.are_images else "vectors_"
    sizes = {"inputs": whole(state.inputs.size), "sets": found.mean.size, "count": found.count}
    shape = {"size": of_size(state.inputs.shape), "shape": of_size(found.mean.shape)}
    say(f"does_{kind}{state.way}", groups=state.groups, **sizes, **shape)
    say("where_images" if state.are_images else "where_vectors")
    gap = float(np.abs(found.output - state.inputs).max())
    if state.way == "batch" and FORM.get(AFFINE) == "undo":
        say("undone" if gap < 1e-6 else "undone_edited", gap=short(gap, 1))
    else:
        say("parameters", count=2 * state.inputs.shape[1], channels=state.inputs.shape[1])
    if state.way == "layer" and state.are_images:
        say("layer_norm", numbers=2 * state.inputs[0].size, shape=of_size(state.inputs.shape[1:]))


def _show_formulas(state: State, answer: Probed[Normalised]) -> None:
    """Typeset the normalisation of the pinned number, with its numbers in it."""
    found = answer.found
    grid, index = pinned_cell(state, found.mean.size)
    index = index if grid in ("input", "output") else 0
    place = np.unravel_index(index, state.inputs.shape)
    image, channel = int(place[0]), int(place[1])
    rows, columns = found.mean.shape[:2]
    at = (image if rows > 1 else 0, channel * columns // state.inputs.shape[1])
    mean, variance = (float(each[at].item()) for each in (found.mean, found.variance))
    value, gamma, beta = float(state.inputs[place]), state.gamma[channel], state.beta[channel]
    hat = (value - mean) / (variance + state.eps) ** 0.5
    st.latex(text("formula_statistics", count=found.count))
    numbers = {"x": formula(value), "mean": formula(mean, brackets=True), "variance": formula(variance)}
    st.latex(
        text("formula_hat", eps="10^{-5}" if state.eps == 1e-5 else formula(state.eps), hat=formula(hat), **numbers)
    )
    result = formula(float(found.output[place]))
    ends = {"gamma": formula(gamma, brackets=True), "beta": formula(beta, brackets=True)}
    st.latex(text("formula_output", hat=formula(hat, brackets=True), result=result, **ends))


def table(state: State, answer: Probed[Normalised]) -> pd.DataFrame:
    """Return a row for every number of the batch: its place, itself, its set's mean and variance, and its output."""
    shape, found = state.inputs.shape, answer.found
    names = ("image", "channel", "row", "column")[: len(shape)]
    places = {name: np.indices(shape)[axis] for axis, name in enumerate(names)}
    # A group's statistics stand for each of its channels.
    each = shape[1] // found.mean.shape[1]
    sets = {name: np.repeat(getattr(found, name), each, axis=1) for name in ("mean", "variance")}
    columns: dict[str, NDArray[Any]] = {**places, "input": state.inputs, **sets, "output": found.output}
    return pd.DataFrame({name: np.broadcast_to(values, shape).ravel() for name, values in columns.items()})


def _offer_table(state: State, answer: Probed[Normalised]) -> None:
    offer_downloads(FORM, "normalised-batch", text("table"), table(state, answer))


def question(state: State, answer: Probed[Normalised], number: int) -> Question:
    """Ask in turn for the shape of the means, and for how many numbers share one, of ever larger batches."""
    turn, what = divmod(number, 2)
    size = (8 + 8 * turn, 4 * (turn + 2), 6 + turn, 6 + turn)
    asked_way = WAYS[(WAYS.index(state.way) + turn + what) % len(WAYS)]
    images, channels = size[:2]
    groups = 4
    shapes = {
        "batch": (1, channels, 1, 1),
        "layer": (images, 1, 1, 1),
        "instance": (images, channels, 1, 1),
        "group": (images, groups, 1, 1),
    }
    right = shapes[asked_way]
    named = {"size": of_size(size), "way": text(f"way_{asked_way}", groups=groups)}
    if what == 0:
        others = [each for each in shapes.values() if each != right]
        return Question(text("predict_shape", **named), right, others, text(f"predict_why_{asked_way}"))
    counts = {name: int(np.prod(size) // np.prod(shape)) for name, shape in shapes.items()}
    slips = [each for each in (*counts.values(), int(np.prod(size)), channels) if each != counts[asked_way]]
    why = text("predict_why_count", inputs=whole(int(np.prod(size))), sets=int(np.prod(right)))
    return Question(text("predict_count", **named), counts[asked_way], slips, why)


def code(state: State, answer: Probed[Normalised]) -> str:
    """Return the few lines of Python that normalise the batch."""
    shape = (1, -1, 1, 1) if state.are_images else (1, -1)
    numbers = {"inputs": state.inputs.tolist(), "gamma": list(state.gamma), "beta": list(state.beta)}
    return text("code", layer=state.layer, shape=", ".join(map(str, shape)), **numbers)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        request=State.request,
        stage=_draw_batch,
        settings=_draw_settings,
        notes=_show_notes,
        formulas=_show_formulas,
        more=_offer_table,
        question=question,
        code=code,
        height=560,
    ).show()
