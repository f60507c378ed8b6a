"""LSTM, GRU and plain recurrent layers and cells: sizes, multiply-accumulates and memory.

Every weight matrix of a layer, direction and gate is used once for each step of each sequence. What torch keeps of the
steps differs between its implementations; the numbers of memory are those of a CPU, the LSTM's within some 15 %.
"""

from math import prod
from typing import Any

from torch import Tensor

from cnnviz.analysis.memory_terms import Extra, Kept, Needs, Of, copy_of
from cnnviz.analysis.operations import Operation, Shape, Value
from cnnviz.analysis.output_sizes import require

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
LAYERS = frozenset(GATES)
CELLS = frozenset(f"{kind}_cell" for kind in GATES)

# For each step and hidden unit: the numbers kept for the backward pass, and those alive inside of a run.
_KEPT = {"lstm": 17, "gru": 7, "lstm_cell": 8, "gru_cell": 5}
_INSIDE = {"gru": 4, "rnn_tanh": 2, "rnn_relu": 2}


def _matrices(op: Operation) -> list[Value]:
    """Return the weights without the biases; for a layer they are the last tuple of its arguments."""
    given = [item for item in op.arguments if isinstance(item, tuple)][-1] if op.name in LAYERS else op.arguments[2:4]
    return [value for value in given if len(value.shape) == 2]


def macs(op: Operation) -> int:
    """Return the products of all gates, over all steps."""
    return prod(op.inputs[0].shape[:-1]) * sum(prod(matrix.shape) for matrix in _matrices(op))


def layer_output(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Return the outputs of a layer on meta tensors: of all steps, then the states. None where torch itself must tell.

    torch runs such a layer step by step, on the meta device in Python: a thousand steps take it fifteen seconds. What a
    layer's module has looked at, such as the states' sizes, is not looked at again.
    """
    if len(arguments) != 9 or keywords:
        return None
    packed = isinstance(arguments[3], tuple | list)
    image, states, weights = arguments[0], _tensors(arguments[1 + packed]), arguments[2 + packed]
    twice, batch_first = (arguments[-1], False) if packed else arguments[-2:]
    if not isinstance(weights, tuple | list) or not _all_like(image, (*states, *weights)):
        return None
    if (
        image.dim() != 3 - packed
        or image.shape[-1] != weights[0].shape[-1]
        or any(state.dim() != 3 for state in states)
    ):
        return None
    if packed and states[0].shape[1] != int(arguments[1][0]):
        return None
    # torch too works with the steps first, and swaps them afterwards.
    steps = (image.shape[1], image.shape[0]) if batch_first else image.shape[:-1]
    made = image.new_empty((*steps, states[0].shape[-1] * (2 if twice else 1)))
    return (made.transpose(0, 1) if batch_first else made, *(state.new_empty(state.shape) for state in states))


def cell_output(gates: int, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Return the state, or for an LSTM the states, after a step on meta tensors, or None where torch must tell."""
    if len(arguments) < 4 or keywords:
        return None
    image, states, (from_image, from_state, *biases) = arguments[0], _tensors(arguments[1]), arguments[2:]
    biases = [bias for bias in biases if bias is not None]
    if not _all_like(image, (*states, from_image, from_state, *biases)) or image.dim() != 2:
        return None
    state, rows = states[0].shape, gates * states[0].shape[-1]
    fits = from_image.shape == (rows, image.shape[1]) and from_state.shape == (rows, state[-1])
    fits = fits and state == (image.shape[0], state[-1]) and all(bias.shape == (rows,) for bias in biases)
    if not fits or any(item.shape != state or not item.is_contiguous() for item in states):
        return None
    made = tuple(item.new_empty(state) for item in states)
    return made if isinstance(arguments[1], tuple | list) else made[0]


def _tensors(states: Any) -> tuple[Any, ...]:
    return tuple(states) if isinstance(states, tuple | list) else (states,)


def _all_like(image: Any, others: tuple[Any, ...]) -> bool:
    """Return whether all are floating-point tensors of one type on the meta device."""
    return all(
        isinstance(item, Tensor) and item.is_meta and item.is_floating_point() and item.dtype == image.dtype
        for item in (image, *others)
    )


def layer_sizes(op: Operation, of: Of) -> list[Shape]:
    """Return the size of the outputs of every step, then of the states, (layers, batch, features)."""
    packed = isinstance(op.arguments[3], tuple)
    image, before = of(op.inputs[0]), op.inputs[0].shape
    require(not packed and image[-1] == before[-1])
    batch = image[0 if op.arguments[-1] else 1]
    first, *states = (made.shape for made in op.outputs)
    return [(*image[:-1], first[-1]), *((state[0], batch, state[2]) for state in states)]


def cell_sizes(op: Operation, of: Of) -> list[Shape]:
    image = of(op.inputs[0])
    require(image[-1] == op.inputs[0].shape[-1] and of(op.inputs[1])[:-1] == image[:-1])
    return [(*image[:-1], made.shape[-1]) for made in op.outputs]


def layer_kept(op: Operation, needs: Needs) -> Kept:
    image, hidden = op.inputs[0], _matrices(op)[1].shape[-1]
    runs, directions = len(_matrices(op)) // 2, op.outputs[0].shape[-1] // hidden
    each = runs * _KEPT.get(op.name, 1) + (runs - directions)
    return [image, lambda of: each * hidden * image.itemsize * prod(of(image)[:-1])]


def cell_kept(op: Operation, needs: Needs) -> Kept:
    return [*op.inputs[:2], op.outputs[0], copy_of(op.outputs[0], _KEPT.get(op.name, 0))]


def workspace(op: Operation) -> Extra | None:
    """The outputs of the layer before, those of both directions before they are joined, and the gates."""
    image, hidden = op.inputs[0], _matrices(op)[1].shape[-1]
    directions = op.outputs[0].shape[-1] // hidden
    layers = len(_matrices(op)) // 2 // directions
    each = (layers > 1) * directions + (directions > 1) * directions + _INSIDE.get(op.name, 0)
    return lambda of: each * hidden * image.itemsize * prod(of(image)[:-1])
