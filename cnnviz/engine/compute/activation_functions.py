"""Activation functions on the CPU, where a few numbers take the least time; a network where it is."""

import torch

from cnnviz import images
from cnnviz.engine.compute.inputs import batch_of
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import (
    DescendTwoWeights,
    Input,
    Picture,
    SampleActivations,
    StackActivations,
    SwapActivations,
    TimeActivations,
    TrainUnits,
)
from cnnviz.engine.results import Probed
from cnnviz.probes.activation_functions import Cost, Curves, Facts, costs, facts, function, sampled
from cnnviz.probes.deep_stack import DeepStack, Measured, measure
from cnnviz.probes.dying_units import Training, train
from cnnviz.probes.swapped_activations import Swapped, swapped
from cnnviz.probes.two_weights import Descent, centred, descend, example_inputs


@computes(SampleActivations)
def sample(request: SampleActivations, run: Run) -> Probed[tuple[Curves, dict[str, Facts]]]:
    """Return curves and facts in the order of the names."""
    known = {name: facts(name, request.prelu_slope) for name in request.activations}
    return Probed((sampled(request.activations, request.prelu_slope), known), "cpu", "")


@computes(TimeActivations)
def measure_time(request: TimeActivations, run: Run) -> Probed[dict[str, Cost]]:
    """Return the costs by name."""
    return Probed(costs(request.activations), "cpu", "")


@computes(SwapActivations)
def swap(request: SwapActivations, run: Run) -> Probed[Swapped]:
    """Return the network on the hundred images, before and after."""
    pictures = [Picture.of(pixels) for pixels in images.sheet(request.sheet)]
    batch = batch_of(*(run.ask(Input(request.model, picture)) for picture in pictures), device=run.device)
    found = swapped(
        run.network,
        batch,
        torch.tensor(images.sheet_labels()),
        request.activation,
        prelu_slope=request.prelu_slope,
        threshold=request.threshold,
    )
    return Probed(found, str(run.device), run.note)


@computes(StackActivations)
def stack(request: StackActivations, run: Run) -> Probed[Measured]:
    """Return what the stack does on the way up and down."""
    widths = (request.width,) * (request.depth + 1)
    made = DeepStack(widths, function(request.activation), request.beginning, seed=request.seed)
    return Probed(measure(made), "cpu", "")


@computes(DescendTwoWeights)
def descend_two_weights(request: DescendTwoWeights, run: Run) -> Probed[tuple[Descent, Descent]]:
    """Return the descent on the inputs as they are, and on them centred."""
    inputs = example_inputs(request.activation, request.examples, request.seed)
    paths = [descend(each, rate=request.rate, steps=request.steps) for each in (inputs, centred(inputs))]
    return Probed((paths[0], paths[1]), "cpu", "")


@computes(TrainUnits)
def train_units(request: TrainUnits, run: Run) -> Probed[Training]:
    """Return the run on the hundred digits, their pixels from 0 to 1."""
    pixels = torch.tensor(images.sheet("digits")).flatten(1).float() / 255
    labels = torch.tensor(images.sheet_labels())
    found = train(
        pixels,
        labels,
        request.activation,
        rate=request.rate,
        bias=request.first_bias,
        steps=request.steps,
        seed=request.seed,
    )
    return Probed(found, "cpu", "")
