"""How many weights outputs need that are connected with all inputs, with their neighbours, or with shared weights."""

from dataclasses import dataclass
from math import prod

from cnnviz.arithmetic.record import Size

STEPS = ("all", "local", "shared")


@dataclass(frozen=True, slots=True)
class Connections:
    """Inputs, channels and all; outputs; and the inputs that one output sees, `taps`; of several `filters`."""

    inputs: int
    outputs: int
    taps: int
    filters: int = 1

    def weights(self, step: str) -> int:
        """Return the weights of one of STEPS: "shared" is a convolution's, "all" a fully connected layer's."""
        return {
            "all": self.inputs * self.outputs,
            "local": self.outputs * self.taps,
            "shared": self.filters * self.taps,
        }[step]


def connections(size: Size, outputs: Size, kernel_size: Size, *, channels: int = 1, filters: int = 1) -> Connections:
    """Return the connections between inputs (channels, *size) and outputs (filters, *outputs) without a bias.

    >>> [connections((7,), (3,), (3,)).weights(step) for step in STEPS]
    [21, 9, 3]
    """
    return Connections(channels * prod(size), filters * prod(outputs), channels * prod(kernel_size), filters)
