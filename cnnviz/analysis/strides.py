"""Where it depends on sizes of 1 whether a function copies its input or gives a view of it.

A tensor whose dimensions were swapped still lies in one piece when all but one of them are 1, so that making it
contiguous then copies nothing. A trace holds at another size only where the same sizes are 1.
"""

from collections.abc import Sequence

from cnnviz.analysis.functions import EXPANDING, PERMUTING, RESHAPING, words
from cnnviz.analysis.operations import Operation, Value


class Strides:
    """Which tensors may lie in memory in another order than that of their dimensions."""

    def __init__(self) -> None:
        self._strided: set[int] = set()
        self._copied: list[tuple[Value, bool]] = []

    def follow(self, op: Operation) -> None:
        """Look at the next operation."""
        strided = op.name in _MAKING or any(value.number in self._strided for value in op.inputs)
        if strided and op.name in _COPYING:
            image, made = op.inputs[0], op.outputs[0]
            # An outermost dimension that stays where it is does not decide.
            same = image.shape[:1] == made.shape[:1]
            self._copied += ((image, same), (made, same))
            strided = made.storage == image.storage
        if strided and op.name not in _STRAIGHT:
            self._strided.update(value.number for value in op.outputs)

    def ones(self, slot: Sequence[int | None]) -> list[tuple[int, int, bool]]:
        """Return (slot, dimension, whether it is 1 in the trace) of the sizes that decide."""
        return list(
            dict.fromkeys(
                (at, dim, size == 1)
                for value, same in self._copied
                if (at := slot[value.number]) is not None
                for dim, size in enumerate(value.shape)
                if dim or not same
            )
        )


_MAKING = PERMUTING | EXPANDING | words("getitem select narrow chunk split split_with_sizes tensor_split unbind")
_COPYING = RESHAPING | words("contiguous")
_STRAIGHT = words(
    """
    linear matmul rmatmul mm bmm addmm baddbmm layer_norm softmax log_softmax embedding multi_head_attention_forward
    lstm gru rnn_tanh rnn_relu
    """
)
