"""Values that a person gave to single cells: kept while what they change stays the same, and in the link if short."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

Edits = dict[tuple[str, int], float]

_KEY, _FOR = "edits", "edits-for"
_LONGEST = 300
_MOST = 1e6


def parse(written: str) -> Edits:
    """Return the edits that a link holds, such as kernel.4:-2_input.0:0.5; what is no edit is left out."""
    found: Edits = {}
    for part in written.split("_"):
        place, _, number = part.partition(":")
        grid, _, index = place.partition(".")
        try:
            at, value = int(index), float(number)
        except ValueError:
            continue
        if grid and at >= 0 and math.isfinite(value) and abs(value) <= _MOST:
            found[grid, at] = value
    return found


def write(edits: Edits) -> str:
    """Return the edits as a link holds them, exact in single precision."""
    parts = [(grid, index, str(np.float32(value)).removesuffix(".0")) for (grid, index), value in edits.items()]
    return "_".join(f"{grid}.{index}:{number}" for grid, index, number in parts)


def kept(values: Mapping[str, Any]) -> Edits:
    """Return the edits; those of a grid go when its entry of `values`, what it is made from, is another than before.

    Call it once a run. The first call of a session takes them from the link.
    """
    edits: Edits = st.session_state.get(_KEY + "-kept", None)
    if edits is None:
        edits = parse(st.query_params.get(_KEY, ""))
    before = st.session_state.get(_FOR, values)
    edits = {key: value for key, value in edits.items() if before.get(key[0]) == values.get(key[0])}
    st.session_state[_KEY + "-kept"], st.session_state[_FOR] = edits, dict(values)
    written = write(edits)
    if not written or len(written) > _LONGEST:
        st.query_params.pop(_KEY, None)
    elif st.query_params.get(_KEY) != written:
        st.query_params[_KEY] = written
    return edits


def add(more: Sequence[Any]) -> None:
    """Take edits with grid, index and value, in a callback."""
    edits = dict(st.session_state.get(_KEY + "-kept") or {})
    edits.update({(edit.grid, edit.index): edit.value for edit in more if abs(edit.value) <= _MOST})
    st.session_state[_KEY + "-kept"] = edits


def clear() -> None:
    """Forget all edits, in a callback."""
    st.session_state[_KEY + "-kept"] = {}


def applied(edits: Edits, grid: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of the values with the grid's edits in their places; an index beyond them is left out."""
    out = np.array(values, np.float32)
    flat = out.reshape(-1)
    for (name, index), value in edits.items():
        if name == grid and index < flat.size:
            flat[index] = value
    return out


def offer_undo() -> None:
    """Offer to forget all edits, once there are any."""
    if st.session_state.get(_KEY + "-kept"):
        st.button("Undo all changed values", icon=":material/undo:", on_click=clear)
