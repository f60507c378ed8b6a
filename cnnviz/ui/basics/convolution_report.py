"""What a convolution on the screen does, in words, formulas and figures: the parts below its grids."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.arithmetic import Layer, layer
from cnnviz.arithmetic.checks import AXES
from cnnviz.engine.requests import ConvolvePhoto, LearnKernel, Numbers, Picture
from cnnviz.errors import ShapeError
from cnnviz.figures.kernels import kernels
from cnnviz.figures.overlaid_curves import curves
from cnnviz.figures.photo import photo
from cnnviz.ui import lesson
from cnnviz.ui.amounts import of_size
from cnnviz.ui.basics.convolution_form import Experiment
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.steps import distinct, equation, grouped

SCREEN = "convolution"
# Formulas must not become regions to scroll, which no key could reach.
_STYLE = "<style>.st-key-notes .katex-display, .st-key-formulas .katex-display { overflow: visible }</style>"


def words(made: Experiment) -> dict[str, str]:
    """Return the component's words that depend on what is drawn."""
    if not made.transposed:
        return {}
    return {"input": text(SCREEN, "input_painting" if made.painting else "input_stuffed")}


def middle_of(size: tuple[int, ...]) -> int:
    """Return the flat index of the place in the middle."""
    return int(np.ravel_multi_index(tuple(length // 2 for length in size), size))


def show_notes(made: Experiment, found: Any, at: tuple[str, int] | None) -> None:
    """Say what there is to see: padding, dilation, channels, groups, the flip, and a 1x1 convolution's linear layer."""
    window = made.layer.window
    assert window is not None
    if made.transposed:
        say(SCREEN, "painting" if made.painting else "stuffed", stride=window.stride[0], zeros=window.stride[0] - 1)
    else:
        _say_padding(made, window)
    span = window.dilation[0] * (window.kernel_size[0] - 1) + 1
    if window.dilation[0] > 1:
        say(SCREEN, "dilation", dilation=window.dilation[0], kernel=window.kernel_size[0], span=span)
    if made.flip:
        say(SCREEN, "flip_transposed" if made.transposed else "flip")
    _say_channels(made)
    if found.linear is not None:
        _show_linear(made, found, at)


def _say_padding(made: Experiment, window: Any) -> None:
    before, after = window.before[-1], window.after[-1]
    mode = made.settings.get("padding_mode", "zeros")
    if before != after:
        say(SCREEN, "padding_uneven", before=before, after=after, kernel=window.kernel_size[-1])
    elif before:
        say(SCREEN, "padding", amount=before, how=text(SCREEN, f"mode_{mode}"))
    else:
        say(SCREEN, "padding_none", size=made.inputs.shape[-1], output=made.layer.output_size[-1])
    if any(made.layer.unseen):
        count, axis = made.layer.unseen[-1], AXES[len(made.layer.unseen)][-1]
        say(SCREEN, "unseen", count=count, axis=axis, stride=window.stride[-1])


def _say_channels(made: Experiment) -> None:
    channels, filters, groups = made.inputs.shape[0], made.weights.shape[0], made.groups
    numbers = {"channels": channels, "filters": filters, "groups": groups, "each": channels // groups}
    if groups > 1:
        say(SCREEN, "depthwise" if groups == channels else "grouped", **numbers, per=filters // groups)
    elif channels > 1 or filters > 1:
        say(SCREEN, "channels", **numbers)


def _show_linear(made: Experiment, found: Any, at: tuple[str, int] | None) -> None:
    """Write the 1x1 convolution at one position as a matrix times a vector."""
    size = found.output.shape[1:]
    count = int(np.prod(size))
    place = at[1] % count if at is not None and at[0] in ("output", "input") else middle_of(size)
    position = np.unravel_index(place, size)
    matrix = made.weights.reshape(made.weights.shape[:2])
    vector, result = (
        made.inputs.reshape(len(made.inputs), -1)[:, place],
        found.output.reshape(len(matrix), -1)[:, place],
    )
    gap = float(np.abs(found.linear - found.output).max())
    say(SCREEN, "linear", position=", ".join(str(int(each)) for each in position), gap=f"{gap:.1g}", count=count)
    parts = [_matrix(matrix), _matrix(vector[:, None])]
    if made.bias is not None:
        parts.append("+" + _matrix(made.bias[:, None]))
    st.latex("".join(parts) + "=" + _matrix(result[:, None]))


def _matrix(values: np.ndarray) -> str:
    rows = r"\\".join("&".join(f"{value:.4g}" for value in row) for row in values)
    return rf"\begin{{bmatrix}}{rows}\end{{bmatrix}}"


def show_formula(made: Experiment) -> None:
    """Typeset how the output's size and the count of weights come about."""
    st.html(_STYLE)
    for name, steps in grouped(distinct(made.layer.steps)).items():
        if name != "formula_macs":
            st.markdown(f"**{text(SCREEN, name)}**")
            st.latex(equation(steps))


def predict(made: Experiment) -> None:
    """Ask for the output's size after one change."""
    size = (1, *made.inputs.shape)
    changed, name = dict(made.settings), "stride"
    if made.settings.get("padding") == "same":
        name = "kernel_size"
    changed[name] = changed.get(name, 1) + 1
    try:
        then: Layer = layer(made.kind, size, **changed)
    except ShapeError:
        return
    right = then.output_size[-1]
    now = made.layer.output_size[-1]
    others = [each for each in (now, right + 1, right - 1, right + 2, right + 3) if each > 0 and each != right]
    options = sorted({right, *others[:3]})
    steps = [step for step in then.steps if step.name == AXES[len(size) - 2][-1]]
    why = text(SCREEN, "predict_why_same") if name == "kernel_size" else f"${steps[0].numbers} = {right}$"
    lesson.predict(
        f"{made.kind}-{size}-{sorted(made.settings.items())}",
        text(SCREEN, "predict", setting=text(SCREEN, f"word_{name}"), value=changed[name], now=changed[name] - 1),
        [str(each) for each in options],
        options.index(right),
        why,
    )


def code_lines(made: Experiment) -> str:
    """Return the few lines of Python that compute the output."""
    arguments = [f"{name}={value!r}" for name, value in made.settings.items() if name in _FUNCTIONAL]
    mode, window = made.settings.get("padding_mode", "zeros"), made.layer.window
    assert window is not None
    pad = ""
    if mode != "zeros":
        arguments = [each for each in arguments if not each.startswith("padding=")]
        axes = reversed(range(len(window.before)))
        amounts = tuple(rows for axis in axes for rows in (window.before[axis], window.after[axis]))
        pad = text(SCREEN, "code_pad", amounts=amounts, mode=mode) + "\n"
    flip = text(SCREEN, "code_flip", axes=tuple(range(2, made.weights.ndim))) + "\n" if made.flip else ""
    bias = [] if made.bias is None else ["bias"]
    function = made.function.removeprefix("torch.nn.functional.")
    return text(
        SCREEN,
        "code",
        inputs=made.inputs[None].shape,
        weights=made.in_torch_order().shape,
        bias="" if made.bias is None else text(SCREEN, "code_bias", filters=len(made.bias)) + "\n",
        more=flip + pad,
        call=f"{function}({', '.join(['inputs', 'weights', *bias, *arguments])})",
    )


_FUNCTIONAL = ("stride", "padding", "dilation", "groups", "output_padding")


def show_learning(made: Experiment) -> None:
    """Show that both conventions learn the same function: kernels mirrored, losses the same."""
    kernel = made.weights[0, 0]
    answer = ask(LearnKernel(Numbers.of(kernel)))
    if answer is None:
        return
    learned = answer.found
    say(SCREEN, "learning_text", steps=learned.losses.shape[1])
    names = [text(SCREEN, f"learning_{name}") for name in ("cross", "true")]
    shown, course = st.columns([3, 2], gap="large")
    chart(kernels(learned.kernels, names=names, height=260), key="learned", at=shown)
    with course:
        drawn = curves(learned.losses, names, x=text(SCREEN, "learning_steps"), y=text(SCREEN, "learning_loss"))
        chart(drawn, key="losses")
    gap = float(np.abs(learned.kernels[0] - learned.kernels[1][::-1, ::-1]).max())
    say(SCREEN, "learning_same", gap=f"{gap:.1g}", loss=f"{float(np.abs(np.diff(learned.losses, axis=0)).max()):.1g}")


def show_photo(made: Experiment, picture: Picture | None) -> None:
    """Show the picture before and after the kernel went over each of its colours."""
    if made.kind != "Conv2d":
        say(SCREEN, "photo_flat")
        return
    if picture is None:
        say(SCREEN, "photo_none")
        return
    kept = ("stride", "padding", "padding_mode", "dilation")
    settings = {name: value for name, value in made.settings.items() if name in kept}
    answer = ask(ConvolvePhoto(picture, Numbers.of(made.weights[0, 0]), flip=made.flip, **settings))
    if answer is None:
        return
    found = answer.found
    before, after = st.columns(2, gap="medium")
    chart(photo(found.before, height=360), key="photo-before", at=before)
    chart(photo(found.after, height=360), key="photo-after", at=after)
    sizes = {"before": of_size(found.before.shape[:2]), "after": of_size(found.after.shape[:2])}
    several = made.weights.shape[0] * made.weights.shape[1] > 1
    which = text(SCREEN, "photo_first") if several else text(SCREEN, "photo_kernel")
    say(SCREEN, "photo_signed" if found.scale else "photo_plain", **sizes, which=which, scale=f"{found.scale:.3g}")
