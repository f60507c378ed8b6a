"""What a warp by hand does, in formulas, figures and words: all that stands below the box and its controls."""

from typing import Any

import streamlit as st

from cnnviz.arithmetic.affine import SINGULAR, Theta, determinant, inverse
from cnnviz.errors import ShapeError
from cnnviz.figures.warp import as_pixels, difference, pictures
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.by_hand_form import SECOND, THEN, Experiment

SCREEN = "spatial_transformer"
_SAME = 1e-6


def number(value: float, places: int = 4) -> str:
    """Return a number for a formula, without zeros at its end."""
    return f"{round(value, places) + 0.0:.{places}f}".rstrip("0").rstrip(".")


def _inner(value: float, places: int = 4) -> str:
    written = number(value, places)
    return f"({written})" if written.startswith("-") else written


def _plus(value: float) -> str:
    written = number(value)
    return f"- {written[1:]}" if written.startswith("-") else f"+ {written}"


def matrix(theta: Theta, places: int = 4) -> str:
    """Return theta as LaTeX."""
    rows = (theta[:3], theta[3:])
    return (
        r"\begin{bmatrix}"
        + r"\\".join(" & ".join(number(value, places) for value in row) for row in rows)
        + r"\end{bmatrix}"
    )


def show_theta(made: Experiment) -> None:
    """Typeset theta, and say what its determinant says."""
    st.subheader(text(SCREEN, "heading_theta"))
    with st.container(key="formula-theta"):
        st.latex(
            r"\begin{bmatrix}x'\\y'\end{bmatrix} = " + matrix(made.theta, 3) + r"\begin{bmatrix}x\\y\\1\end{bmatrix}"
        )
    size = determinant(made.theta)
    if abs(size) <= SINGULAR:
        say(SCREEN, "area_none")
        return
    area = abs(size)
    key = "area" if size > 0 else "area_mirrored"
    say(SCREEN, key, area=f"{area:.3g}", side=f"{area**-0.5:.3g}", determinant=f"{size:.3g}")
    say(SCREEN, "by_hand_direction")


def show_pixel(made: Experiment, found: Any) -> None:
    """Typeset how the pinned pixel of the output comes about."""
    st.subheader(text(SCREEN, "heading_pixel"))
    (row, column), (high, wide) = made.pinned, made.size
    say(SCREEN, "pixel_target", row=row, column=column, height=high, width=wide)
    with st.container(key="formulas"):
        _formula(
            *(
                f"&{name} = {_aimed(index, count, made.align_grid)} = {number(value)}"
                for name, index, count, value in zip("xy", (column, row), (wide, high), found.target, strict=True)
            )
        )
        say(SCREEN, "pixel_source")
        x, y = found.target
        lines = []
        for name, (a, b, c), value in zip(("x'", "y'"), (made.theta[:3], made.theta[3:]), found.source, strict=True):
            lines.append(rf"&{name} = {number(a)} \cdot {_inner(x)}")
            lines.append(rf"&\qquad + {_inner(b)} \cdot {_inner(y)} {_plus(c)}")
            lines.append(rf"&\qquad = {number(value)}")
        _formula(*lines)
        shape = made.image.shape[1:]
        say(SCREEN, "pixel_place", input_height=shape[0], input_width=shape[1])
        names = text(SCREEN, "latex_column"), text(SCREEN, "latex_row")
        lines = []
        for name, at, count, to in zip(names, found.source, (shape[1], shape[0]), reversed(found.place), strict=True):
            lines += [f"&{name} = {_placed(at, count, made.align_sample)}", rf"&\qquad = {number(to)}"]
        _formula(*lines)
        if found.inside != found.place:
            inside = {"column": number(found.inside[1]), "row": number(found.inside[0])}
            say(SCREEN, "pixel_inside", padding=made.padding_mode, **inside)
        _show_value(made, found)
    if len(made.image) > 1:
        st.caption(text(SCREEN, "plane", plane=("red", "green", "blue")[made.plane]))


def _aimed(index: int, count: int, align: bool) -> str:
    if count == 1:
        return "0"
    return rf"\frac{{2 \cdot {index}}}{{{count - 1}}} - 1" if align else rf"\frac{{2 \cdot {index} + 1}}{{{count}}} - 1"


def _placed(at: float, count: int, align: bool) -> str:
    if align:
        return rf"\frac{{{number(at)} + 1}}{{2}} \cdot {count - 1}"
    return rf"\frac{{({number(at)} + 1) \cdot {count} - 1}}{{2}}"


def _show_value(made: Experiment, found: Any) -> None:
    first = found.taps[0]
    say(SCREEN, f"pixel_value_{made.mode}", row=first.row, column=first.column)
    name, value = text(SCREEN, "latex_value"), rf"\mathbf{{{number(found.value)}}}"
    if made.mode == "nearest":
        _formula(f"&{name} = {value}")
        if found.tie:
            say(SCREEN, "pixel_tie")
        return
    if made.mode == "bilinear":
        terms = [rf"{number(tap.weight)} \cdot {number(tap.value)}" for tap in found.taps]
        products = [number(tap.weight * tap.value) for tap in found.taps]
        _formula(
            rf"&{name} = {terms[0]} + {terms[1]}",
            rf"&\qquad + {terms[2]} + {terms[3]}",
            rf"&\quad = {products[0]} + {products[1]} + {products[2]} + {products[3]}",
            rf"&\quad = {value}",
        )
        return
    values = [[number(tap.value, 3) for tap in found.taps[start : start + 4]] for start in range(0, 16, 4)]
    whole = r"\begin{bmatrix}" + r"\\".join(" & ".join(row) for row in values) + r"\end{bmatrix}"
    _formula(
        rf"&w = ({', '.join(number(each, 3) for each in found.down)})",
        rf"&v = ({', '.join(number(each, 3) for each in found.across)})",
        rf"&{name} = w \, {whole} \, v^T",
        rf"&\quad = {value}",
    )


def _formula(*lines: str) -> None:
    st.latex(r"\begin{aligned}" + r"\\[0.6em]".join(lines) + r"\end{aligned}")


def show_identity(made: Experiment) -> None:
    """Show what the identity does to the image where align_corners agrees and where it is mixed."""
    st.subheader(text(SCREEN, "heading_identity"))
    answer = ask(made.identity())
    if answer is None:
        return
    found, side = answer.found, made.image.shape[1]
    words_box, drawn_box = st.columns([3, 2], gap="large")
    with words_box:
        say(SCREEN, "identity", mode=made.mode, padding=made.padding_mode, side=side)
        numbers = {}
        for place, apart in enumerate(found.apart):
            numbers[f"most_{place}"], numbers[f"mean_{place}"] = (_gap(each) for each in (apart.most, apart.mean))
        say(SCREEN, "identity_numbers", **numbers)
        if made.align_grid == made.align_sample:
            say(SCREEN, "identity_same", grid=made.align_grid)
        else:
            key, share = ("identity_shrunk", 1 / side) if made.align_grid else ("identity_stretched", 1 / (side - 1))
            say(SCREEN, key, side=side, steps=side - 1, share=f"{share:.1%}")
    mixed = 3 if made.align_sample and not made.align_grid else 2
    image = made.numbers.array
    panels = [as_pixels(image), as_pixels(found.outputs[2]), as_pixels(found.outputs[3])]
    panels.append(difference(found.outputs[mixed], image))
    names = ("caption_image", "caption_true_false", "caption_false_true", "caption_difference")
    figure = pictures(panels, [text(SCREEN, name) for name in names])
    with drawn_box:
        chart(figure, key="identity-pictures", alt=text(SCREEN, "alt_identity"))
        st.caption(text(SCREEN, "difference_colours"))


def _gap(value: float) -> str:
    return "0" if value < _SAME else f"{value:.3f}"


def show_twice(made: Experiment) -> None:
    """Show a second warp after the first: the inverse, or another, against one warp by the product."""
    st.subheader(text(SCREEN, "heading_twice"))
    words_box, drawn_box = st.columns([3, 2], gap="large")
    with words_box:
        THEN.draw()
        chosen = value_of(THEN)
        try:
            second = inverse(made.theta) if chosen == "inverse" else SECOND.get(chosen, made.theta)
        except ShapeError as error:
            st.warning(str(error), icon=":material/error:")
            return
        answer = ask(made.then(second))
        if answer is None:
            return
        found = answer.found
        say(SCREEN, "twice")
        sign = r"\theta^{-1}" if chosen == "inverse" else r"\theta_2"
        with st.container(key="formula-product"):
            _formula(
                rf"&{sign} = {matrix(second, 3)}",
                rf"&\theta \, {sign} = {matrix(found.product, 3)}",
            )
        apart = found.from_input if chosen == "inverse" else found.apart
        if found.apart.most < _SAME:
            say(SCREEN, "twice_same", most="10⁻⁶")
        else:
            key = "twice_inverse" if chosen == "inverse" else "twice_other"
            say(SCREEN, key, mean=f"{apart.mean:.3f}", most=f"{apart.most:.3f}")
    panels = [as_pixels(each) for each in (found.first, found.second, found.direct)]
    panels.append(difference(found.second, found.direct))
    names = ("caption_first", "caption_second", "caption_direct", "caption_apart")
    figure = pictures(panels, [text(SCREEN, name) for name in names])
    with drawn_box:
        chart(figure, key="twice-pictures", alt=text(SCREEN, "alt_twice"))
        st.caption(text(SCREEN, "difference_colours"))


def predict(made: Experiment) -> None:
    """Ask which way the picture moves with one number; where that is no clear direction, ask about its size."""
    theta = made.theta
    if abs(determinant(theta)) <= SINGULAR:
        return
    a, _, _, d, _, _ = inverse(theta)
    x, y = -0.5 * a, -0.5 * d
    key = f"hand-{theta}"
    if abs(abs(x) - abs(y)) < 0.2 * max(abs(x), abs(y)):
        names = ["predict_larger", "predict_smaller", "predict_same", "predict_turned"]
        options = [text(SCREEN, name) for name in names]
        lesson.predict(key, text(SCREEN, "predict_zoom"), options, 0, text(SCREEN, "predict_zoom_why"))
        return
    ways = ["predict_left", "predict_right", "predict_up", "predict_down"]
    right = (0 if x < 0 else 1) if abs(x) > abs(y) else (2 if y < 0 else 3)
    why = text(SCREEN, "predict_why", x=number(x, 2), y=number(y, 2))
    lesson.predict(key, text(SCREEN, "predict"), [text(SCREEN, way) for way in ways], right, why)


def code_lines(made: Experiment) -> str:
    """Return the few lines of Python that warp an image so."""
    theta = [f"{value:g}" if value != int(value) else f"{value:.1f}" for value in made.theta]
    return text(
        SCREEN,
        "code",
        channels=len(made.image),
        input_height=made.image.shape[1],
        input_width=made.image.shape[2],
        first=", ".join(theta[:3]),
        second=", ".join(theta[3:]),
        height=made.size[0],
        width=made.size[1],
        mode=made.mode,
        padding=made.padding_mode,
        align_grid=made.align_grid,
        align_sample=made.align_sample,
    )
