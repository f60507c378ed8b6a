"""How the pinned pixel of a warp by hand is computed, in formulas."""

import streamlit as st

from cnnviz.probes.warped_pixel import Sampled
from cnnviz.ui.numbers import formula, matrix
from cnnviz.ui.spatial_transformer.by_hand.state import PLANES, WORDS, State

say, text = WORDS.say, WORDS.text


def _number(value: float, *, brackets: bool = False) -> str:
    """Return a number as the stage shows it, with four decimal places at most."""
    return formula(value, places=4, brackets=brackets)


def aligned(*lines: str) -> None:
    """Typeset lines below each other."""
    st.latex(r"\begin{aligned}" + r"\\[0.6em]".join(lines) + r"\end{aligned}")


def show_pixel(state: State, found: Sampled) -> None:
    """Typeset its place, where θ maps it, and the weighted sum that is read there."""
    st.subheader(text("heading_pixel"))
    (row, column), (high, wide), shape = state.pinned, state.size, state.image.shape[1:]
    grid, sample = state.settings["align_grid"], state.settings["align_sample"]
    say("pixel_target", row=row, column=column, height=high, width=wide)
    aligned(
        *(
            f"&{name} = {_target(index, count, grid)} = {_number(value)}"
            for name, index, count, value in zip("xy", (column, row), (wide, high), found.target, strict=True)
        )
    )
    say("pixel_source")
    x, y = found.target
    lines = []
    for name, (a, b, c), value in zip(("x'", "y'"), (state.theta[:3], state.theta[3:]), found.source, strict=True):
        constant = _number(c)
        lines.append(rf"&{name} = {_number(a)} \cdot {_number(x, brackets=True)}")
        plus = f"- {constant[1:]}" if constant.startswith("-") else f"+ {constant}"
        lines.append(rf"&\qquad + {_number(b, brackets=True)} \cdot {_number(y, brackets=True)} {plus}")
        lines.append(rf"&\qquad = {_number(value)}")
    aligned(*lines)
    say("pixel_place", input_height=shape[0], input_width=shape[1])
    names = text("latex_column"), text("latex_row")
    lines = []
    for name, at, count, to in zip(names, found.source, (shape[1], shape[0]), reversed(found.place), strict=True):
        lines += [f"&{name} = {_place(at, count, sample)}", rf"&\qquad = {_number(to)}"]
    aligned(*lines)
    if found.inside != found.place:
        inside = {"column": _number(found.inside[1]), "row": _number(found.inside[0])}
        say("pixel_inside", padding=state.settings["padding_mode"], **inside)
    _show_value(state, found)
    if len(state.image) > 1:
        st.caption(text("plane_said", plane=WORDS.label(f"plane.{PLANES[state.plane]}")))


def _target(index: int, count: int, align: bool) -> str:
    if count == 1:
        return "0"
    return rf"\frac{{2 \cdot {index}}}{{{count - 1}}} - 1" if align else rf"\frac{{2 \cdot {index} + 1}}{{{count}}} - 1"


def _place(at: float, count: int, align: bool) -> str:
    if align:
        return rf"\frac{{{_number(at)} + 1}}{{2}} \cdot {count - 1}"
    return rf"\frac{{({_number(at)} + 1) \cdot {count} - 1}}{{2}}"


def _show_value(state: State, found: Sampled) -> None:
    first, mode = found.taps[0], state.settings["mode"]
    say(f"pixel_value_{mode}", row=first.row, column=first.column)
    name, value = text("latex_value"), rf"\mathbf{{{_number(found.value)}}}"
    if mode == "nearest":
        aligned(f"&{name} = {value}")
        if found.tie:
            say("pixel_tie")
        return
    if mode == "bilinear":
        terms = [rf"{_number(tap.weight)} \cdot {_number(tap.value)}" for tap in found.taps]
        products = [_number(tap.weight * tap.value) for tap in found.taps]
        aligned(
            rf"&{name} = {terms[0]} + {terms[1]}",
            rf"&\qquad + {terms[2]} + {terms[3]}",
            rf"&\quad = {products[0]} + {products[1]} + {products[2]} + {products[3]}",
            rf"&\quad = {value}",
        )
        return
    values = [[tap.value for tap in found.taps[start : start + 4]] for start in range(0, 16, 4)]
    aligned(
        rf"&w = ({', '.join(formula(each, places=3) for each in found.down)})",
        rf"&v = ({', '.join(formula(each, places=3) for each in found.across)})",
        rf"&{name} = w \, {matrix(values, digits=3)} \, v^T",
        rf"&\quad = {value}",
    )
