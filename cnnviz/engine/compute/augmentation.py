"""Draws of augmentations, and a network's answers to them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional

from cnnviz import images, models
from cnnviz.engine.compute.inputs import OfPicture, picture_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import DRAWS, Augment, FilmOperations, Input, LeaveOutBlocks, Picture, SmoothLabel
from cnnviz.engine.results import Augmented, BlocksLeftOut, Bytes, OperationsFilm, Probed, SmoothedLabel
from cnnviz.errors import ImageError, ModelError
from cnnviz.images.patch_sets import pictures_of
from cnnviz.images.prepare import PILLOW_FILTERS, resized_size
from cnnviz.images.preprocessing import Preprocessing
from cnnviz.probes import stochastic_depth
from cnnviz.probes.arrays import Doubles
from cnnviz.probes.augmentation import MIXING, Source, draw, operations
from cnnviz.probes.fractional_pooling import larger
from cnnviz.probes.label_smoothing import best_margin, losses, losses_by_margin, target
from cnnviz.probes.principal_components import principal_components
from cnnviz.probes.probabilities import answers
from cnnviz.probes.residual import additions

SIDE = 128  # of the pictures that are sent back, at most
_FILM = 72
_LONGEST = 4096  # pixels of a side of what ten crops are cut from
_REACH = 12.0  # of the margins


@computes(Augment)
def augment(request: Augment, run: Run) -> Probed[Augmented]:
    """Return the draws of one kind, and the answers to them in one run, the unchanged picture first."""
    how = _how(request)
    settings = dict(request.settings)
    view = _view(run.ask(Input(request.model, request.picture, request.invert)).view)
    plain, both = _network_input(view / 255, how, run), [view]
    if request.kind in MIXING:
        assert request.partner is not None, "Mixing takes two pictures."
        both.append(_view(run.ask(Input(request.model, request.partner, request.invert)).view))
        plain = _network_input(torch.stack(both) / 255, how, run)
    shares = _answers(run, plain)
    labels = [given if given is not None else int(found.argmax()) for given, found in
              zip(request.labels, shares, strict=False)]  # fmt: skip
    colours = run.once("colours of the gallery", _gallery_colours).found
    source = Source(
        _WHOLE[request.kind](request.picture, how, settings) if request.kind in _WHOLE else view,
        view,
        both[-1],
        (labels[0], labels[-1]),
        shares.shape[1],
        torch.tensor(colours[1:]).float(),
        torch.tensor(colours[0]).float(),
    )
    drawn = draw(request.kind, source, settings, count=DRAWS, seed=request.seed)
    pictures = drawn.pictures if drawn.pictures.is_floating_point() else drawn.pictures / 255
    if how.channels == 1:
        # What is seen is what the network reads: some draws colour a grey picture.
        pictures = pictures.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    found = Augmented(
        _small(pictures),
        drawn.facts,
        _small(source.whole[None] / 255, 2 * SIDE)[0],
        (source.whole.shape[1], source.whole.shape[2]),
        _small(both[1][None] / 255)[0] if request.kind in MIXING else None,
        shares[0].numpy(),
        _answers(run, _network_input(pictures, how, run)).numpy(),
        None if drawn.targets is None else drawn.targets.numpy(),
        (labels[0], labels[-1]),
        colours if request.kind == "colour_components" else None,
    )
    return Probed(found, str(run.device), run.note)


@computes(LeaveOutBlocks)
def leave_out_blocks(request: LeaveOutBlocks, run: Run) -> Probed[BlocksLeftOut]:
    """Return which blocks ran, and the answers; raise ModelError for a network without residual blocks."""
    batch = picture_batch(request, run)
    names = tuple(each.name.rpartition(".")[0] or each.name for each in additions(run.network, batch))
    running = stochastic_depth.drawn(len(names), request.last, count=DRAWS, seed=request.seed)
    scores = stochastic_depth.scores(run.network, batch.expand(DRAWS, -1, -1, -1), running, request.last)
    chances = stochastic_depth.survival(len(names), request.last)
    plain = _answers(run, batch)[0].numpy()
    found = BlocksLeftOut(names, chances, running, plain, answers(scores.flatten(1)).numpy())
    return Probed(found, str(run.device), run.note)


@computes(SmoothLabel)
def smooth_label(request: SmoothLabel, run: Run) -> Probed[SmoothedLabel]:
    """Return the target and the losses; raise ModelError for a network of a single output, which has no classes."""
    with torch.inference_mode():
        scores = run.network(picture_batch(request, run)).flatten(1)[0].cpu()
    classes = len(scores)
    if classes == 1:
        raise ModelError(f"{request.model.name} has one output; a label to be smoothed needs at least 2 classes.")
    label = int(scores.argmax()) if request.label is None else request.label
    # That of the least loss among them.
    reach = max(_REACH, min(2 * _REACH, 1.5 * best_margin(classes, request.smoothing)))
    margins = torch.linspace(-_REACH / 4, reach, 91, dtype=torch.float64)
    found = SmoothedLabel(
        label,
        target(classes, label, request.smoothing).numpy(),
        answers(scores[None])[0].numpy(),
        losses(scores, label, request.smoothing),
        margins.numpy(),
        losses_by_margin(classes, margins, request.smoothing).numpy(),
    )
    return Probed(found, str(run.device), run.note)


@computes(FilmOperations)
def film_operations(request: FilmOperations, run: Run) -> Probed[OperationsFilm]:
    """Return all operations at all magnitudes, made small after they were applied."""
    view = _view(run.ask(Input(request.model, request.picture, request.invert)).view)
    names, pictures = operations(view)
    count, magnitudes = pictures.shape[:2]
    small = _small(pictures.flatten(0, 1) / 255, _FILM)
    return Probed(OperationsFilm(names, small.reshape(count, magnitudes, *small.shape[1:])), "cpu", "")


def _how(request: OfPicture) -> Preprocessing:
    return replace(models.card(request.model.name).preprocessing, invert=request.invert)


def _view(pixels: Bytes) -> Tensor:
    """Return pixels (H, W, 3) as (3, H, W) uint8."""
    return torch.tensor(pixels).permute(2, 0, 1).contiguous()


def _original(picture: Picture, how: Preprocessing, settings: dict[str, float]) -> Tensor:
    return _view(np.asarray(_readable(picture, how).convert("RGB")))


def _resized(picture: Picture, how: Preprocessing, settings: dict[str, float]) -> Tensor:
    """Return what the crop of a network's preprocessing is taken from."""
    image = _readable(picture, how)
    width, height = resized_size(image.size, how.resize)
    if max(width, height) > _LONGEST:
        raise ImageError(
            f"The picture is {image.width}×{image.height} pixels; ten crops are cut from one that is at most "
            f"{_LONGEST // min(width, height)} times as long as it is wide."
        )
    # As v2.CenterCrop pads what is smaller than the crop.
    wide, high = max(width, how.crop[1]), max(height, how.crop[0])
    resized = image.resize((width, height), PILLOW_FILTERS[how.interpolation]).convert("RGB")
    canvas = Image.new("RGB", (wide, high))
    canvas.paste(resized, ((wide - width) // 2, (high - height) // 2))
    return _view(np.asarray(canvas))


def _larger(picture: Picture, how: Preprocessing, settings: dict[str, float]) -> Tensor:
    """Return the part of the picture that a network gets, larger by the ratio of the pooling."""
    return _view(images.prepare(picture.pixels, larger(how, settings["ratio"])).view)


def _readable(picture: Picture, how: Preprocessing) -> Image.Image:
    """Return a picture in the colours that a network reads, as cnnviz.images.prepare begins."""
    image = Image.fromarray(picture.pixels).convert("L" if how.channels == 1 else "RGB")
    return ImageOps.invert(image) if how.invert else image


_WHOLE: dict[str, Callable[[Picture, Preprocessing, dict[str, float]], Tensor]] = {
    "crop": _original,
    "ten_crops": _resized,
    "fractional_pooling": _larger,
}


def _network_input(pictures: Tensor, how: Preprocessing, run: Run) -> Tensor:
    """Return pictures (..., 3, H, W) from 0 to 1 as a batch that the network reads."""
    batch = (pictures if pictures.ndim == 4 else pictures[None])[:, : how.channels]
    mean, deviation = (torch.tensor(numbers)[:, None, None] for numbers in (how.mean, how.std))
    return ((batch - mean) / deviation).to(run.device)


@torch.inference_mode()
def _answers(run: Run, batch: Tensor) -> Tensor:
    scores: Tensor = run.network(batch)
    return answers(scores.flatten(1))


def _small(pictures: Tensor, side: int = SIDE) -> Bytes:
    """Return pictures (N, 3, H, W) from 0 to 1 as bytes (N, h, w, 3), no side longer than `side`."""
    height, width = pictures.shape[-2:]
    shrink = min(1.0, side / max(height, width))
    if shrink < 1:
        size = max(1, round(height * shrink)), max(1, round(width * shrink))
        pictures = functional.interpolate(pictures.clamp(0, 1), size=size, mode="area")
    found: Bytes = (pictures.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
    return found


def _gallery_colours() -> Probed[Doubles]:
    """Return the eigenvalues of the colours of the shipped photos' middle squares, from 0 to 1, above the eigenvectors.

    They are (4, 3), an eigenvector a column, in as many digits as lines of Python show.
    """
    pixels = [torch.tensor(each).reshape(-1, 3) for each in pictures_of("colour patches")]
    found = principal_components(torch.cat(pixels).double() / 255)
    return Probed(np.vstack([found.eigenvalues, found.basis.T]).round(6), "cpu", "")
