"""Grad-CAM: which places of a layer's maps a class's logit hangs on, for every layer of one run.

Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra 2017, "Grad-CAM: Visual Explanations from Deep Networks via
Gradient-based Localization": a map's weight is the mean of the logit's gradient over it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.calls import Call, observe
from cnnviz.errors import ModelError
from cnnviz.nested import first_tensor
from cnnviz.probes.activations import written_by
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.cam import chosen_class
from cnnviz.probes.maps import as_maps, channels_first
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
    # Several layers may share a value: it goes into the CPU's memory once.
    found = {
        value: (to_numpy(value.found[0]), to_numpy(value.found[1]))
        for value in set(kept.layers.values())
        if value.found is not None
    }
    return {
        name: GradCam(name, *found[value], target=chosen, logit=logit)
        for name, value in kept.layers.items()
        if value in found
    }


@dataclass(eq=False)
class _Value:
    """What a call gave; `found` are its map (H, W) and the maps' weights (C,) once its gradient has come."""

    tensor: Tensor
    kind: str
    found: tuple[Tensor, Tensor] | None = None
    # Once the batch normalisation that reads it has been passed: the gradient from there, and what that will find.
    passed: tuple[Tensor, tuple[Tensor, Tensor]] | None = None

    def weigh(self, gradient: Tensor) -> None:
        if self.passed is not None and self.passed[0] is gradient:
            self.found = self.passed[1]  # nothing was added on the way, so that nothing else has read this value
        elif (weights := _weights(gradient, self.kind)) is not None:
            self.found = _sum(weights, self.tensor, self.kind), weights
        # Nothing reads it again, and a run's values together are large.
        del self.tensor, self.passed


@dataclass(frozen=True, eq=False)
class _BatchNorm:
    """A batch normalisation by running averages: each channel times a number, plus another."""

    running_mean: Tensor
    running_var: Tensor
    weight: Tensor | None = None
    bias: Tensor | None = None
    training: bool = False
    momentum: float = 0.1
    eps: float = 1e-5

    def affine(self) -> tuple[Tensor, Tensor]:
        """Return what each channel is multiplied by, and what is added to it then, (C,) both."""
        scale = (self.running_var + self.eps).rsqrt()
        if self.weight is not None:
            scale = scale * self.weight
        shift = -scale * self.running_mean
        return scale, shift if self.bias is None else shift + self.bias


@dataclass(eq=False)
class _Normalised(_Value):
    """What a batch normalisation `by` running averages gave, kept as `tensor`, which that read.

    Most networks overwrite its output at once, by an activation function in place, and autograd holds what it read
    anyway. The two differ by numbers a channel, and so do their gradients: where nothing else reads the value `source`,
    one look weighs both.
    """

    by: _BatchNorm = field(kw_only=True)
    source: _Value | None = field(kw_only=True)

    def pass_back(self, gradients: tuple[Tensor | None, ...], of_output: tuple[Tensor | None, ...]) -> None:
        """Weigh it by the gradient `of_output`, from which the normalisation made that of what it read, the first."""
        weights = None if of_output[0] is None else _weights(of_output[0], self.kind)
        if weights is not None:
            scale, shift = (each.to(weights) for each in self.by.affine())
            of_source = weights * scale
            signed = _sum(of_source, self.tensor, self.kind)
            self.found = signed + weights @ shift, weights
            if self.source is not None and gradients[0] is not None:
                self.source.passed = gradients[0], (signed, of_source)
        del self.tensor


def _weights(gradient: Tensor, kind: str) -> Tensor | None:
    """Return the mean of every map of a gradient, (C,), None where there are no maps of more than one value."""
    slopes = as_maps(gradient, kind)
    if slopes is None or slopes.shape[1] * slopes.shape[2] < 2:
        return None
    return slopes.flatten(1).mean(dim=1)


def _sum(weights: Tensor, tensor: Tensor, kind: str) -> Tensor:
    """Return the sum of all maps times their weights, (H, W)."""
    maps = as_maps(tensor, kind)
    assert maps is not None, "its gradient has maps"
    return (weights @ maps.flatten(1)).reshape(maps.shape[1:])


class _Kept:
    """What the calls of a run gave, before anything is overwritten, to be weighed as the gradient comes by."""

    def __init__(self, wanted: set[str] | None) -> None:
        self.wanted = wanted
        self.names: list[str] = []
        self.layers: dict[str, _Value] = {}
        self._by_memory: dict[int, list[_Value]] = {}
        self._by_content: dict[tuple[Any, ...], _Value] = {}
        self._alive: list[Tensor] = []  # so that an id means one tensor
        # The last batch normalisation: its output, and what it read.
        self._normalised: tuple[Tensor, int, Tensor, _BatchNorm] | None = None

    def on_call(self, call: Call) -> None:
        self.names.append(call.name)
        output = first_tensor(call.output)
        if output is None or (self.wanted is not None and call.name not in self.wanted):
            return
        # Else the observer is called at every access to a tensor, which takes several times as long.
        with torch._C.DisableTorchFunction():
            if output.requires_grad:
                self.layers[call.name] = self._value(output, call.kind)

    def _value(self, output: Tensor, kind: str) -> _Value:
        # Many layers hand on what they get, an identity say: that has one gradient.
        content = id(output), output._version
        value = self._by_content.get(content)
        if value is None:
            # It gets the gradient by what the tensor holds now, whatever overwrites it later.
            last = self._normalised
            if last and last[0] is output and last[1] == output._version and output.grad_fn is not None:
                _, _, read, by = last
                source = self._by_content.get((id(read), read._version))
                if source is not None and not channels_first(source.kind):
                    source = None
                value = _Normalised(read.detach(), kind, by=by, source=source)
                output.grad_fn.register_hook(value.pass_back)
            else:
                value = _Value(output.detach(), kind)
                output.register_hook(value.weigh)
            self._by_content[content] = value
            self._by_memory.setdefault(value.tensor.untyped_storage().data_ptr(), []).append(value)
            self._alive.append(output)
        return value

    def close(self) -> None:
        """Let go of what only the run needed, so that going back frees what it has passed and takes no new memory."""
        self._normalised = None
        self._alive.clear()
        self._by_memory.clear()
        self._by_content.clear()

    def around(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        written = written_by(function, arguments, keywords)
        if written is not None:
            for value in self._by_memory.pop(written.untyped_storage().data_ptr(), []):
                value.tensor = value.tensor.clone()
        output = function(*arguments, **keywords)
        if function is functional.batch_norm:
            given = {**dict(zip(_BATCH_NORM, arguments, strict=False)), **keywords}
            read, by = given.pop("input"), _BatchNorm(**given)
            if not by.training and by.running_var is not None:
                self._normalised = output, output._version, read, by
        return output


_BATCH_NORM = ("input", *(each.name for each in fields(_BatchNorm)))
