"""Grids that a window slides over: the values that a person gave to single cells, and the cell that is pinned."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components.axes import Axis
from cnnviz.components.cells import Edit
from cnnviz.components.sliding import GRIDS, Grid, sliding
from cnnviz.images.small_inputs import input_values
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Control
from cnnviz.ui.picture_choice import picture_of
from cnnviz.ui.words import COMMON

Cell = tuple[Grid, int]
_MOST = 1e6


@dataclass(frozen=True)
class Edits(Control[str]):
    """Values by cell of one grid, such as 4:-2_7:0.5; parts that are no edit count for nothing."""

    @staticmethod
    def of(grid: str) -> "Edits":
        """Return the edits of a grid: `edited_kernel` in the link."""
        return Edits(f"edited_{grid}", "")

    def parse(self, text: str) -> str:
        """Return the text."""
        return text

    def draw(self, bound: object, value: str) -> None:
        """Draw nothing: a component does."""


def edits(text: str) -> dict[int, float]:
    """Return the values by cell; what is no edit is left out."""
    found: dict[int, float] = {}
    for part in text.split("_"):
        place, _, number = part.partition(":")
        try:
            at, value = int(place), float(number)
        except ValueError:
            continue
        if at >= 0 and math.isfinite(value) and abs(value) <= _MOST:
            found[at] = value
    return found


def edited(form: Form, grid: str, values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return a copy of a grid's values with the edits in their places; a cell beyond them is left out."""
    out = np.array(values, np.float32)
    flat = out.reshape(-1)
    for at, value in edits(form.get(Edits.of(grid))).items():
        if at < flat.size:
            flat[at] = value
    return out


def edited_input(form: Form, name: str, channels: int, size: int, rank: int) -> NDArray[np.float32]:
    """Return the input (channels, size, ...) over `rank` axes that has this name, with the edits of "input"."""
    picture = picture_of(form) if name == "photo" else None
    return edited(form, "input", input_values(name, channels, size, rank, picture))


def slide(
    form: Form,
    axes: Sequence[Axis],
    inputs: NDArray[Any],
    output: NDArray[Any],
    *,
    weights: NDArray[Any] | None = None,
    bias: NDArray[Any] | None = None,
    **drawn: Any,
) -> None:
    """Draw the grids of cnnviz.components.sliding, with cells that this form pins and edits; `drawn` is more of it."""
    sliding(
        inputs,
        output,
        axes=axes,
        key=form.key("grids"),
        weights=weights,
        bias=bias,
        selected=pinned(form, axes, inputs, output, kernel=weights, bias=bias),
        on_pin=lambda cell: pin(form, cell),
        on_edit=lambda more: add_edits(form, more),
        **drawn,
    )


def add_edits(form: Form, more: Sequence[Edit]) -> None:
    """Take edits, in a callback."""
    changes: dict[str, str] = {}
    for grid in dict.fromkeys(each.grid for each in more):
        kept = edits(form.get(Edits.of(grid)))
        kept.update({each.index: each.value for each in more if each.grid == grid and abs(each.value) <= _MOST})
        # Exact in single precision, in which torch computes.
        numbers = {at: str(np.float32(value)).removesuffix(".0") for at, value in kept.items()}
        changes[Edits.of(grid).name] = "_".join(f"{at}:{number}" for at, number in numbers.items())
    form.put(changes)


def offer_undo(form: Form, *grids: str) -> None:
    """Offer to take all edits back, once there are any."""
    names = [Edits.of(grid).name for grid in grids]
    if any(form.text(name) for name in names):
        st.button(
            COMMON.label("undo_edits"),
            icon=":material/undo:",
            key=form.key("undo"),
            on_click=form.put,
            args=(dict.fromkeys(names),),
        )


def pinned(
    form: Form, axes: Sequence[Axis], inputs: NDArray[Any], output: NDArray[Any], **others: NDArray[Any] | None
) -> Cell:
    """Return the pinned cell, the output's middle one until one is; `others` are the grids besides by their names.

    `inputs` (C, ...) have the places that are drawn along `axes`, padding and all.
    """
    sizes = {name: each.size for name, each in {"output": output, **others}.items() if each is not None}
    sizes["input"] = len(inputs) * math.prod(len(axis.source) for axis in axes)
    written, _, index = (form.text("at") or "").partition(".")
    grid = next((each for each in GRIDS if each == written), None)
    if grid and index.isdecimal() and int(index) < sizes.get(grid, 0):
        return grid, int(index)
    return "output", middle_of(output.shape[1:])


def middle_of(size: Sequence[int]) -> int:
    """Return the flat index of the cell in the middle."""
    return int(np.ravel_multi_index(tuple(length // 2 for length in size), tuple(size)))


def pin(form: Form, cell: Cell | None) -> None:
    """Pin a cell, or none, in a callback: what is pinned is in the link."""
    form.put({"at": None if cell is None else f"{cell[0]}.{cell[1]}"})
