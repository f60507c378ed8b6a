"""What a network costs and does in a real run, layer by layer."""

from dataclasses import replace
from math import prod

import torch
from torch import Tensor

from cnnviz import images, models
from cnnviz.analysis import NetworkReport, analyze
from cnnviz.engine.compute.inputs import picture_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import AnalyzeModel, CountZeros, ModelChoice, TimeLayers
from cnnviz.engine.results import Probed
from cnnviz.errors import ModelError
from cnnviz.models.own_networks import MOST_MACS, MOST_OUTPUTS, MOST_PARAMETERS, preprocessing
from cnnviz.probes.layer_times import LayerTimes, layer_times
from cnnviz.probes.zero_shares import ZeroShares, zero_shares


@computes(AnalyzeModel)
def analyze_model(request: AnalyzeModel, run: Run) -> NetworkReport:
    """Return the report, traced."""
    return analyze(run.network, request.input_size or _own_size(request.model))


@computes(TimeLayers)
def time_layers(request: TimeLayers, run: Run) -> Probed[LayerTimes]:
    """Return the times for random numbers."""
    size = request.input_size or _own_size(request.model)
    _check(run, size)
    batch = torch.randn(size, generator=torch.Generator().manual_seed(0)).to(run.device)
    return Probed(layer_times(run.network, batch), str(run.device), run.note)


@computes(CountZeros)
def count_zeros(request: CountZeros, run: Run) -> Probed[ZeroShares]:
    """Return the counts for the picture."""
    batch = picture_batch(request, run) if request.input_size is None else _resized(request, run)
    _check(run, tuple(batch.shape))
    return Probed(zero_shares(run.network, batch), str(run.device), run.note)


def _own_size(model: ModelChoice) -> tuple[int, ...]:
    return (1, *models.card(model.name).input_size)


def _resized(request: CountZeros, run: Run) -> Tensor:
    size = request.input_size or ()
    if len(size) != 4:
        raise ModelError(f"A picture has 3 axes; the network reads {'x'.join(map(str, size[1:]))}.")
    how = replace(preprocessing((size[1], size[2], size[3])), invert=request.invert)
    return torch.tensor(images.prepare(request.picture.pixels, how).tensor).to(run.device)


def _check(run: Run, input_size: tuple[int, ...]) -> None:
    """Raise ModelError for a run that is too much for a machine that others share."""
    report = analyze(run.network, input_size)
    for what, number, most in (
        ("parameters", report.parameters, MOST_PARAMETERS),
        ("bytes of outputs", report.memory.outputs, MOST_OUTPUTS),
        ("MACs", report.macs, MOST_MACS),
        ("numbers in its input", prod(input_size), MOST_OUTPUTS // 4),
    ):
        if number > most:
            raise ModelError(f"The network has {number:,} {what}; to be run here it may have {most:,}.")
