"""A picture under random changes, a dozen draws of one kind by seed: torchvision's own wherever it has the kind.

>>> view = torch.zeros(3, 32, 48, dtype=torch.uint8)
>>> draw("flip", Source(view, view), {"chance": 0.5}, count=12, seed=0).pictures.shape
torch.Size([12, 3, 32, 48])
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torchvision.transforms import v2

from cnnviz.errors import ShapeError
from cnnviz.probes.fractional_pooling import pooled

Facts = tuple[tuple[str, float], ...]
Settings = Mapping[str, float]
# What an operation of RandAugment is told beside its own strength, from 0 to 30.
MAGNITUDES = 31
_SPACE = v2.RandAugment._AUGMENTATION_SPACE
WITHOUT_MAGNITUDE = tuple(name for name, (strengths, _) in _SPACE.items() if strengths(MAGNITUDES, 1, 1) is None)


@dataclass(frozen=True, eq=False)
class Drawn:
    """N draws: `pictures` (N, 3, H, W) uint8, or float from 0 to 1, and of each what was drawn, by name.

    `targets` (N, K) are there where the label changes.
    """

    pictures: Tensor
    facts: tuple[Facts, ...]
    targets: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Source:
    """What is changed: the `whole` picture (3, H, W) uint8, and `view`, the part of it that a network gets (3, h, w).

    Pictures are mixed with `partner`, like the view; `labels` are those of both, of `classes`. `components` (3, 3) has
    the principal components of colours in its columns, `variances` (3,) what lies along each.
    """

    whole: Tensor
    view: Tensor
    partner: Tensor | None = None
    labels: tuple[int, int] = (0, 1)
    classes: int = 2
    components: Tensor = field(default_factory=lambda: torch.eye(3))
    variances: Tensor = field(default_factory=lambda: torch.ones(3))


def draw(kind: str, source: Source, settings: Settings, *, count: int, seed: int) -> Drawn:
    """Return `count` draws of a kind of KINDS, the same for the same seed, whatever was drawn before.

    Raises ShapeError for settings that torchvision refuses.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            return KINDS[kind](source, settings, count)
        except ValueError as error:
            raise ShapeError(f"{kind} can't be drawn with {dict(settings)}: {error}.") from error


def _each(count: int, one: Callable[[], tuple[Tensor, Facts]]) -> Drawn:
    made = [one() for _ in range(count)]
    return Drawn(torch.stack([picture for picture, _ in made]), tuple(facts for _, facts in made))


def _told(transform: v2.Transform, picture: Tensor) -> tuple[Tensor, dict[str, Any]]:
    """Return what a transform makes of a picture and the parameters it drew, as its own forward draws and applies them.

    The two public methods are those that v2's documentation gives for transforms of one's own.
    """
    parameters = transform.make_params([picture])
    return transform.transform(picture, parameters), parameters


def _flip(source: Source, settings: Settings, count: int) -> Drawn:
    transform = v2.RandomHorizontalFlip(settings["chance"])

    def one() -> tuple[Tensor, Facts]:
        flipped = transform(source.view)
        # An unchanged picture comes back itself.
        return flipped, (("flipped", float(flipped is not source.view)),)

    return _each(count, one)


def _crop(source: Source, settings: Settings, count: int) -> Drawn:
    ratio = settings["ratio"]
    transform = v2.RandomResizedCrop(
        source.view.shape[-2:], scale=(settings["least"], 1.0), ratio=(1 / ratio, ratio), antialias=True
    )

    def one() -> tuple[Tensor, Facts]:
        picture, found = _told(transform, source.whole)
        return picture, tuple((name, float(found[name])) for name in ("left", "top", "width", "height"))

    return _each(count, one)


def _ten_crops(source: Source, settings: Settings, count: int) -> Drawn:
    """Return the four corners and the middle, and the same of the mirrored picture: nothing is random."""
    height, width = source.whole.shape[-2:]
    high, wide = source.view.shape[-2:]
    pictures = torch.stack(v2.TenCrop((high, wide))(source.whole))
    middle = round((width - wide) / 2.0), round((height - high) / 2.0)
    corners = [(0, 0), (width - wide, 0), (0, height - high), (width - wide, height - high), middle]

    def facts(left: int, top: int, flipped: bool) -> Facts:
        # A crop of the mirrored picture lies on the other side of the picture itself.
        left = width - wide - left if flipped else left
        box = {"left": left, "top": top, "width": wide, "height": high, "flipped": flipped}
        return tuple((name, float(value)) for name, value in box.items())

    return Drawn(pictures, tuple(facts(*corner, flipped) for flipped in (False, True) for corner in corners))


def _jitter(source: Source, settings: Settings, count: int) -> Drawn:
    names = ("brightness", "contrast", "saturation", "hue")
    transform = v2.ColorJitter(*(settings[name] for name in names))

    def one() -> tuple[Tensor, Facts]:
        picture, found = _told(transform, source.view)
        drawn = {name: found[f"{name}_factor"] for name in names}
        return picture, tuple((name, float(value)) for name, value in drawn.items() if value is not None)

    return _each(count, one)


def _colour_components(source: Source, settings: Settings, count: int) -> Drawn:
    """Add to every pixel the components, each times its variance times a normal number (Krizhevsky et al. 2012, 4.1).

    Pixels and variances are those of values from 0 to 1.
    """

    def one() -> tuple[Tensor, Facts]:
        drawn = torch.randn(3) * settings["alpha_deviation"]
        shift = source.components @ (drawn * source.variances)
        picture = (source.view / 255 + shift[:, None, None]).clamp(0, 1)
        return picture, tuple(zip(("first", "second", "third"), drawn.tolist(), strict=True))

    return _each(count, one)


class Told(v2.RandAugment):  # type: ignore[misc]  # torchvision has no types
    """RandAugment that keeps which operations it applied, and how strongly."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.applied: list[tuple[str, float]] = []

    def _apply_image_or_video_transform(self, image: Any, transform_id: str, magnitude: float, **how: Any) -> Any:
        self.applied.append((transform_id, magnitude))
        return super()._apply_image_or_video_transform(image, transform_id, magnitude, **how)


def _randaugment(source: Source, settings: Settings, count: int) -> Drawn:
    transform = Told(num_ops=int(settings["operations"]), magnitude=int(settings["magnitude"]))

    def one() -> tuple[Tensor, Facts]:
        transform.applied = []
        picture = transform(source.view)
        return picture, tuple(transform.applied)

    return _each(count, one)


def _erasing(source: Source, settings: Settings, count: int) -> Drawn:
    """Erase a square of a fixed size (cutout), or a rectangle that is as large at most (random erasing)."""
    square, area = settings["square"], settings["area"]
    scale, ratio = ((area, area), (1.0, 1.0)) if square else ((0.02, area), (0.3, 3.3))
    transform = v2.RandomErasing(1.0, scale, ratio, "random" if settings["noise"] else 0)
    picture = source.view / 255

    def one() -> tuple[Tensor, Facts]:
        torch.rand(1)  # that its chance of 1 is below, as its forward asks
        erased, found = _told(transform, picture)
        named = {"left": "j", "top": "i", "width": "w", "height": "h"}
        return erased, tuple((name, float(found[key])) for name, key in named.items())

    return _each(count, one)


def _mixed(source: Source, transform: v2.MixUp | v2.CutMix, count: int) -> Drawn:
    """Return draws of a batch of two, the picture and its partner; of each the first of both is kept."""
    assert source.partner is not None, "Mixing takes two pictures."
    pair = torch.stack([source.view, source.partner]) / 255
    labels = torch.tensor(source.labels)
    pictures, targets, facts = [], [], []
    for _ in range(count):
        state = torch.get_rng_state()
        found = transform.make_params([pair])
        torch.set_rng_state(state)
        mixed, target = transform(pair, labels)
        pictures.append(mixed[0])
        targets.append(target[0])
        box = zip(("left", "top", "right", "bottom"), map(float, found.get("box", ())), strict=False)
        facts.append((("share", found.get("lam_adjusted", found.get("lam"))), *box))
    return Drawn(torch.stack(pictures), tuple(facts), torch.stack(targets))


def _mixup(source: Source, settings: Settings, count: int) -> Drawn:
    return _mixed(source, v2.MixUp(alpha=settings["alpha"], num_classes=source.classes), count)


def _cutmix(source: Source, settings: Settings, count: int) -> Drawn:
    return _mixed(source, v2.CutMix(alpha=settings["alpha"], num_classes=source.classes), count)


def _fractional_pooling(source: Source, settings: Settings, count: int) -> Drawn:
    """Pool the whole picture to the size of the view, all its channels alike."""
    high, wide = source.view.shape[-2:]

    def one() -> tuple[Tensor, Facts]:
        samples = torch.rand(1, 1, 2)
        picture = pooled(source.whole / 255, (high, wide), samples)
        return picture, tuple(zip(("across", "down"), samples.flatten().tolist(), strict=True))

    return _each(count, one)


KINDS: dict[str, Callable[[Source, Settings, int], Drawn]] = {
    "flip": _flip,
    "crop": _crop,
    "ten_crops": _ten_crops,
    "jitter": _jitter,
    "colour_components": _colour_components,
    "randaugment": _randaugment,
    "erasing": _erasing,
    "mixup": _mixup,
    "cutmix": _cutmix,
    "fractional_pooling": _fractional_pooling,
}
# Those that change the whole picture; all others the part of it that a network gets.
OF_WHOLE = ("crop", "ten_crops", "fractional_pooling")
MIXING = ("mixup", "cutmix")


def operations(picture: Tensor) -> tuple[tuple[str, ...], Tensor]:
    """Return the names of RandAugment's operations, and each at every magnitude: (O, M, 3, H, W) uint8.

    `picture` is (3, H, W) uint8; signed operations have their positive sign.
    """
    transform = v2.RandAugment()
    high, wide = picture.shape[-2:]
    rows = []
    for name, (magnitudes_of, _) in _SPACE.items():
        magnitudes = magnitudes_of(MAGNITUDES, high, wide)
        strengths = [0.0] * MAGNITUDES if magnitudes is None else [float(each) for each in magnitudes]
        rows.append(
            torch.stack(
                [
                    transform._apply_image_or_video_transform(
                        picture, name, strength, interpolation=transform.interpolation, fill=transform._fill
                    )
                    for strength in strengths
                ]
            )
        )
    return tuple(_SPACE), torch.stack(rows)
