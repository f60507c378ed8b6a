"""How the outputs of a layer hang together with its inputs."""

from cnnviz.engine.compute.inputs import sheet_batch, tensor
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Collapse, Connect, ReadShuffled, ShufflePicture
from cnnviz.engine.results import Probed
from cnnviz.models.lenet_shuffled import order
from cnnviz.probes.connectivity import Collapsed, Connected, collapsed, connected
from cnnviz.probes.shuffled_pixels import ShuffledAnswers, ShuffledPicture, shuffled_answers, shuffled_picture


@computes(Connect)
def connect(request: Connect, run: Run) -> Probed[Connected]:
    """Return the matrix and the outputs, computed on the CPU: a GPU would be slower for so little."""
    inputs, weights = tensor(request.inputs), tensor(request.weights)
    return Probed(connected(request.step, inputs, weights, stride=request.stride), "cpu", "")


@computes(Collapse)
def collapse(request: Collapse, run: Run) -> Probed[Collapsed]:
    """Return two kernels in one, on the CPU for the same reason."""
    return Probed(collapsed(tensor(request.image), tensor(request.first), tensor(request.second)), "cpu", "")


@computes(ShufflePicture)
def shuffled(request: ShufflePicture, run: Run) -> Probed[ShuffledPicture]:
    """Return a picture's first channel shuffled."""
    pixels = request.picture.pixels[..., 0]
    return Probed(shuffled_picture(pixels, order(pixels.size)), "cpu", "")


@computes(ReadShuffled)
def read(request: ReadShuffled, run: Run) -> Probed[ShuffledAnswers]:
    """Return a network's answers to the hundred test digits."""
    batch = sheet_batch(request.model, run)
    found = shuffled_answers(run.network, batch, order(batch.shape[-2] * batch.shape[-1]))
    return Probed(found, str(run.device), run.note)
