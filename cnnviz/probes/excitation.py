"""An image that excites a channel: gradient ascent on the pixels, from noise or from a photo.

Erhan, Bengio, Courville and Vincent 2009, "Visualizing Higher-Layer Features of a Deep Network". Left to itself the
ascent ends in high frequencies that no photo has; three habits of others keep it from them: random shifts (Mordvintsev,
Olah and Tyka 2015, "Inceptionism"), and blur and decay (Yosinski et al. 2015, "Understanding Neural Networks Through
Deep Visualization").
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.transforms.functional import gaussian_blur

from cnnviz.calls import Call
from cnnviz.errors import ShapeError
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.maps import check_channel, maps_of
from cnnviz.probes.partial_forward import catch

Bound = Tensor | float

_NOISE = 0.03  # standard deviation of what an image begins with, as a share of the range of its values


@dataclass(frozen=True, eq=False)
class Excited:
    """An `image` (C, H, W) as the network gets it, and what its channel answers: the `mean` over its map, the unit in
    the `middle` of it, and the `strongest` unit.

    `still` tells that no step found a gradient to follow, as behind a ReLU that no pixel wakes.
    """

    image: Floats
    mean: float
    middle: float
    strongest: float
    still: bool


def noise_image(size: tuple[int, ...], *, low: Bound = -2.0, high: Bound = 2.0, seed: int = 0) -> Tensor:
    """Return faint noise (1, C, H, W) about the mean colour, which is 0, between `low` and `high`.

    It is made on the CPU, the same for the same seed everywhere.
    """
    drawn = torch.randn((1, *size), generator=torch.Generator().manual_seed(seed))
    return _within(_NOISE * _span(low, high) * drawn, low, high)


def excite(
    model: nn.Module,
    start: Tensor,
    layer: str,
    channel: int,
    *,
    steps: int = 64,
    first: int = 0,
    middle: bool = False,
    shift: int = 0,
    blur: float = 0.0,
    decay: float = 0.0,
    rate: float = 0.04,
    low: Bound = -2.0,
    high: Bound = 2.0,
    seed: int = 0,
) -> Excited:
    """Change an image (1, C, H, W), standardised, step by step so that a channel of a layer answers more.

        >>> excite(resnet18, noise_image((3, 64, 64)), "layer2.0.conv1", 5, steps=2, shift=2, blur=0.3).image.shape
        (3, 64, 64)

    What rises is the mean over the channel's map, or the unit in its `middle`. A step goes along the gradient; its root
    mean square is the share `rate` of the range from `low`, black, to `high`, white, each a number or (C, 1, 1). Before
    a step the image is rolled by at most `shift` pixels each way, and back after it; then it decays towards the mean
    colour by the share `decay`, is blurred with a Gaussian of `blur` pixels, and kept between black and white. Steps
    are numbered from `first`: so many and then more are the same as all at once. Raises ModelError for a layer and
    ShapeError for a channel that is not there.
    """
    if steps < 0:
        raise ShapeError(f"An image is changed in 0 steps or more, not in {steps}.")
    image, still = start.detach().clone(), steps > 0
    for number in range(first, first + steps):
        chance = torch.Generator().manual_seed(seed * 1_000_003 + number)
        rolled = tuple(torch.randint(-shift, shift + 1, (2,), generator=chance).tolist())
        slope = _slope(model, image.roll(rolled, (2, 3)), layer, channel, middle)
        size = slope.square().mean().sqrt()
        if size > 0:
            still = False
            back = -rolled[0], -rolled[1]
            image = image + rate * _span(low, high).to(image) * slope.roll(back, (2, 3)) / size
        image = _within(_blurred(image * (1 - decay), blur), low, high)
    with torch.no_grad():
        maps = catch(model, image * 1, layer, _picked(layer, channel))
    at = maps.shape[0] // 2, maps.shape[1] // 2
    return Excited(to_numpy(image[0]), float(maps.mean()), float(maps[at]), float(maps.max()), still)


def _slope(model: nn.Module, image: Tensor, layer: str, channel: int, middle: bool) -> Tensor:
    """Return the gradient of what is to rise by the image, of its shape."""
    with torch.inference_mode(False), torch.enable_grad():
        pixels = image.detach().clone().requires_grad_()
        # A network whose first layer works in place may not overwrite a leaf.
        maps = catch(model, pixels * 1, layer, _picked(layer, channel))
        value = maps[maps.shape[0] // 2, maps.shape[1] // 2] if middle else maps.mean()
        slope = None
        if value.requires_grad:
            (slope,) = torch.autograd.grad(value, pixels, allow_unused=True)
    return torch.zeros_like(image) if slope is None else slope


def _picked(layer: str, channel: int) -> Callable[[Call], Tensor]:
    def take(call: Call) -> Tensor:
        maps = maps_of(call, layer)
        check_channel(layer, channel, len(maps))
        return maps[channel]

    return take


def _blurred(image: Tensor, blur: float) -> Tensor:
    if blur <= 0:
        return image
    reach = max(1, round(3 * blur))
    blurred: Tensor = gaussian_blur(image, [2 * reach + 1] * 2, [blur, blur])
    return blurred


def _span(low: Bound, high: Bound) -> Tensor:
    return torch.as_tensor(high) - torch.as_tensor(low)


def _within(image: Tensor, low: Bound, high: Bound) -> Tensor:
    return image.clamp(torch.as_tensor(low).to(image), torch.as_tensor(high).to(image))
