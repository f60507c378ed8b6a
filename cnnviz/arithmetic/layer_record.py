"""A layer of a network with its numbers, whoever worked them out: rows of text, an analysis, or an engine."""

from dataclasses import dataclass

from cnnviz.arithmetic.receptive_field import ReceptiveField
from cnnviz.arithmetic.record import Size

# A kernel size and a stride, one entry an axis.
Taps = tuple[Size, Size]


@dataclass(frozen=True)
class LayerRecord:
    """One layer, or one call of a function, of a network at one input size.

    `kind` is the name of torch's class or function. `output_size` is (N, C, ...), the batch included, None for a row
    that cannot work, which has no numbers. `parameters`, `macs` and `memory`, the bytes of the output, add up over the
    layers of a network.
    """

    name: str
    kind: str
    output_size: Size | None
    parameters: int
    macs: int
    memory: int

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs

    @property
    def receptive_field(self) -> ReceptiveField | None:
        """Which input pixels the units can depend on, None where no one field describes them or none is known."""
        return None

    @property
    def taps(self) -> Taps | None:
        """The kernel size and the stride of a convolution or a pooling, None for any other layer."""
        return None

    @property
    def inside(self) -> tuple["LayerRecord", ...]:
        """The calls inside of a block, in the order of execution; none for a layer."""
        return ()
