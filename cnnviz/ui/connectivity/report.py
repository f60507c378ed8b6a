"""The connections on the screen in words, formulas, questions and code."""

import numpy as np
import streamlit as st

from cnnviz.arithmetic.connectivity import STEPS, connections
from cnnviz.components.connections import connections as draw_connections
from cnnviz.engine.results import Probed
from cnnviz.probes.connectivity import Connected
from cnnviz.ui.connectivity.state import AXES, FORM, INPUT, KERNEL, PRESETS, STEP, WORDS, State, read, sliders
from cnnviz.ui.numbers import of_size, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question

say, text = WORDS.say, WORDS.text


def _draw(state: State, answer: Probed[Connected]) -> None:
    """Draw how many weights each of the three steps has, the one that is drawn marked, and the connections."""
    numbers = _numbers(state)
    for box, step in zip(st.columns(3, gap="medium"), STEPS, strict=True):
        with box:
            say(f"count_{step}_here" if step == state.step else f"count_{step}", **numbers)
    found = answer.found
    draw_connections(
        state.inputs.flatten(),
        found.product,
        found.matrix,
        found.owners,
        sizes=(state.inputs.shape, state.outputs),
        key=FORM.key("connections"),
    )


def _numbers(state: State) -> dict[str, int]:
    counts = state.connections
    weights = {step: counts.weights(step) for step in STEPS}
    return {**weights, "one": counts.inputs, "inputs": counts.inputs, "outputs": counts.outputs, "taps": counts.taps}


def _draw_settings() -> None:
    # A kernel's name says something only where there is a kernel.
    kernel = (KERNEL,) if FORM.get(STEP) == "shared" else ()
    FORM.draw(STEP, AXES, INPUT, *kernel)
    FORM.draw(*sliders(FORM.get(AXES)))


def _show_notes(state: State, answer: Probed[Connected]) -> None:
    """Say that the matrix and what the step is called give the same numbers."""
    found = answer.found
    say(
        f"same_{state.step}",
        gap=short(float(np.abs(found.product - found.other).max()), 1),
        entries=found.matrix.size,
        filled=int((found.owners >= 0).sum()),
        weights=len(np.unique(found.owners[found.owners >= 0])),
        outputs=found.product.size,
        kernel=of_size(state.inputs.shape),
        function=f"conv{state.axes}d",
    )
    if state.step == "shared":
        say("toeplitz" if state.axes == 1 else "toeplitz_blocks")


def _show_formulas(state: State, answer: Probed[Connected]) -> None:
    numbers = _numbers(state)
    for step in STEPS:
        st.latex(text(f"formula_{step}", **numbers))


def question(state: State, answer: Probed[Connected], number: int) -> Question:
    """Ask for the weights of the three steps in turn, on ever larger inputs and with larger kernels."""
    turn, later = divmod(number, len(STEPS))
    step = STEPS[(STEPS.index(state.step) + later) % len(STEPS)]
    kernel = (state.kernel_size + turn % 2,) * state.axes
    size = tuple((2 + turn // 2) * length for length in state.inputs.shape)
    windows = tuple((length - kernel[0]) // state.stride + 1 for length in size)
    then, now = connections(size, windows, kernel), state.connections
    right = then.weights(step)
    slips = [
        *map(then.weights, STEPS),
        now.weights(step),
        then.inputs,
        2 * now.weights(step),
        right + then.taps,
        right + 1,
    ]
    asked = text(f"predict_{step}", size=of_size(size), kernel=of_size(kernel), stride=state.stride)
    why = text(f"predict_why_{step}", inputs=then.inputs, outputs=then.outputs, taps=then.taps, right=right)
    return Question(asked, right, [slip for slip in slips if slip != right], why)


def code(state: State, answer: Probed[Connected]) -> str:
    """Return the few lines of Python that make the matrix of a convolution and multiply with it."""
    shape, kernel = state.inputs.shape, (state.kernel_size,) * state.axes
    weights = state.weights if state.step == "shared" else np.ones(kernel)
    return text(
        "code",
        shape=(1, 1, *shape),
        eye=(state.inputs.size, 1, *shape),
        inputs=state.inputs.size,
        kernel=weights.tolist(),
        function=f"conv{state.axes}d",
        stride=state.stride,
    )


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    question=question,
    code=code,
    height=480,
)
