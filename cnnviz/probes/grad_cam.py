"""Grad-CAM: which places of a layer's maps a class's logit hangs on, for every layer of one run.

Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra 2017, "Grad-CAM: Visual Explanations from Deep Networks via
Gradient-based Localization": a map's weight is the mean of the logit's gradient over it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.calls import Call, observe
from cnnviz.errors import ModelError
from cnnviz.nested import first_tensor
from cnnviz.probes.activations import written_by
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.cam import chosen_class
from cnnviz.probes.maps import as_maps
from cnnviz.probes.partial_forward import missing


@dataclass(frozen=True, eq=False)
class GradCam:
    """Of one layer and one class: `signed` (H, W) is the sum of the maps times their `weights` (C,).

    `map` is the paper's, which keeps of it what is positive.
    """

    layer: str
    signed: Floats
    weights: Floats
    target: int
    logit: float

    @property
    def map(self) -> Floats:
        """Return what is positive, (H, W)."""
        return self.signed.clip(min=0)


def grad_cam(model: nn.Module, batch: Tensor, layer: str, target: int | None = None) -> GradCam:
    """Return the map of one layer, whose name is that of cnnviz.calls, for the first item of a batch.

    `target` is a class, by default the predicted one. Raises ModelError for a layer that has no maps of more than one
    value or that the logit does not hang on, ShapeError for a class that is not there.
    """
    found = grad_cams(model, batch, target, layers=[layer])
    if layer not in found:
        raise ModelError(f"{layer} gives no maps of more than one value that the logit hangs on.")
    return found[layer]


def grad_cams(
    model: nn.Module, batch: Tensor, target: int | None = None, *, layers: Iterable[str] | None = None
) -> dict[str, GradCam]:
    """Return the maps of the named layers, or of every layer that has some, by one forward and one backward pass.

    Layers without maps, and those that the logit does not hang on, are left out. Raises ModelError for a name that no
    call has.
    """
    kept = _Kept(None if layers is None else set(layers))
    one = batch[:1].detach()
    with torch.inference_mode(False), torch.enable_grad():
        pixels = one.clone().requires_grad_()
        given = pixels * 1  # a network whose first layer works in place may not overwrite a leaf
        with observe(model, kept.on_call, around=kept.around, steps=False):
            scores = first_tensor(model(given))
        if kept.wanted is not None and (absent := kept.wanted - set(kept.names)):
            raise ModelError(missing(min(absent), kept.names))
        if scores is None or scores.numel() == 0:
            raise ModelError("This network gives no row of scores, one a class, so there is no logit to go back from.")
        logits = scores.flatten()
        chosen = chosen_class(to_numpy(logits), target)
        kept.close()
        if logits.requires_grad:
            torch.autograd.grad(logits[chosen], pixels, allow_unused=True)
    logit = float(logits[chosen].detach())
    return {
        name: GradCam(name, to_numpy(value.found[0]), to_numpy(value.found[1]), chosen, logit)
        for name, value in kept.layers.items()
        if value.found is not None
    }


@dataclass(eq=False)
class _Value:
    """What a call gave; `found` are its map (H, W) and the maps' weights (C,) once its gradient has come."""

    tensor: Tensor
    kind: str
    found: tuple[Tensor, Tensor] | None = None

    def weigh(self, gradient: Tensor) -> None:
        maps, slopes = as_maps(self.tensor, self.kind), as_maps(gradient, self.kind)
        if maps is not None and slopes is not None and maps[0].numel() > 1:
            # The mean as a product, which takes a third of the time.
            flat = slopes.flatten(1)
            weights = flat @ flat.new_full((flat.shape[1],), 1 / flat.shape[1])
            self.found = (weights @ maps.flatten(1)).reshape(maps.shape[1:]), weights
        # Nothing reads it again, and a run's values together are large.
        del self.tensor


class _Kept:
    """What the calls of a run gave, before anything is overwritten, to be weighed as the gradient comes by."""

    def __init__(self, wanted: set[str] | None) -> None:
        self.wanted = wanted
        self.names: list[str] = []
        self.layers: dict[str, _Value] = {}
        self._by_memory: dict[int, list[_Value]] = {}
        self._by_content: dict[tuple[Any, ...], _Value] = {}
        self._alive: list[Tensor] = []  # so that an id means one tensor

    def on_call(self, call: Call) -> None:
        # As little as can be: here every access to a tensor is one that the observer sees, too.
        self.names.append(call.name)
        output = first_tensor(call.output)
        if output is None or not output.requires_grad or (self.wanted is not None and call.name not in self.wanted):
            return
        # Many layers hand on what they get, an identity say: that has one gradient.
        content = id(output), output._version
        value = self._by_content.get(content)
        if value is None:
            value = self._by_content[content] = _Value(output.detach(), call.kind)
            self._by_memory.setdefault(output.untyped_storage().data_ptr(), []).append(value)
            # It gets the gradient by what the tensor holds now, whatever overwrites it later.
            output.register_hook(value.weigh)
            self._alive.append(output)
        self.layers[call.name] = value

    def close(self) -> None:
        """Let go of what only the run needed, so that going back frees what it has passed and takes no new memory."""
        self._alive.clear()
        self._by_memory.clear()
        self._by_content.clear()

    def around(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        written = written_by(function, arguments, keywords)
        if written is not None:
            for value in self._by_memory.pop(written.untyped_storage().data_ptr(), []):
                value.tensor = value.tensor.clone()
        return function(*arguments, **keywords)
