"""What a convolution on the screen does, in words, formulas and figures: all but its state and its questions."""

from math import prod

import numpy as np
import streamlit as st

from cnnviz.engine.requests import ConvolvePhoto, LearnKernel, Numbers
from cnnviz.engine.results import Probed
from cnnviz.figures.kernels import kernels
from cnnviz.figures.overlaid_curves import curves
from cnnviz.figures.photo import photo
from cnnviz.probes.convolution import Convolved
from cnnviz.ui.cell_edits import middle_of, offer_undo, pinned, slide
from cnnviz.ui.chart import chart
from cnnviz.ui.convolution.questions import question
from cnnviz.ui.convolution.state import FORM, INPUT, KIND, PRESETS, WORDS, State, controls, read
from cnnviz.ui.engine import ask
from cnnviz.ui.form_controls import Switch
from cnnviz.ui.numbers import matrix, of_size, short
from cnnviz.ui.part import Part
from cnnviz.ui.picture_choice import offer_pictures, picture_of
from cnnviz.ui.steps import distinct, equation, grouped, say_unseen

say, text = WORDS.say, WORDS.text


def _draw_grids(state: State, answer: Probed[Convolved]) -> None:
    """Draw input, kernel and output."""
    words = {} if not state.transposed else {"input": text("input_painting" if state.painting else "input_stuffed")}
    slide(
        FORM,
        state.axes,
        state.inputs,
        answer.found.output,
        weights=state.weights,
        bias=state.bias,
        groups=state.groups,
        paint=state.transposed and state.painting,
        name=text("torch_name", function=state.function),
        words=words,
    )


def _draw_settings() -> None:
    shown = controls(FORM.get(KIND))
    same = any(FORM.get(each) for each in shown if isinstance(each, Switch) and each.name == "same")
    FORM.draw(*shown, disabled={"padding"} if same else ())
    offer_undo(FORM, "input", "kernel", "bias")
    if FORM.get(INPUT) == "photo":
        offer_pictures(FORM, resets=("edited_input",))


def _show_notes(state: State, answer: Probed[Convolved]) -> None:
    """Say what there is to see: padding, dilation, channels, groups, the flip, and a 1x1 convolution's linear layer."""
    window = state.layer.window
    assert window is not None
    stride, kernel, dilation = window.stride[0], window.kernel_size[0], window.dilation[0]
    if state.transposed:
        say("painting" if state.painting else "stuffed", stride=stride, zeros=stride - 1)
    else:
        _say_padding(state)
    if dilation > 1:
        say("dilation", dilation=dilation, kernel=kernel, span=dilation * (kernel - 1) + 1)
    if state.flip:
        say("flip_transposed" if state.transposed else "flip")
    _say_channels(state)
    if answer.found.linear is not None:
        _show_linear(state, answer, answer.found.linear)


def _say_padding(state: State) -> None:
    window = state.layer.window
    assert window is not None
    before, after = window.before[-1], window.after[-1]
    if before != after:
        say("padding_uneven", before=before, after=after, kernel=window.kernel_size[-1])
    elif before:
        say("padding", amount=before, how=text(f"mode_{state.settings.get('padding_mode', 'zeros')}"))
    else:
        say("padding_none", size=state.inputs.shape[-1], output=state.layer.output_size[-1])
    say_unseen(WORDS, state.layer)


def _say_channels(state: State) -> None:
    channels, filters, groups = len(state.inputs), len(state.weights), state.groups
    numbers = {"channels": channels, "filters": filters, "groups": groups, "each": channels // groups}
    if groups > 1:
        say("depthwise" if groups == channels else "grouped", **numbers, per=filters // groups)
    elif channels > 1 or filters > 1:
        sizes = {"kernel": of_size(state.weights.shape[1:]), "before": of_size(state.inputs.shape)}
        after = of_size(state.layer.output_size[1:])
        say("channels" if state.bias is None else "channels_bias", **numbers, **sizes, after=after, taps=state.taps)
        if filters > 1:
            say("kernel_shown")


def _show_linear(state: State, answer: Probed[Convolved], linear: np.ndarray) -> None:
    """Write the 1x1 convolution at one position as a matrix times a vector."""
    output = answer.found.output
    grid, index = pinned(FORM, state.axes, state.inputs, output, kernel=state.weights, bias=state.bias)
    size = output.shape[1:]
    place = index % prod(size) if grid in ("output", "input") else middle_of(size)
    weights = state.weights.reshape(state.weights.shape[:2])
    vector, result = (each.reshape(len(each), -1)[:, [place]] for each in (state.inputs, output))
    position = ", ".join(str(int(each)) for each in np.unravel_index(place, size))
    say("linear", position=position, gap=short(float(np.abs(linear - output).max()), 1), count=prod(size))
    plus = "" if state.bias is None else "+" + matrix(state.bias[:, None])
    st.latex(f"{matrix(weights)}{matrix(vector)}{plus}={matrix(result)}")


def _show_formulas(state: State, answer: Probed[Convolved]) -> None:
    """Typeset how the output's size and the count of weights follow."""
    for name, steps in grouped(distinct(state.layer.steps)).items():
        if name != "formula_macs":
            st.markdown(f"**{text(name)}**")
            st.latex(equation(steps))


def _show_more(state: State, answer: Probed[Convolved]) -> None:
    if state.kind != "Conv2d":
        return
    with st.expander(text("learning"), icon=":material/school:", key=FORM.key("learning"), on_change="rerun") as opened:
        if opened.open:
            _show_learning(state)
    st.subheader(text("photo"))
    _show_photo(state)
    if FORM.get(INPUT) != "photo":
        offer_pictures(FORM, resets=("edited_input",))


def _show_learning(state: State) -> None:
    """Show that both conventions learn the same function: kernels mirrored, losses the same."""
    answer = ask(LearnKernel(Numbers.of(state.weights[0, 0])))
    if answer is None:
        return
    learned = answer.found
    say("learning_text", steps=learned.losses.shape[1])
    names = [text("learning_cross"), text("learning_true")]
    shown, course = st.columns([3, 2], gap="large")
    chart(kernels(learned.kernels, names=names, height=260), key=FORM.key("learned"), at=shown)
    drawn = curves(learned.losses, names, x=text("learning_steps"), y=text("learning_loss"))
    chart(drawn, key=FORM.key("losses"), at=course)
    gap = float(np.abs(learned.kernels[0] - learned.kernels[1][::-1, ::-1]).max())
    say("learning_same", gap=short(gap, 1), loss=short(float(np.abs(np.diff(learned.losses, axis=0)).max()), 1))


def _show_photo(state: State) -> None:
    """Show the picture before and after the kernel went over each of its colours."""
    picture = picture_of(FORM)
    if picture is None:
        say("picture_missing")
        return
    kept = ("stride", "padding", "padding_mode", "dilation")
    settings = {name: value for name, value in state.settings.items() if name in kept}
    answer = ask(ConvolvePhoto(picture, Numbers.of(state.weights[0, 0]), flip=state.flip, **settings))  # type: ignore[arg-type]
    if answer is None:
        return
    found = answer.found
    before, after = st.columns(2, gap="medium")
    chart(photo(found.before, height=360, exact=False), key=FORM.key("photo-before"), at=before)
    chart(photo(found.after, height=360), key=FORM.key("photo-after"), at=after)
    sizes = {"before": of_size(found.before.shape[:2]), "after": of_size(found.after.shape[:2])}
    which = text("photo_first" if state.weights.shape[0] * state.weights.shape[1] > 1 else "photo_kernel")
    say("photo_signed" if found.scale else "photo_plain", **sizes, which=which, scale=short(found.scale, 3))


def code(state: State, answer: Probed[Convolved]) -> str:
    """Return the few lines of Python that compute the output."""
    settings, window = dict(state.settings), state.layer.window
    assert window is not None
    pad = ""
    if mode := settings.pop("padding_mode", None):
        settings.pop("padding", None)
        # Torch's pad names the last axis first.
        axes = reversed(range(len(window.before)))
        amounts = tuple(rows for axis in axes for rows in (window.before[axis], window.after[axis]))
        pad = text("code_pad", amounts=amounts, mode=mode) + "\n"
    flip = text("code_flip", axes=tuple(range(2, state.weights.ndim))) + "\n" if state.flip else ""
    function = state.function.removeprefix("torch.nn.functional.")
    given = ["inputs", "weights", *([] if state.bias is None else ["bias"])]
    return text(
        "code",
        inputs=state.inputs[None].shape,
        weights=state.torch_weights.shape,
        bias="" if state.bias is None else text("code_bias", filters=len(state.bias)) + "\n",
        more=flip + pad,
        call=f"{function}({', '.join([*given, *(f'{name}={value!r}' for name, value in settings.items())])})",
    )


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw_grids,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_more,
    question=question,
    code=code,
    height=520,
)
