"""What a pooling on the screen does, in words, formulas, figures and questions: all but its state."""

from dataclasses import replace
from math import prod

import numpy as np
import streamlit as st

from cnnviz.arithmetic import layer
from cnnviz.arithmetic.checks import AXES
from cnnviz.components.sliding import sliding
from cnnviz.engine.results import Probed
from cnnviz.errors import ShapeError
from cnnviz.figures.pooling_shift import before_and_after, stays
from cnnviz.probes.pooling import Kept, Pooled
from cnnviz.ui.cell_edits import add_edits, middle_of, offer_undo, pin, pinned
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.numbers import of_size, percent
from cnnviz.ui.part import Part
from cnnviz.ui.picture_choice import choose_picture
from cnnviz.ui.pooling.state import (
    CHANNELS,
    FARTHEST,
    FORM,
    INPUT,
    OPERATION,
    PRESETS,
    SHIFT,
    SIZE,
    WORDS,
    State,
    read,
    settings_of,
)
from cnnviz.ui.question import Question
from cnnviz.ui.steps import distinct, equation

say, text = WORDS.say, WORDS.text


def _draw_grids(state: State, answer: Probed[Pooled]) -> None:
    """Draw input and output."""
    inputs, found = state.inputs, answer.found
    # The input's places are counted as drawn, padding and all.
    places = len(inputs) * prod(len(axis.source) for axis in state.axes)
    sliding(
        inputs,
        found.output,
        axes=state.axes,
        key=FORM.key("grids"),
        operation=state.drawn,
        divisors=found.divisors,
        norm=state.settings.get("norm_type", 2),
        winners=found.winners,
        selected=pinned(
            FORM, {"input": places, "output": found.output.size}, ("output", middle_of(found.output.shape[1:]))
        ),
        name=text("torch_name", kind=state.kind),
        words={"filter": text("word_channel")},
        on_pin=lambda cell: pin(FORM, cell),
        on_edit=lambda more: add_edits(FORM, more),
    )


def _draw_settings() -> None:
    settings = settings_of(FORM.get(OPERATION))
    FORM.draw(OPERATION, INPUT, SIZE, CHANNELS, *settings)
    offer_undo(FORM, "input")
    if FORM.get(INPUT) == "photo":
        with st.expander(text("choose"), icon=":material/image:"):
            choose_picture(FORM, resets=("edited_input",))


def _show_notes(state: State, answer: Probed[Pooled]) -> None:
    """Say what there is to see: who wins, what is divided by, padding, overhang, rows never read, and the channels."""
    found, window, settings = answer.found, state.layer.window, state.settings
    say(f"does_{state.operation.lower().replace(' ', '_')}", **_numbers(state, found))
    size, output = state.inputs.shape[-1], state.layer.output_size[-1]
    if window is not None and not state.is_adaptive:
        if window.stride[0] < window.kernel_size[0]:
            say("overlap", kernel=window.kernel_size[0], stride=window.stride[0])
        if window.before[0]:
            counted = settings.get("count_include_pad", True)
            how = text("padding_counted" if counted else "padding_not_counted")
            say("padding_max" if state.drawn == "max" else "padding_average", amount=window.before[0], how=how)
        if settings.get("ceil_mode"):
            span = window.dilation[0] * (window.kernel_size[0] - 1) + 1
            over = (output - 1) * window.stride[0] + span - size - window.before[0] - window.after[0]
            say("ceil_over" if over > 0 else "ceil_fits", over=over, output=output)
    if any(state.layer.unseen):
        say(
            "unseen",
            count=state.layer.unseen[-1],
            axis=WORDS.label(f"axis.{AXES[2][-1]}"),
            stride=settings.get("stride"),
        )
    say("channels", channels=len(state.inputs), values=state.inputs[0].size, outputs=found.output[0].size)


def _numbers(state: State, found: Pooled) -> dict[str, object]:
    """Return what the sentence about an operation has in its braces."""
    bounds = [[int(at) for at in row if at >= 0] for row in state.axes[-1].taps]
    window = state.layer.window
    return {
        "inputs": state.inputs.size,
        "outputs": found.output.size,
        "winners": 0 if found.winners is None else sum(len(np.unique(each)) for each in found.winners),
        "norm": state.settings.get("norm_type", 2),
        "taps": 0 if window is None else int(np.prod(window.kernel_size)),
        "size": state.inputs.shape[-1],
        "output": state.layer.output_size[-1],
        "each": state.inputs[0].size,
        "windows": ", ".join(f"{row[0]}-{row[-1]}" if len(row) > 1 else str(row[0]) for row in bounds if row),
    }


def _show_formula(state: State, answer: Probed[Pooled]) -> None:
    """Typeset the output's size."""
    say("formula")
    if state.is_adaptive:
        st.latex(text("formula_adaptive", size=state.inputs.shape[-1], output=state.layer.output_size[-1]))
    else:
        st.latex(equation(distinct(state.layer.steps)))
    say("formula_none", before=of_size(state.layer.input_size), after=of_size(state.layer.output_size))


def _show_shift(state: State, answer: Probed[Pooled]) -> None:
    """Show what becomes of the output when the input moves to the right."""
    st.subheader(text("shift"))
    say("shift_text")
    drawn_box, said_box = st.columns([3, 2], gap="large")
    columns, output = FORM.get(SHIFT), answer.found.output
    with said_box:
        FORM.draw(SHIFT, columns=1)
    shifted = ask(state.shifted())
    if shifted is not None:
        found = shifted.found
        names = text("shift_before"), text("shift_after", columns=columns)
        chart(before_and_after(output[0], found.output[0], found.same[0], names), key="moved", at=drawn_box)
        with said_box:
            numbers = {**_kept("", found.of_outputs), **_kept("_pixels", found.of_inputs)}
            say("shift_said" if columns else "shift_none", **numbers)
            if len(output) > 1:
                st.caption(text("shift_channel", channels=len(output)))
    _show_digits(state, columns)


def _kept(what: str, kept: Kept) -> dict[str, object]:
    share = percent(kept.kept / kept.places) if kept.places else "–"
    places = "pixels" if what else "places"
    return {f"kept{what}": kept.kept, places: kept.places, f"share{what}": share, f"change{what}": percent(kept.change)}


def _show_digits(state: State, columns: int) -> None:
    """Chart the same over a hundred digits of full size, against no pooling at all."""
    answers = {name: ask(request) for name, request in state.rivals().items()}
    found = {name: each.found for name, each in answers.items() if each is not None}
    if len(found) < len(answers):
        return
    ends = {"near": 0, "far": -1}
    shares = {f"{name}_{end}": percent(each.kept[at]) for name, each in found.items() for end, at in ends.items()}
    say("shift_digits", farthest=FARTHEST, **shares)
    left, right = st.columns(2, gap="large")
    for what, box in (("kept", left), ("change", right)):
        lines = {text(name): getattr(each, what) for name, each in found.items()}
        chart(stays(lines, columns, x=text("shift_x"), y=text(f"shift_{what}")), key=f"shift-{what}", at=box)


def question(state: State, answer: Probed[Pooled], number: int) -> Question | None:
    """Ask for the output's size after one change: of the stride, the kernel, the input, and so on without end."""
    channels, size = state.inputs.shape[:2]
    settings, what = dict(state.settings), "size"
    step = 1 + number // 3
    if not state.is_adaptive:
        what = ("stride", "kernel_size", "size")[number % 3]
    if what == "size":
        size += 2 * step + 1
    else:
        settings[what] += step
    try:
        then = layer(state.kind, (1, channels, size, size), **settings)
    except ShapeError:
        return question(replace(state, settings={**state.settings, "padding": 0}), answer, 2) if number else None
    right = then.output_size[1:]
    extent, now = right[-1], state.layer.output_size[-1]
    slips = [(channels, side, side) for side in (extent + 1, now, extent - 1, size, extent + 2) if side > 0]
    others = [each for each in [*slips, (channels + 1, extent, extent)] if each != tuple(right)]
    steps = [each for each in then.steps if each.name == AXES[2][-1]]
    why = text("predict_why", numbers=steps[0].numbers if steps else extent, result=extent, channels=channels)
    asked = text(f"predict_{what}", value=settings.get(what, size), size=size, channels=channels)
    return Question(asked, tuple(right), others, why)


def code(state: State, answer: Probed[Pooled]) -> str:
    """Return the few lines of Python that compute the output."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in state.settings.items())
    return text("code", inputs=state.inputs[None].shape, call=f"nn.{state.kind}({arguments})")


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw_grids,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formula,
    more=_show_shift,
    question=question,
    code=code,
    height=520,
)
