"""Activation functions: their curves and costs, what they do to trained networks, to deep stacks and to training."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import ModelChoice, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.activation_functions import Cost, Curves, Facts
    from cnnviz.probes.deep_stack import Measured
    from cnnviz.probes.dying_units import Training
    from cnnviz.probes.swapped_activations import Swapped
    from cnnviz.probes.two_weights import Descent


@dataclass(frozen=True)
class SampleActivations(Request["Probed[tuple[Curves, dict[str, Facts]]]"]):
    """The curves of activation functions and what is known of each; `prelu_slope` is PReLU's below 0."""

    activations: tuple[str, ...]
    prelu_slope: float


@dataclass(frozen=True)
class TimeActivations(Request["Probed[dict[str, Cost]]"]):
    """What activation functions cost beside ReLU on this machine."""

    activations: tuple[str, ...]


@dataclass(frozen=True)
class SwapActivations(Request["Probed[Swapped]"]):
    """A network on a sheet of test images, before and after its activation functions become `activation`."""

    model: ModelChoice
    sheet: str
    activation: str
    prelu_slope: float
    threshold: float


@dataclass(frozen=True)
class StackActivations(Request["Probed[Measured]"]):
    """Activations and gradients by depth in a stack of `depth` linear layers of one width, as training would begin."""

    activation: str
    width: int
    depth: int
    beginning: str
    seed: int


@dataclass(frozen=True)
class DescendTwoWeights(Request["Probed[tuple[Descent, Descent]]"]):
    """One neuron fed with the outputs of `activation` learns, from them as they are and from them centred."""

    activation: str
    examples: int
    rate: float
    steps: int
    seed: int


@dataclass(frozen=True)
class TrainUnits(Request["Probed[Training]"]):
    """A small network learns the sheet of test digits; what becomes of its units."""

    activation: str
    rate: float
    first_bias: float
    steps: int
    seed: int
