"""Questions about a convolution: how wide the output would be, and how many parameters there would be, if."""

from functools import partial

from cnnviz.arithmetic import Layer, layer
from cnnviz.engine.results import Probed
from cnnviz.errors import ShapeError
from cnnviz.probes.convolution import Convolved
from cnnviz.ui.convolution.state import WORDS, State
from cnnviz.ui.question import Question, next_possible
from cnnviz.ui.steps import width_step

text = WORDS.text
# In turn; each round changes them by one more.
ASKED = ("stride", "kernel_size", "filters", "padding", "size", "dilation")


def question(state: State, answer: Probed[Convolved], number: int) -> Question | None:
    """Return a question about the state after one change, the next one that can be asked."""
    return next_possible(ASKED, number, partial(_question, state))


def _question(state: State, name: str, more: int) -> Question:
    """Raises ShapeError where torch would refuse the change."""
    if name == "filters":
        more *= state.groups
    usual = {"stride": 1, "padding": 0, "dilation": 1, "size": state.inputs.shape[-1]}
    now = state.arguments.get(name, usual.get(name))
    if not isinstance(now, int):
        # Padding "same" is no number to change.
        raise ShapeError("There is no other.")
    value = now + (2 * more if name == "size" else more)
    then = _layer(state, **{name: value})
    asked = text(f"predict_{name}", value=value, now=now)
    if name == "filters":
        return _about_parameters(state, then, asked)
    right = then.output_size[-1]
    slips = [
        state.layer.output_size[-1],
        *_forgetting(state, **{name: value}),
        right + 1,
        right - 1,
        right + 2,
        right + 3,
    ]
    step, same = width_step(then), state.settings.get("padding") == "same"
    why = text("predict_why_same") if same or step is None else f"${step.numbers} = {right}$"
    return Question(asked, right, [slip for slip in slips if slip > 0 and slip != right], why)


def _forgetting(state: State, **changes: int) -> list[int]:
    """Return the widths that follow when padding, stride or dilation is forgotten."""
    widths = []
    for forgotten in ({"padding": 0}, {"stride": 1}, {"dilation": 1}):
        try:
            widths.append(_layer(state, **{**changes, **forgotten}).output_size[-1])
        except ShapeError:
            continue
    return widths


def _about_parameters(state: State, then: Layer, asked: str) -> Question:
    weights, filters = then.weights, then.output_size[1]
    each = state.inputs.shape[0] // state.groups
    slips = [then.weights if then.biases else weights + filters, weights // each + then.biases, state.layer.parameters]
    more = [weights * state.groups, weights + 1, weights + filters + 1, 2 * then.parameters]
    parts = {step.name: step.numbers for step in then.steps}
    plus = f" + {parts['biases']}" if then.biases else ""
    why = f"${parts['weights']}{plus} = {then.parameters}$"
    return Question(asked, then.parameters, [slip for slip in (*slips, *more) if slip != then.parameters], why)


def _layer(state: State, **changes: int) -> Layer:
    size = changes.pop("size", state.inputs.shape[-1])
    shape = (1, len(state.inputs), *(size,) * (state.inputs.ndim - 1))
    return layer(state.kind, shape, **{**state.arguments, **changes})
