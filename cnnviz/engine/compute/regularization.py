"""Dropout in small networks, on the CPU: a GPU would be slower for so little."""

from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor, nn

from cnnviz.design import parse
from cnnviz.design.build import build
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import AverageMasks, DropUnits, RemoveUnits, TakeWeights
from cnnviz.engine.results import Probed
from cnnviz.probes.dropout import Subnetworks, draw_network, rivals, subnetworks
from cnnviz.probes.redundancy import Averaged, Removal, averaged, removal
from cnnviz.training.live import examples
from cnnviz.training.live.settings import Settings


@computes(DropUnits)
def drop(request: DropUnits, run: Run) -> Probed[Subnetworks]:
    """Return all subnetworks."""
    network, how = draw_network(request.widths, seed=request.seed), {"keep": request.keep, "scaling": request.scaling}
    given: dict[str, Any] = {**how, "rivals": rivals(request.widths)}
    return Probed(subnetworks(network, request.activation, **given), "cpu", "")


@computes(RemoveUnits)
def remove(request: RemoveUnits, run: Run) -> Probed[Removal]:
    """Return what the units are worth."""
    return Probed(removal(*_last_layer(request, run)), "cpu", "")


@computes(AverageMasks)
def average(request: AverageMasks, run: Run) -> Probed[Averaged]:
    """Return what averaging comes to."""
    how: dict[str, Any] = {"keep": request.keep, "passes": request.passes}
    return Probed(averaged(*_last_layer(request, run), **how), "cpu", "")


def _last_layer(request: RemoveUnits | AverageMasks, run: Run) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return what the last linear layer of a run reads on the test examples (N, U), its weight and bias, the labels."""
    settings = Settings(**dict(request.settings))  # type: ignore[arg-type]
    taken = run.ask(TakeWeights(request.run, request.settings, ((0, settings.rate),), request.until))
    network = build(parse(settings.network), settings.input_size).eval()
    network.load_state_dict(load(taken.file.tobytes()))
    last = [layer for layer in network.modules() if isinstance(layer, nn.Linear)][-1]
    read: list[Tensor] = []
    handle = last.register_forward_pre_hook(lambda _, inputs: read.append(inputs[0]))
    found = examples.load(settings.examples, noise=settings.noise, seed=settings.seed)
    with torch.no_grad():
        network(found.test_inputs)
    handle.remove()
    return read[0], last.weight.detach(), last.bias.detach(), found.test_labels
