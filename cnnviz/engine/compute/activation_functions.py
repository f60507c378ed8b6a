"""Activation functions on the CPU, where a few numbers take the least time; a network where it is."""

import torch

from cnnviz import images
from cnnviz.engine.compute.inputs import digits, sheet_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import (
    DescendTwoWeights,
    SampleActivations,
    SwapActivations,
    TimeActivations,
    TrainUnits,
)
from cnnviz.engine.results import Probed
from cnnviz.probes.activation_functions import Cost, Curves, Facts, costs, facts, sampled
from cnnviz.probes.dying_units import Training, train
from cnnviz.probes.swapped_activations import Swapped, swapped
from cnnviz.probes.two_weights import Descent, centred, descend, example_inputs


@computes(SampleActivations)
def sample(request: SampleActivations, run: Run) -> Probed[tuple[Curves, dict[str, Facts]]]:
    """Return curves and facts in the order of the names."""
    # Of all but PReLU they are worked out once.
    known = {name: facts(name, *[request.prelu_slope] * (name == "prelu")) for name in request.activations}
    return Probed((sampled(request.activations, request.prelu_slope), known), "cpu", "")


@computes(TimeActivations)
def measure_time(request: TimeActivations, run: Run) -> Probed[dict[str, Cost]]:
    """Return the costs by name."""
    return Probed(costs(request.activations), "cpu", "")


@computes(SwapActivations)
def swap(request: SwapActivations, run: Run) -> Probed[Swapped]:
    """Return the network on the hundred images, before and after."""
    found = swapped(
        run.network,
        sheet_batch(request.model, run, request.sheet),
        torch.tensor(images.sheet_labels()),
        request.activation,
        prelu_slope=request.prelu_slope,
        threshold=request.threshold,
    )
    return Probed(found, str(run.device), run.note)


@computes(DescendTwoWeights)
def descend_two_weights(request: DescendTwoWeights, run: Run) -> Probed[tuple[Descent, Descent]]:
    """Return the descent on the inputs as they are, and on them centred."""
    inputs = example_inputs(request.activation, request.examples, request.seed)
    paths = [descend(each, rate=request.rate, steps=request.steps) for each in (inputs, centred(inputs))]
    return Probed((paths[0], paths[1]), "cpu", "")


@computes(TrainUnits)
def train_units(request: TrainUnits, run: Run) -> Probed[Training]:
    """Return the run on the hundred digits, their pixels from 0 to 1."""
    pixels, labels = digits()
    found = train(
        pixels.flatten(1),
        labels,
        request.activation,
        rate=request.rate,
        bias=request.first_bias,
        steps=request.steps,
        seed=request.seed,
    )
    return Probed(found, "cpu", "")
