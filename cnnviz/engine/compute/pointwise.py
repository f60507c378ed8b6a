"""A 1x1 convolution of a network, beside the linear layer that it is at every pixel."""

from cnnviz.engine.compute.inputs import picture_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import ReadPixels
from cnnviz.engine.results import Probed
from cnnviz.probes.pointwise import Pointwise, pointwise_layer


@computes(ReadPixels)
def read_pixels(request: ReadPixels, run: Run) -> Probed[Pointwise]:
    """Return the layer's inputs, weights and outputs."""
    found = pointwise_layer(run.network, picture_batch(request, run), request.layer)
    return Probed(found, str(run.device), run.note)
