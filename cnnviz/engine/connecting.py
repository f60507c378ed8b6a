"""Requests of the screen on connectivity: Connect, Collapse, ShufflePicture and ReadShuffled."""

import torch
from torch import Tensor

from cnnviz import images
from cnnviz.engine.forward import batch_of
from cnnviz.engine.requests import Collapse, Connect, Input, Numbers, Picture, ReadShuffled, ShufflePicture
from cnnviz.engine.results import Probed
from cnnviz.engine.run import Row, Run
from cnnviz.models.shuffled import order
from cnnviz.probes.connectivity import Collapsed, Connected, collapsed, connected
from cnnviz.probes.shuffling import ShuffledAnswers, ShuffledPicture, shuffled_answers, shuffled_picture


def connect(request: Connect, run: Run) -> Probed[Connected]:
    """Return the matrix and the outputs, computed on the CPU: a GPU would be slower for so little."""
    inputs, weights = _tensor(request.inputs), _tensor(request.weights)
    return Probed(connected(request.step, inputs, weights, stride=request.stride), "cpu", "")


def collapse(request: Collapse, run: Run) -> Probed[Collapsed]:
    """Return two kernels in one, on the CPU for the same reason."""
    return Probed(collapsed(_tensor(request.image), _tensor(request.first), _tensor(request.second)), "cpu", "")


def shuffled(request: ShufflePicture, run: Run) -> Probed[ShuffledPicture]:
    """Return a picture's first channel shuffled."""
    pixels = request.picture.pixels[..., 0]
    return Probed(shuffled_picture(pixels, order(pixels.size)), "cpu", "")


def read(request: ReadShuffled, run: Run) -> Probed[ShuffledAnswers]:
    """Return a network's answers to the hundred test digits."""
    pictures = [Picture.of(pixels) for pixels in images.sheet("digits")]
    batch = batch_of(*(run.ask(Input(request.model, picture)) for picture in pictures), device=run.device)
    found = shuffled_answers(run.network, batch, order(batch.shape[-2] * batch.shape[-1]))
    return Probed(found, str(run.device), run.note)


def _tensor(numbers: Numbers) -> Tensor:
    # torch.tensor copies: the bytes of a request are read-only.
    return torch.tensor(numbers.array)


ROWS: dict[type, Row] = {
    Connect: Row(connect),
    Collapse: Row(collapse),
    ShufflePicture: Row(shuffled),
    ReadShuffled: Row(read),
}
