"""What requests give, as the tensors that a network or a probe reads."""

from dataclasses import replace
from typing import Protocol

import torch
from torch import Tensor

from cnnviz import images, models
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Input, ModelChoice, Numbers, Picture
from cnnviz.engine.results import NetworkInput, frozen


class OfPicture(Protocol):
    """A request about a model and a picture."""

    @property
    def model(self) -> ModelChoice: ...
    @property
    def picture(self) -> Picture: ...
    @property
    def invert(self) -> bool: ...


@computes(Input)
def network_input(request: Input, run: Run) -> NetworkInput:
    """Return a picture made ready for a model."""
    how = replace(models.card(request.model.name).preprocessing, invert=request.invert)
    prepared = images.prepare(request.picture.pixels, how)
    height, width = request.picture.pixels.shape[:2]
    return NetworkInput(frozen(prepared.tensor)[0], frozen(prepared.view), prepared.crop_box, (height, width))


def batch_of(*inputs: NetworkInput, device: torch.device) -> Tensor:
    """Return inputs of one size as a batch (N, C, H, W)."""
    # torch.tensor copies, so that nothing a model does in place reaches the arrays.
    return torch.stack([torch.tensor(each.values) for each in inputs]).to(device)


def picture_batch(request: OfPicture, run: Run) -> Tensor:
    """Return the picture as its model gets it, (1, C, H, W)."""
    return batch_of(run.ask(Input(request.model, request.picture, request.invert)), device=run.device)


def sheet_batch(model: ModelChoice, run: Run, sheet: str = "digits") -> Tensor:
    """Return a sheet's hundred test images as a model gets them, (100, C, H, W); images.sheet_labels says what is what.

    They are digits, where no other sheet is named.
    """
    pictures = [Picture.of(pixels) for pixels in images.sheet(sheet)]
    return batch_of(*(run.ask(Input(model, picture)) for picture in pictures), device=run.device)


def digits() -> tuple[Tensor, Tensor]:
    """Return the hundred test digits, (100, 1, 28, 28) in [0, 1], and what they are, (100,)."""
    return torch.tensor(images.sheet("digits"))[:, None].float() / 255, torch.tensor(images.sheet_labels())


def normalised(pixels: Tensor, model: ModelChoice) -> Tensor:
    """Return (..., C, H, W) in [0, 1] with the mean and the spread that a model was trained with taken out."""
    how = models.card(model.name).preprocessing
    mean, std = (torch.tensor(numbers)[:, None, None].to(pixels) for numbers in (how.mean, how.std))
    return (pixels - mean) / std


def black(model: ModelChoice, run: Run) -> Tensor:
    """Return what a model gets for a black pixel, (C, 1, 1)."""
    return normalised(torch.zeros(1, 1, 1), model).to(run.device)


def tensor(numbers: Numbers) -> Tensor:
    """Return a request's numbers, in a copy: its bytes are read-only."""
    return torch.tensor(numbers.array)
