"""Guided backpropagation: which pixels speak for a unit.

Springenberg, Dosovitskiy, Brox and Riedmiller 2015, "Striving for Simplicity: The All Convolutional Net": going back, a
ReLU lets a gradient pass only where its input was positive, as ever, and only when the gradient is positive too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call, function_name, observe
from cnnviz.errors import ShapeError
from cnnviz.probes.activations import written_by
from cnnviz.probes.input_gradients import InputGradient, gradient
from cnnviz.probes.maps import check_channel, maps_of
from cnnviz.probes.partial_forward import catch


@dataclass(frozen=True, eq=False)
class Guided:
    """The guided gradient of one unit's value by the input, (C, H, W), and where the unit is.

    `rectifiers` says how many ReLUs on the way were guided; with 0 this is the plain gradient.
    """

    gradient: NDArray[np.float32]
    layer: str
    channel: int
    row: int
    column: int
    value: float
    rectifiers: int


def guided(
    model: nn.Module, batch: Tensor, layer: str, channel: int, row: int | None = None, column: int | None = None
) -> Guided:
    """Return the guided gradient of one unit, for the first item of `batch`: by default the strongest of the channel.

    ReLU, ReLU6 and their equals by clamp, hardtanh and threshold are guided, whichever way they are called; the
    gradients of other activation functions are left as they are. Only the input gets a gradient, parameters get none.
    Raises ModelError for a layer and ShapeError for a position that is not there.
    """
    guide = _Guide()

    def take(call: Call) -> tuple[Tensor, tuple[int, int, int]]:
        maps = maps_of(call, layer)
        place = _place(maps, layer, channel, row, column)
        return maps[place], place

    with torch.inference_mode(False), torch.enable_grad():
        pixels = batch[:1].detach().clone().requires_grad_()
        # A network whose first layer works in place may not overwrite a leaf.
        value, place = catch(model, pixels * 1, layer, take, around=guide.around)
        gradient = None
        if value.requires_grad:
            (gradient,) = torch.autograd.grad(value, pixels, allow_unused=True)
    pixels_gradient = torch.zeros_like(pixels) if gradient is None else gradient
    return Guided(pixels_gradient[0].cpu().float().numpy(), layer, *place, float(value.detach()), guide.rectifiers)


def guided_class(model: nn.Module, batch: Tensor, target: int | None = None) -> InputGradient:
    """Return the guided gradient of a class's logit, for the first item of `batch`: by default the predicted class.

    Raises ShapeError for a class that is not there, ModelError for a network that gives no scores.
    """
    guide = _Guide()

    def forward(pixels: Tensor) -> Any:
        with observe(model, lambda call: None, around=guide.around, steps=False):
            return model(pixels)

    return gradient(forward, batch, target)


class _Guide:
    """Runs every ReLU so that what goes back through it is guided, and counts them."""

    def __init__(self) -> None:
        self.rectifiers = 0

    def around(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        bounds = _rectifies(function, arguments, keywords)
        if bounds is None:
            return function(*arguments, **keywords)
        self.rectifiers += 1
        source = arguments[0] if arguments else keywords["input"]
        result = _GuidedRectifier.apply(source, bounds)  # type: ignore[no-untyped-call]
        target = written_by(function, arguments, keywords)
        # A caller of an in-place function may drop what it returns and read on in the tensor.
        return result if target is None else target.copy_(result)


def _place(maps: Tensor, layer: str, channel: int, row: int | None, column: int | None) -> tuple[int, int, int]:
    channels, rows, columns = maps.shape
    check_channel(layer, channel, channels)
    if row is None or column is None:
        row, column = divmod(int(np.argmax(maps[channel].detach().cpu().numpy())), columns)
    if not (0 <= row < rows and 0 <= column < columns):
        raise ShapeError(f"{layer} has maps of {rows} by {columns}; row {row}, column {column} is not in them.")
    return channel, row, column


def _rectifies(
    function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[float, float] | None:
    """Return the bounds of a function that is a ReLU: 0, and 6 for ReLU6 or infinity; None for every other."""
    name = function_name(function) or ""
    if name in ("relu", "relu6"):
        return 0.0, 6.0 if name == "relu6" else np.inf
    parameters = _CLAMPS.get(name)
    if parameters is None:
        return None
    given = {**parameters, **dict(zip(parameters, arguments[1:], strict=False)), **keywords}
    low, high = (given[each] for each in list(parameters)[:2])
    if not isinstance(low, int | float) or low != 0 or not isinstance(high, int | float | None):
        return None
    if name == "threshold":
        return (0.0, np.inf) if high == 0 else None
    return 0.0, np.inf if high is None else float(high)


# The parameters after the input, with their defaults: the lower and the upper bound come first.
_CLAMPS: dict[str, dict[str, float | None]] = {
    "hardtanh": {"min_val": -1.0, "max_val": 1.0},
    "clamp": {"min": None, "max": None},
    "clip": {"min": None, "max": None},
    "clamp_min": {"min": None, "max": None},
    "threshold": {"threshold": None, "value": None},
}


class _GuidedRectifier(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, source: Tensor, bounds: tuple[float, float]) -> Tensor:
        ctx.save_for_backward((source > bounds[0]) & (source < bounds[1]))
        return source.clamp(*bounds)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor, None]:
        (passed,) = ctx.saved_tensors
        return gradients[0].clamp(min=0) * passed, None
