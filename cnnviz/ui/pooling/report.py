"""What a pooling on the screen does, in words, formulas, figures and questions: all but its state."""

from functools import partial

import numpy as np
import streamlit as st

from cnnviz.arithmetic import layer
from cnnviz.design.torch_line import torch_line
from cnnviz.engine.results import Probed
from cnnviz.figures.pooling_shift import before_and_after, stays
from cnnviz.probes.pooling import Kept, Pooled
from cnnviz.ui.cell_edits import offer_undo, slide
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask, ask_named
from cnnviz.ui.numbers import of_size, percent
from cnnviz.ui.part import Part
from cnnviz.ui.picture_choice import offer_pictures
from cnnviz.ui.pooling.state import FARTHEST, FORM, INPUT, PRESETS, SHIFT, WORDS, State, controls, read
from cnnviz.ui.question import Question, next_possible
from cnnviz.ui.steps import distinct, equation, say_unseen, width_step

say, text = WORDS.say, WORDS.text


def _draw_grids(state: State, answer: Probed[Pooled]) -> None:
    """Draw input and output."""
    found = answer.found
    slide(
        FORM,
        state.axes,
        state.inputs,
        found.output,
        operation=state.drawn,
        divisors=found.divisors,
        norm=state.settings.get("norm_type", 2),
        winners=found.winners,
        name=text("torch_name", kind=state.kind),
        words={"filter": text("word_channel")},
    )


def _draw_settings() -> None:
    FORM.draw(*controls())
    offer_undo(FORM, "input")
    if FORM.get(INPUT) == "photo":
        offer_pictures(FORM, resets=("edited_input",))


def _show_notes(state: State, answer: Probed[Pooled]) -> None:
    """Say what there is to see: who wins, what is divided by, padding, overhang, rows never read, and the channels."""
    found, window, settings = answer.found, state.layer.window, state.settings
    say(f"does_{state.operation.lower().replace(' ', '_')}", **_numbers(state, found))
    size, output = state.inputs.shape[-1], state.layer.output_size[-1]
    if window is not None and not state.is_adaptive:
        if window.stride[0] < window.kernel_size[0]:
            say("overlap", kernel=window.kernel_size[0], stride=window.stride[0])
        if window.before[0]:
            average = "padding_counted" if settings.get("count_include_pad", True) else "padding_not_counted"
            say("padding_max" if state.drawn == "max" else average, amount=window.before[0])
        if settings.get("ceil_mode"):
            span = window.dilation[0] * (window.kernel_size[0] - 1) + 1
            over = (output - 1) * window.stride[0] + span - size - window.before[0] - window.after[0]
            say("ceil_over" if over > 0 else "ceil_fits", over=over, output=output)
    say_unseen(WORDS, state.layer)
    say("channels", channels=len(state.inputs), values=state.inputs[0].size, outputs=found.output[0].size)


def _numbers(state: State, found: Pooled) -> dict[str, object]:
    """Return what the sentence about an operation has in its braces."""
    bounds = [[int(at) for at in row if at >= 0] for row in state.axes[-1].taps]
    window = state.layer.window
    return {
        "inputs": state.inputs.size,
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
    found = ask_named(state.rivals())
    if found is None:
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
    asked = ("size",) if state.is_adaptive else ("stride", "kernel_size", "size")
    return next_possible(asked, number, partial(_question, state))


def _question(state: State, name: str, more: int) -> Question:
    """Raises ShapeError where torch would refuse the change."""
    channels, size = state.inputs.shape[:2]
    settings = dict(state.settings)
    if name == "size":
        size += 2 * more + 1
    else:
        settings[name] += more
    then = layer(state.kind, (1, channels, size, size), **settings)
    right, extent = then.output_size[1:], then.output_size[-1]
    slips = [extent + 1, state.layer.output_size[-1], extent - 1, size, extent + 2]
    others = [*((channels, side, side) for side in slips if side > 0), (channels + 1, extent, extent)]
    step = width_step(then)
    why = text("predict_why", numbers=step.numbers if step else extent, result=extent, channels=channels)
    asked = text(f"predict_{name}", value=settings.get(name, size), size=size, channels=channels)
    return Question(asked, right, [each for each in others if each != right], why)


def code(state: State, answer: Probed[Pooled]) -> str:
    """Return the few lines of Python that compute the output."""
    call = torch_line(state.kind, state.layer.input_size, state.settings)
    return text("code", inputs=state.inputs[None].shape, call=call)


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
