"""LSTM, GRU and plain recurrent layers and cells: sizes, multiply-accumulates and memory.

Every weight matrix of a layer, direction and gate is used once for each step of each sequence. What torch keeps of the
steps differs between its implementations; the numbers of memory are those of a CPU, the LSTM's within some 15 %.
"""

from math import prod

from cnnviz.analysis.functions import words
from cnnviz.analysis.memory_terms import Extra, Kept, Needs, Of, copy_of
from cnnviz.analysis.operations import Operation, Shape, Value
from cnnviz.analysis.output_sizes import require

LAYERS = words("lstm gru rnn_tanh rnn_relu")
CELLS = words("lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell")

# For each step and hidden unit: the numbers kept for the backward pass, and those alive inside of a run.
_KEPT = {"lstm": 17, "gru": 7, "lstm_cell": 8, "gru_cell": 5}
_INSIDE = {"gru": 4, "rnn_tanh": 2, "rnn_relu": 2}


def _matrices(op: Operation) -> list[Value]:
    """Return the weights without the biases; for a layer they are the last tuple of its arguments."""
    given = [item for item in op.arguments if isinstance(item, tuple)][-1] if op.name in LAYERS else op.inputs[2:]
    return [value for value in given if isinstance(value, Value) and len(value.shape) == 2 and value.storage < 0]


def macs(op: Operation) -> int:
    """Return the products of all gates, over all steps."""
    return prod(op.inputs[0].shape[:-1]) * sum(prod(matrix.shape) for matrix in _matrices(op))


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
