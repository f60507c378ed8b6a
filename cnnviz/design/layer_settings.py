"""What can be set of one layer: the size of its input and its settings, from the signature of its arithmetic.

>>> [each.name for each in layer_settings("MaxPool2d", False)][:4]
['batch', 'channels', 'side', 'kernel_size']
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from cnnviz.arithmetic import KINDS
from cnnviz.arithmetic.checks import AXES
from cnnviz.design.vocabulary import WORDS

Size = tuple[int, ...]


@dataclass(frozen=True)
class Setting:
    """A number from `low` to `high`, one of `options`, or yes or no; usual numbers end at `reach`.

    `shared` is the number of axes that the extent of the input stands for at once, 0 for all else.
    """

    name: str
    default: Any
    low: int = 0
    reach: int = 0
    high: int = 0
    options: tuple[str, ...] = ()
    shared: int = 0


# Settings of which no number depends; nor does one on those that hold a plain float, see `_silent`.
_SILENT = frozenset(
    {
        *("inplace", "divisor_override", "count_include_pad", "align_corners", "return_indices"),
        *("recompute_scale_factor", "padding_idx", "scale_grad_by_freq", "sparse"),
    }
)
# Settings that a kind shares with others by name alone, or that need a value no number depends on.
_LEFT_OUT = {("Embedding", "norm_type"), ("Upsample", "size")}
_FIXED = {"value": 0.0}
# lowest, highest on the slider, highest of all, default
_RANGES: dict[str, tuple[int, int, int, int]] = {
    "batch": (1, 256, 65_536, 1),
    "channels": (1, 256, 65_536, 3),
    "features": (1, 4096, 1_000_000, 2450),
    "positions": (1, 256, 65_536, 1),
    "side": (1, 256, 4096, 32),
    "size": (1, 15, 1000, 5),
    "norm_type": (1, 8, 100, 2),
    "out_channels": (1, 256, 65_536, 10),
    "out_features": (1, 4096, 1_000_000, 500),
    "kernel_size": (1, 15, 1000, 5),
    "stride": (1, 8, 1000, 1),
    "padding": (0, 8, 1000, 0),
    "dilation": (1, 8, 1000, 1),
    "groups": (1, 64, 65_536, 1),
    "num_groups": (1, 64, 65_536, 1),
    "output_padding": (0, 4, 1000, 0),
    "output_size": (1, 16, 4096, 1),
    "normalized_axes": (1, 3, 3, 3),
    "num_embeddings": (1, 50_000, 10_000_000, 10_000),
    "embedding_dim": (1, 1024, 65_536, 256),
    "scale_factor": (1, 8, 64, 2),
    "upscale_factor": (1, 8, 64, 2),
    "downscale_factor": (1, 8, 64, 2),
    "num_parameters": (1, 256, 65_536, 1),
    "into_channels": (1, 256, 65_536, 16),
    "into_height": (1, 64, 4096, 5),
    "into_width": (1, 64, 4096, 5),
    "start_dim": (0, 3, 3, 1),
    "end_dim": (-1, 3, 3, -1),
    "dim": (0, 3, 3, 1),
}
# What a kind begins with, where that is not what all begin with; the first prefix that fits counts.
_BEGIN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ConvTranspose", {"channels": 10, "side": 16, "kernel_size": 4, "stride": 2, "padding": 1}),
    ("Conv3d", {"channels": 1, "side": 16, "kernel_size": 3, "padding": 1}),
    ("Conv", {"padding": 2}),
    ("MaxPool", {"channels": 10, "kernel_size": 2, "stride": 2}),
    ("AvgPool", {"channels": 10, "kernel_size": 2, "stride": 2}),
    ("LPPool", {"channels": 10, "kernel_size": 2, "stride": 2}),
    ("Adaptive", {"channels": 64, "side": 7}),
    ("GroupNorm", {"channels": 32, "num_groups": 4}),
    ("PixelShuffle", {"channels": 12, "side": 16}),
    ("Embedding", {"positions": 16}),
    ("Linear", {}),
    ("Unflatten", {"features": 400}),
    ("LocalResponseNorm", {"channels": 96}),
    ("Flatten", {"channels": 50, "side": 7}),
    ("", {"channels": 10}),
)
_WORDS = {**WORDS, "mode": ("nearest", "nearest-exact", "bilinear", "bicubic")}
_INTO = ("into_channels", "into_height", "into_width")
_FLAT = ("Linear", "Embedding", "Unflatten")


def rank_of(kind: str) -> int:
    """Return how many axes of positions a kind is given: the digit of its name, 2 where any number goes."""
    if kind[-2:-1].isdigit() and kind.endswith("d"):
        return int(kind[-2])
    return 0 if kind in _FLAT else 2


@cache
def _input_settings(kind: str, rectangular: bool) -> tuple[Setting, ...]:
    """Return what can be set of the input's size."""
    rank = rank_of(kind)
    if kind == "Linear":
        return tuple(_number(kind, key) for key in ("batch", "positions", "features"))
    if kind == "Embedding":
        return tuple(_number(kind, key) for key in ("batch", "positions"))
    if kind == "Unflatten":
        return tuple(_number(kind, key) for key in ("batch", "features"))
    return _number(kind, "batch"), _number(kind, "channels"), *_on_axes(kind, "side", rank, rectangular)


@cache
def _own_settings(kind: str, rectangular: bool) -> tuple[Setting, ...]:
    """Return a kind's settings, in the order of torch's arguments."""
    made: list[Setting] = []
    for name, parameter in _settings(kind).items():
        types = set(get_args(parameter.annotation)) or {parameter.annotation}
        if parameter.annotation is bool:
            made.append(Setting(name, parameter.default is not False))
        elif parameter.annotation is str:
            made.append(Setting(name, parameter.default, options=_WORDS.get(name, (parameter.default,))))
        elif name == "normalized_shape":
            made.append(_number(kind, "normalized_axes"))
        elif name == "unflattened_size":
            made += [_number(kind, key) for key in _INTO]
        elif name in _FIXED:
            continue
        elif int in types and len(types) > 1 and rank_of(kind) and "Pad" not in kind:
            if str in types:
                made.append(Setting("same", False))
            made += _on_axes(kind, name, rank_of(kind), rectangular)
        else:
            made.append(_number(kind, name))
    return tuple(made)


def asked(kind: str, rectangular: bool, values: Mapping[str, Any]) -> tuple[Size, dict[str, Any]]:
    """Return the input's size and the settings that values by name stand for."""
    rank = rank_of(kind)
    if kind == "Linear":
        positions = (values["positions"],) if values["positions"] > 1 else ()
        size: Size = (values["batch"], *positions, values["features"])
    elif kind == "Embedding":
        size = values["batch"], values["positions"]
    elif kind == "Unflatten":
        size = values["batch"], values["features"]
    else:
        size = values["batch"], values["channels"], *_each_axis("side", rank, rectangular, values)
    settings: dict[str, Any] = {}
    for name, parameter in _settings(kind).items():
        if name == "normalized_shape":
            settings[name] = size[-values["normalized_axes"] :]
        elif name == "unflattened_size":
            settings[name] = tuple(values[key] for key in _INTO)
        elif name in _FIXED:
            settings[name] = _FIXED[name]
        elif name == "padding" and values.get("same"):
            settings[name] = "same"
        elif name in values:
            settings[name] = values[name]
        else:
            settings[name] = _each_axis(name, rank, rectangular, values)
        if settings[name] == parameter.default:
            del settings[name]
    return size, settings


def layer_settings(kind: str, rectangular: bool) -> tuple[Setting, ...]:
    """Return all that can be set of a kind, its input first."""
    return *_input_settings(kind, rectangular), *_own_settings(kind, rectangular)


def tied(kind: str) -> dict[str, tuple[str, ...]]:
    """Return the names of the values that are one for all axes, each with those that it has where they differ."""
    rank = rank_of(kind)
    if rank < 2:
        return {}
    together, apart = ({each.name for each in layer_settings(kind, rectangular)} for rectangular in (False, True))
    return {name: tuple(f"{name}_{axis}" for axis in AXES[rank]) for name in sorted(together - apart)}


@cache
def every_name() -> tuple[str, ...]:
    """Return the names of all that can be set of any kind."""
    every = (each.name for kind in KINDS for apart in (False, True) for each in layer_settings(kind, apart))
    return tuple(dict.fromkeys(every))


@cache
def _settings(kind: str) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(KINDS[kind]).parameters.items()
    return {
        name: each
        for name, each in parameters
        if each.kind is each.KEYWORD_ONLY and not _silent(each) and (kind, name) not in _LEFT_OUT
    }


def _silent(parameter: inspect.Parameter) -> bool:
    """Return whether no number depends on a setting: a slope, a probability and the like do not count."""
    types = set(get_args(parameter.annotation)) or {parameter.annotation}
    if parameter.name in _RANGES or parameter.name in _FIXED:
        return False
    return parameter.name in _SILENT or types <= {float, type(None)}


def _on_axes(kind: str, name: str, rank: int, rectangular: bool) -> list[Setting]:
    """Return one number for all axes, or one an axis."""
    if rank == 1 or not rectangular:
        return [_number(kind, name, shared=rank if name == "side" else 0)]
    return [_number(kind, name, f"_{axis}") for axis in AXES[rank]]


def _each_axis(name: str, rank: int, rectangular: bool, values: Mapping[str, Any]) -> Any:
    if name != "side" and not (rectangular and rank > 1):
        return values[name]
    keys = [f"{name}_{axis}" for axis in AXES[rank]] if rectangular and rank > 1 else [name] * rank
    entries = tuple(values[key] for key in keys)
    return entries[0] if name != "side" and len(set(entries)) == 1 else entries


def _number(kind: str, name: str, suffix: str = "", shared: int = 0) -> Setting:
    low, reach, high, default = _RANGES.get(name) or _range(_settings(kind)[name])
    begin = next(values for prefix, values in _BEGIN if kind.startswith(prefix))
    if name == "padding" and "Pad" in kind:
        default = 2
    return Setting(name + suffix, begin.get(name, default), low, reach, high, shared=shared)


def _range(parameter: inspect.Parameter) -> tuple[int, int, int, int]:
    """Return the range of a setting that has no row above: around its default, 1 where it has none."""
    default = parameter.default if isinstance(parameter.default, int) else 1
    return min(default, 1), 16, 1000, default
