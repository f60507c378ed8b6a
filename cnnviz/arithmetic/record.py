"""What is known about one layer at one input size: a flat record of plain integers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod

Size = tuple[int, ...]
Link = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a calculation: what is computed, the formula and the formula with the user's numbers, both LaTeX."""

    name: str
    formula: str
    numbers: str
    result: int


@dataclass(frozen=True, slots=True)
class Window:
    """The window that a layer slides over its input, one entry an axis.

    `before` and `after` are the rows of padding at the start and at the end; `same` pads an even kernel unevenly, and
    a negative number cuts rows off. A stride of 0 is one window over the whole axis. A transposed convolution slides
    its window over the OUTPUT, whose first `before` and last `after` rows are cut off.
    """

    kernel_size: Size
    stride: Size
    dilation: Size
    before: Size
    after: Size


def no_steps() -> tuple[Step, ...]:
    """Return the steps of a layer that computes nothing worth a formula."""
    return ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer applied to one input. Sizes are (N, C, ...), the batch included; counts are for the whole batch.

    - `kind` is the name of torch's class.
    - `weights`, `biases`, `buffers`: numbers stored. Buffers are the running statistics, which are not trained.
    - `macs`: multiply-accumulates of convolutions and linear layers, without bias; `flops` is twice that.
    - `operations`: FLOPs of everything, in evaluation: `flops`, 1 a bias added, 1 for each comparison, addition,
      multiplication, division, root, power, exponential, logarithm, tanh or erf. What depends on the parameters alone
      (a batch norm's scale and shift from its running statistics, an interpolation's weights) is prepared beforehand,
      and moving or copying numbers is free.
    - `window`: None where every output sees its own position alone, and where `whole`.
    - `whole`: every output depends on all positions of the input.
    - `unseen`: for each axis, how many of the input's last rows no output reads.
    - `saves`: which of "input" and "output" autograd keeps for the backward pass in training, parameters and buffers
      aside. `saved_values` are the numbers of the input's type that it keeps besides, `saved_bytes` what does not
      depend on that type (indices, masks). As PyTorch does on a CPU.
    - `links`: for each axis ((a, b, c), (a', b', c')): output i reads from input floor((a·i + b) / c) to
      floor((a'·i + b') / c'); None where output i reads input i.
    """

    kind: str
    input_size: Size
    output_size: Size
    weights: int = 0
    biases: int = 0
    buffers: int = 0
    macs: int = 0
    operations: int = 0
    window: Window | None = None
    whole: bool = False
    unseen: Size = ()
    saves: tuple[str, ...] = ()
    saved_values: int = 0
    saved_bytes: int = 0
    links: tuple[tuple[Link, Link], ...] | None = field(default=None, repr=False)
    explain: Callable[[], tuple[Step, ...]] = field(default=no_steps, repr=False, compare=False)

    @property
    def parameters(self) -> int:
        """The numbers that are trained: weights and biases."""
        return self.weights + self.biases

    @property
    def flops(self) -> int:
        """Two floating point operations a multiply-accumulate."""
        return 2 * self.macs

    @property
    def saved_extra(self) -> int:
        """Bytes that autograd keeps besides `saves`, for numbers of 4 bytes; see `saved`."""
        return self.saved_bytes + 4 * self.saved_values

    @property
    def steps(self) -> tuple[Step, ...]:
        """The calculation, made when asked for: output sizes, then parameters, then MACs."""
        return self.explain()

    def memory(self, itemsize: int = 4) -> int:
        """Return the bytes of the output, for numbers of `itemsize` bytes."""
        return itemsize * prod(self.output_size)

    def saved(self, itemsize: int = 4) -> int:
        """Return the bytes that autograd keeps for this layer alone, for numbers of `itemsize` bytes."""
        kept = {"input": self.input_size, "output": self.output_size}
        return self.saved_bytes + itemsize * (self.saved_values + sum(prod(kept[which]) for which in self.saves))
