"""Weights that a file keeps as what they are computed from -> the weights themselves, exactly as torch computes them.

    prune          weight = weight_orig * weight_mask
    weight_norm    weight = weight_g * weight_v / |weight_v|; also parametrizations.weight.original0 and original1
    spectral_norm  weight = weight_orig / (u^T W v); also parametrizations.weight.original, 0._u and 0._v

W is the weight as a matrix with a row an output. What torch computes in eval mode is meant.
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

State = Mapping[str, "Tensor"]
# The ending of a weight's last part, the endings of all in the order of a function's arguments, and that function.
_Kind = tuple[str, tuple[str, ...], Callable[..., "Tensor | None"]]

# A pruned tensor may itself be what a norm is computed from, and the other way round.
_MOST_ROUNDS = 3
# The cosine between u and W v from which on they point the same way, and below which they do not.
_SAME_WAY, _OTHER_WAY = 0.6, 0.4
# (layer, parameter) of what a parametrization keeps.
_PARAMETRISED = re.compile(r"(?:(.*)\.)?parametrizations\.(\w+)\..+")
# Whole numbers that stand for others: what torch.ao, bitsandbytes and GPTQ write beside or in the place of a weight.
_QUANTISED = re.compile(r"(^|[._])(zero_point|_packed_params|qweight|qzeros|SCB|weight_scale)$")


@dataclass(frozen=True)
class _Made:
    """A weight by its name, and the names of what it is computed from."""

    name: str
    parts: tuple[str, ...]
    tensor: "Tensor"


@dataclass(frozen=True)
class Resolved:
    """`state` with the weights themselves; `computed` are their names, each with what it was computed from."""

    state: State
    computed: Mapping[str, tuple[str, ...]]


def resolve(state: State, *, transposed: bool) -> Resolved:
    """Return a state in which every weight that is kept as its parts is computed; what has no such parts stays.

    `transposed` tells that the network has transposed convolutions, whose outputs lie along axis 1 of a weight.
    """
    kinds = _kinds((0, 1) if transposed else (0,))
    computed: dict[str, tuple[str, ...]] = {}
    for _ in range(_MOST_ROUNDS):
        members = Counter(kept.groups() for name in state if (kept := _PARAMETRISED.fullmatch(name)))
        found = {made.name: made for last in state if (made := _made(kinds, state, last, members))}
        if not found:
            break
        for made in found.values():
            # What a part was computed from itself is named, and not the part.
            computed[made.name] = tuple(each for part in made.parts for each in computed.pop(part, (part,)))
        state = _replaced(state, found)
    return Resolved(state, computed)


def unresolved(state: State) -> str:
    """Return what of a file is no weight though weights follow from it, and what to do, "" where there is nothing.

    It reads on from the file's name.
    """
    for name in state:
        if kept := _PARAMETRISED.fullmatch(name):
            return (
                f"keeps the {kept[2]} of {kept[1] or 'the network'} as what a parametrization computes it from; call "
                f'torch.nn.utils.parametrize.remove_parametrizations(layer, "{kept[2]}") for each such layer, '
                "and save the state dict then"
            )
        if name.endswith("_orig"):
            layer, _, parameter = name.removesuffix("_orig").rpartition(".")
            return (
                f"keeps the {parameter} of {layer or 'the network'} as {parameter}_orig, and what it makes of that is "
                f'not clear; call torch.nn.utils.prune.remove(layer, "{parameter}") for each such layer, or '
                f'torch.nn.utils.remove_spectral_norm(layer, "{parameter}"), and save the state dict then'
            )
    if quantised := [name for name in state if _QUANTISED.search(name)]:
        layer = quantised[0].rpartition(".")[0].removesuffix("._packed_params") or "the network"
        return (
            f"holds a quantised network, first in {layer}, whose weights are whole numbers that stand for others; "
            "save the state dict of the network before it was quantised"
        )
    return ""


def _made(
    kinds: Sequence[_Kind], state: State, last: str, members: Mapping[tuple[str | None, ...], int]
) -> "_Made | None":
    """Return the weight of which `last` is the last part, None for what is no such part.

    `members` are how many tensors a parametrization has: what more there is would change the weight again.
    """
    for ending, others, compute in kinds:
        if not last.endswith(ending):
            continue
        stem = last.removesuffix(ending)
        parts, name = tuple(stem + other for other in others), stem
        if ending.startswith("."):
            kept = _PARAMETRISED.fullmatch(last)
            if kept is None or members[kept.groups()] != len(parts):
                continue
            name = ".".join(filter(None, kept.groups()))
        if name in state or not all(part in state for part in parts):
            continue
        if (tensor := compute(*(state[part] for part in parts))) is not None:
            return _Made(name, parts, tensor)
    return None


def _replaced(state: State, found: "Mapping[str, _Made]") -> State:
    """Return a state with what was found in the place of its parts: a weight first of its layer, as torch lists it."""
    whole = {part: made.name for made in found.values() for part in made.parts}
    first_of_layer: dict[str, str] = {}
    for name in state:
        first_of_layer.setdefault(_layer(whole.get(name, name)), name)
    weights = {first: f"{layer}.weight".removeprefix(".") for layer, first in first_of_layer.items()}
    made: OrderedDict[str, Tensor] = OrderedDict()
    for name, tensor in state.items():
        for each in (weights.get(name, ""), whole.get(name, "")):
            if each in found:
                made.setdefault(each, found[each].tensor)
        if name not in whole:
            made[name] = tensor
    if versions := getattr(state, "_metadata", None):
        made._metadata = versions  # type: ignore[attr-defined]
    return made


def _layer(name: str) -> str:
    return name.rpartition(".")[0]


def _masked(original: "Tensor", mask: "Tensor") -> "Tensor | None":
    """Return what torch.nn.utils.prune leaves of a tensor."""
    if original.shape != mask.shape:
        return None
    return mask.to(dtype=original.dtype) * original


def _weight_normalised(g: "Tensor", v: "Tensor") -> "Tensor | None":
    """Return what weight_norm computes; which axis has a norm for each of its places, the shape of g says."""
    import torch

    if not _floating(g, v) or v.dim() == 0 or v.dtype != g.dtype:
        return None
    if g.dim() == 0:
        return torch._weight_norm(v, g, -1)
    if g.dim() != v.dim():
        return None
    axes = [axis for axis in range(v.dim()) if g.shape[axis] == v.shape[axis] and g.numel() == g.shape[axis]]
    if not axes:
        return None
    # Where all sizes of g are 1 the axis is one of size 1 in v too, and the norm is that of all of v whichever it is.
    return torch._weight_norm(v, g, axes[0])


def _spectrally_normalised(
    weight: "Tensor", u: "Tensor", v: "Tensor", *, axes: Sequence[int] = (0,)
) -> "Tensor | None":
    """Return what spectral_norm computes where `axes` are those that a weight's outputs may lie along."""
    import torch

    if not _floating(weight, u, v) or u.dim() != 1 or v.dim() != 1 or weight.dim() < 2:
        return None
    if not weight.dtype == u.dtype == v.dtype:
        return None
    made: list[tuple[float, Tensor]] = []
    for axis in axes:
        if weight.shape[axis] == len(u) and weight.numel() == len(u) * len(v):
            along = torch.mv(weight.transpose(0, axis).flatten(1), v)
            sigma = torch.dot(u, along)
            made.append((float(sigma.abs() / along.norm().clamp_min(1e-12)), weight / sigma))
    made.sort(key=lambda each: each[0])
    # Where both axes fit: each pass in training has turned u to where W v points along the axis that was meant.
    clear = len(made) == 1 or (len(made) == 2 and made[1][0] > _SAME_WAY and made[0][0] < _OTHER_WAY)
    return made[-1][1] if clear else None


def _floating(*tensors: "Tensor") -> bool:
    return all(tensor.is_floating_point() for tensor in tensors)


def _kinds(axes: Sequence[int]) -> tuple[_Kind, ...]:
    spectral = partial(_spectrally_normalised, axes=axes)
    return (
        ("_mask", ("_orig", "_mask"), _masked),
        ("_v", ("_orig", "_u", "_v"), spectral),
        ("_v", ("_g", "_v"), _weight_normalised),
        (".original1", (".original0", ".original1"), _weight_normalised),
        (".0._v", (".original", ".0._u", ".0._v"), spectral),
    )
