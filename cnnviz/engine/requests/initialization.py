"""How weights begin: what that does to a deep stack, to the first steps of training, and to a layer's variance."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.deep_stack import Stretch
    from cnnviz.probes.first_steps import Learning, UnitRows
    from cnnviz.probes.variance import Lines


@dataclass(frozen=True)
class Stack:
    """A cnnviz.probes.deep_stack.DeepStack in plain values, its `function` by name."""

    widths: tuple[int, ...]
    function: str
    beginning: str
    amount: float = 0.01
    kernel_size: int | None = None
    residual: bool = False
    last_zero: bool = False
    seed: int = 0

    @property
    def depth(self) -> int:
        """The number of layers, or of blocks."""
        return len(self.widths) - 1


@dataclass(frozen=True)
class StackUp(Request["Probed[Stretch]"]):
    """The activations of part 1, 2, ... of a stack, from the bottom; part 0 is its input."""

    stack: Stack
    part: int


@dataclass(frozen=True)
class StackDown(Request["Probed[Stretch]"]):
    """The gradients of part 1, 2, ... of a stack, counted from the top; part 0 is the gradient that is sent back."""

    stack: Stack
    part: int


@dataclass(frozen=True)
class LearnFrom(Request["Probed[Learning]"]):
    """So many steps of gradient descent on the hundred test digits; a stack's `widths` are 784, ..., 10."""

    stack: Stack
    rate: float
    steps: int


@dataclass(frozen=True)
class WatchUnits(Request["Probed[UnitRows]"]):
    """The weights of every unit through such steps, in double precision; the first layer's before the steps `kept`."""

    stack: Stack
    rate: float
    steps: int
    kept: tuple[int, ...]


@dataclass(frozen=True)
class CheckVariance(Request["Probed[Lines]"]):
    """The variance of a layer's outputs line by line; inputs are `drawn` as one of INPUTS, weights are normal."""

    fan_in: int
    deviation: float
    drawn: str
    seed: int
