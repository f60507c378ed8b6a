"""What a pooling on the screen does, in words, formulas and figures: the parts below its grids."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.arithmetic import layer
from cnnviz.arithmetic.checks import AXES
from cnnviz.errors import ShapeError
from cnnviz.figures.pooling_shift import before_and_after, stays
from cnnviz.ui import lesson
from cnnviz.ui.amounts import of_size
from cnnviz.ui.basics.pooling_form import FARTHEST, SHIFT, Experiment
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.steps import distinct, equation

SCREEN = "pooling"
_OPERATIONS = {
    "max": "max",
    "average": "average",
    "LP": "LP",
    "global average": "global_average",
    "adaptive average": "adaptive_average",
    "adaptive max": "adaptive_max",
}


def show_notes(made: Experiment, found: Any) -> None:
    """Say what there is to see: who wins, what is divided by, padding, overhang, rows never read, and the channels."""
    say(SCREEN, _OPERATIONS[made.operation], **_numbers(made, found))
    window = made.layer.window
    size, output = made.inputs.shape[-1], made.layer.output_size[-1]
    if window is not None and not made.kind.startswith("Adaptive"):
        if window.stride[0] < window.kernel_size[0]:
            say(SCREEN, "overlap", kernel=window.kernel_size[0], stride=window.stride[0])
        if window.before[0]:
            which = "padding_max" if made.drawn == "max" else "padding_average"
            counted = made.settings.get("count_include_pad", True)
            how = text(SCREEN, "padding_counted" if counted else "padding_not_counted")
            say(SCREEN, which, amount=window.before[0], how=how)
        if made.settings.get("ceil_mode"):
            span = window.dilation[0] * (window.kernel_size[0] - 1) + 1
            over = (output - 1) * window.stride[0] + span - size - window.before[0] - window.after[0]
            say(SCREEN, "ceil_over" if over > 0 else "ceil_fits", over=over, output=output)
    if any(made.layer.unseen):
        say(SCREEN, "unseen", count=made.layer.unseen[-1], axis=AXES[2][-1], stride=made.settings.get("stride"))
    channels = made.inputs.shape[0]
    say(SCREEN, "channels", channels=channels, values=made.inputs[0].size, outputs=found.output[0].size)


def _numbers(made: Experiment, found: Any) -> dict[str, object]:
    """Return what the sentence about an operation has in its braces."""
    numbers: dict[str, object] = {"inputs": made.inputs.size, "outputs": found.output.size}
    if found.winners is not None:
        numbers["winners"] = sum(len(np.unique(each)) for each in found.winners)
    numbers["norm"] = made.settings.get("norm_type", "")
    numbers["taps"] = int(np.prod(made.layer.window.kernel_size)) if made.layer.window is not None else ""
    numbers["size"], numbers["output"] = made.inputs.shape[-1], made.layer.output_size[-1]
    numbers["each"] = made.inputs[0].size
    if made.kind.startswith("Adaptive"):
        bounds = [[int(at) for at in row if at >= 0] for row in made.axes()[-1].taps]
        numbers["windows"] = ", ".join(f"{row[0]}-{row[-1]}" if len(row) > 1 else str(row[0]) for row in bounds)
    return numbers


def show_formula(made: Experiment) -> None:
    """Typeset how the output's size comes about."""
    say(SCREEN, "formula")
    if made.kind.startswith("Adaptive"):
        st.latex(text(SCREEN, "formula_adaptive", size=made.inputs.shape[-1], output=made.layer.output_size[-1]))
    else:
        st.latex(equation(distinct(made.layer.steps)))
    before, after = of_size(made.layer.input_size), of_size(made.layer.output_size)
    say(SCREEN, "formula_none", before=before, after=after)


def show_shift(made: Experiment, output: np.ndarray) -> None:
    """Show what becomes of the output when the input moves to the right."""
    st.subheader(text(SCREEN, "shift"))
    say(SCREEN, "shift_text")
    drawn_box, said_box = st.columns([3, 2], gap="large")
    columns = value_of(SHIFT)
    with said_box:
        SHIFT.draw()
    answer = ask(made.moved(columns))
    if answer is not None:
        found = answer.found
        names = text(SCREEN, "shift_before"), text(SCREEN, "shift_after", columns=columns)
        figure = before_and_after(output[0], found.output[0], found.same[0], names)
        chart(figure, key="moved", at=drawn_box)
        with said_box:
            pixels, pooled = found.of_inputs, found.of_outputs
            numbers = {
                "kept": pooled.kept,
                "places": pooled.places,
                "share": _share(pooled),
                "change": f"{pooled.change:.0%}",
                "kept_pixels": pixels.kept,
                "pixels": pixels.places,
                "share_pixels": _share(pixels),
                "change_pixels": f"{pixels.change:.0%}",
            }
            say(SCREEN, "shift_said" if columns else "shift_none", **numbers)
            if len(output) > 1:
                st.caption(text(SCREEN, "shift_channel", channels=len(output)))
    _show_digits(made, columns)


def _share(kept: Any) -> str:
    return f"{kept.kept / kept.places:.0%}" if kept.places else "-"


def _show_digits(made: Experiment, columns: int) -> None:
    """Chart the same over a hundred digits of full size, against no pooling at all."""
    answers = {name: ask(request) for name, request in made.rivals().items()}
    found = {name: each.found for name, each in answers.items() if each is not None}
    if len(found) < len(answers):
        return
    ends = {"near": 0, "far": -1}
    shares = {f"{name}_{end}": f"{each.kept[at]:.0%}" for name, each in found.items() for end, at in ends.items()}
    say(SCREEN, "shift_digits", farthest=FARTHEST, **shares)
    left, right = st.columns(2, gap="large")
    x = text(SCREEN, "shift_x")
    kept = {text(SCREEN, name): each.kept for name, each in found.items()}
    change = {text(SCREEN, name): each.change for name, each in found.items()}
    chart(stays(kept, columns, x=x, y=text(SCREEN, "shift_kept")), key="shift-kept", at=left)
    chart(stays(change, columns, x=x, y=text(SCREEN, "shift_change")), key="shift-change", at=right)


def predict(made: Experiment) -> None:
    """Ask for the output's size after one change."""
    channels, size = made.inputs.shape[:2]
    changed, then_size, key = dict(made.settings), size, "predict"
    if made.kind.startswith("Adaptive"):
        then_size, key = size + 3, "predict_adaptive"
    else:
        changed["stride"] += 1
    try:
        then = layer(made.kind, (1, channels, then_size, then_size), **changed)
    except ShapeError:
        return
    right = then.output_size[1:]
    extent = right[-1]
    wrong = [(channels, extent + 1), (1, extent), (channels, made.layer.output_size[-1]), (channels, then_size), (4, 1)]
    sizes = dict.fromkeys([tuple(right), *((count, side, side) for count, side in wrong if side > 0)])
    options = sorted([*sizes][:4])
    steps = [step for step in then.steps if step.name == AXES[2][-1]]
    numbers = {"stride": changed.get("stride", 0), "side": then_size, "channels": channels}
    lesson.predict(
        f"pooling-{made.kind}-{made.inputs.shape}-{sorted(made.settings.items())}",
        text(SCREEN, key, **numbers),
        [of_size(each) for each in options],
        options.index(tuple(right)),
        text(SCREEN, "predict_why", numbers=steps[0].numbers if steps else extent, result=extent, channels=channels),
    )


def code_lines(made: Experiment) -> str:
    """Return the few lines of Python that compute the output."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in made.settings.items())
    return text(SCREEN, "code", inputs=made.inputs[None].shape, call=f"nn.{made.kind}({arguments})")
