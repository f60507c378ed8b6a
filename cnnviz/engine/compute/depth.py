"""Why residual: gradients of networks made for it, and the additions of a network, each by a run of its own."""

import torch

from cnnviz.engine.compute.inputs import picture_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Additions, MeasureGradients, TakeApart, WithoutBlock, WithoutBlocks
from cnnviz.engine.results import Floats, Probed
from cnnviz.models.cifar_resnet import network
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.layer_gradients import LayerGradients, layer_gradients
from cnnviz.probes.probabilities import probabilities
from cnnviz.probes.residual import Addition, Apart, additions, scores_without, take_apart
from cnnviz.training.depth import examples, trained


@computes(MeasureGradients)
def measure_gradients(request: MeasureGradients, run: Run) -> Probed[LayerGradients]:
    """Return the gradients by layer, computed on the CPU: a GPU would be slower for so little."""
    how = {"residual": request.residual, "normalised": request.normalised, "beginning": request.beginning}
    images, labels, *_ = examples()
    made = network(request.depth, seed=request.seed, **how)  # type: ignore[arg-type]
    return Probed(layer_gradients(made, images[: request.batch], labels[: request.batch]), "cpu", "")


@computes(Additions)
def find_additions(request: Additions, run: Run) -> Probed[tuple[Addition, ...]]:
    """Return the additions in order."""
    return Probed(additions(run.network, picture_batch(request, run)), str(run.device), run.note)


@computes(TakeApart)
def apart(request: TakeApart, run: Run) -> Probed[Apart]:
    """Return one addition taken apart."""
    return Probed(take_apart(run.network, picture_batch(request, run), request.at), str(run.device), run.note)


@computes(WithoutBlocks)
def without_blocks(request: WithoutBlocks, run: Run) -> Probed[Floats]:
    """Return the probabilities, computed on the CPU: a GPU would be slower for so little."""
    made = trained("residual" if request.residual else "plain")
    for at in request.removed:
        made.blocks[at].removed = True
    images = examples()[2].chunk(request.PARTS)[request.part]
    with torch.inference_mode():
        return Probed(made(images).softmax(dim=1).numpy(), "cpu", "")


@computes(WithoutBlock)
def without_block(request: WithoutBlock, run: Run) -> Probed[Floats]:
    """Return the probabilities without one branch."""
    scores = scores_without(run.network, picture_batch(request, run), request.at)
    return Probed(to_numpy(probabilities(torch.tensor(scores)[None])[0]), str(run.device), run.note)
