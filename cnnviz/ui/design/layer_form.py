"""What one layer can be asked for: its input and its settings as controls, from the signature of its arithmetic."""

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args

from cnnviz.arithmetic import KINDS
from cnnviz.arithmetic.checks import AXES
from cnnviz.design.vocabulary import WORDS
from cnnviz.ui.controls import Choice, Control, Dial, Switch

Size = tuple[int, ...]
# Settings of which no number on the screen depends; nor does one on those that hold a plain float, see `_silent`.
_SILENT = frozenset(
    {
        *("inplace", "divisor_override", "count_include_pad", "align_corners", "return_indices"),
        *("recompute_scale_factor", "padding_idx", "scale_grad_by_freq", "sparse"),
    }
)
# Settings that a kind shares with others by name alone, or that need a value no number depends on.
_LEFT_OUT = {("Embedding", "norm_type"), ("Upsample", "size")}
_FIXED = {"value": 0.0}
# low, high of the slider, most, default
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
RECTANGULAR = "rectangular"


def rank_of(kind: str) -> int:
    """Return how many axes of positions the screen gives a kind: the digit of its name, 2 where any number goes."""
    if kind[-2:-1].isdigit() and kind.endswith("d"):
        return int(kind[-2])
    return 0 if kind in _FLAT else 2


@cache
def input_controls(kind: str, rectangular: bool) -> tuple[Control, ...]:
    """Return the controls of the input's size."""
    rank = rank_of(kind)
    if kind == "Linear":
        return tuple(_dial(kind, key) for key in ("batch", "positions", "features"))
    if kind == "Embedding":
        return tuple(_dial(kind, key) for key in ("batch", "positions"))
    if kind == "Unflatten":
        return tuple(_dial(kind, key) for key in ("batch", "features"))
    return _dial(kind, "batch"), _dial(kind, "channels"), *_on_axes(kind, "side", rank, rectangular)


@cache
def setting_controls(kind: str, rectangular: bool) -> tuple[Control, ...]:
    """Return the controls of a kind's settings, in the order of torch's arguments."""
    made: list[Control] = []
    for name, parameter in _settings(kind).items():
        types = set(get_args(parameter.annotation)) or {parameter.annotation}
        if parameter.annotation is bool:
            made.append(Switch(name, _label(name), parameter.default is not False))
        elif parameter.annotation is str:
            made.append(Choice(name, _label(name), _WORDS.get(name, (parameter.default,)), parameter.default))
        elif name == "normalized_shape":
            made.append(_dial(kind, "normalized_axes"))
        elif name == "unflattened_size":
            made += [_dial(kind, key) for key in _INTO]
        elif name in _FIXED:
            continue
        elif int in types and len(types) > 1 and rank_of(kind) and "Pad" not in kind:
            if str in types:
                made.append(Switch("same", 'Padding "same"', False))
            made += _on_axes(kind, name, rank_of(kind), rectangular)
        else:
            made.append(_dial(kind, name))
    return tuple(made)


def asked(kind: str, rectangular: bool, values: Mapping[str, Any]) -> tuple[Size, dict[str, Any]]:
    """Return the input's size and the settings that the controls' values by key stand for."""
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


def tied(kind: str) -> dict[str, tuple[str, ...]]:
    """Return the keys of the values that are one for all axes, each with the keys that it has where they differ."""
    rank = rank_of(kind)
    if rank < 2:
        return {}
    controls = (*input_controls(kind, False), *setting_controls(kind, False))
    per_axis = {control.key for control in controls} - {
        control.key for control in (*input_controls(kind, True), *setting_controls(kind, True))
    }
    return {key: tuple(f"{key}_{axis}" for axis in AXES[rank]) for key in sorted(per_axis)}


@cache
def _settings(kind: str) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(KINDS[kind]).parameters.items()
    return {
        name: each
        for name, each in parameters
        if each.kind is each.KEYWORD_ONLY and not _silent(each) and (kind, name) not in _LEFT_OUT
    }


def _silent(parameter: inspect.Parameter) -> bool:
    """Return whether no number on the screen depends on a setting: a slope, a probability and the like do not count."""
    types = set(get_args(parameter.annotation)) or {parameter.annotation}
    if parameter.name in _RANGES or parameter.name in _FIXED:
        return False
    return parameter.name in _SILENT or types <= {float, type(None)}


def _on_axes(kind: str, name: str, rank: int, rectangular: bool) -> list[Control]:
    """Return one dial for all axes, or one an axis."""
    if rank == 1:
        return [_dial(kind, name, label="Length" if name == "side" else None)]
    if not rectangular:
        return [_dial(kind, name, label=" = ".join(AXES[rank]).capitalize() if name == "side" else None)]
    labels = [axis.capitalize() if name == "side" else f"{_label(name)}, {axis}" for axis in AXES[rank]]
    return [_dial(kind, name, f"_{axis}", label) for axis, label in zip(AXES[rank], labels, strict=True)]


def _each_axis(name: str, rank: int, rectangular: bool, values: Mapping[str, Any]) -> Any:
    if name != "side" and not (rectangular and rank > 1):
        return values[name]
    keys = [f"{name}_{axis}" for axis in AXES[rank]] if rectangular and rank > 1 else [name] * rank
    entries = tuple(values[key] for key in keys)
    return entries[0] if name != "side" and len(set(entries)) == 1 else entries


def _dial(kind: str, name: str, suffix: str = "", label: str | None = None) -> Dial:
    low, high, most, default = _RANGES.get(name) or _range(_settings(kind)[name])
    begin = next(values for prefix, values in _BEGIN if kind.startswith(prefix))
    if name == "padding" and "Pad" in kind:
        default = 2
    return Dial(name + suffix, label or _label(name), low, high, most, begin.get(name, default))


def _range(parameter: inspect.Parameter) -> tuple[int, int, int, int]:
    """Return the range of a setting that has no row above: around its default, 1 where it has none."""
    default = parameter.default if isinstance(parameter.default, int) else 1
    return min(default, 1), 16, 1000, default


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def defaults(controls: Sequence[Control]) -> dict[str, Any]:
    """Return what the controls begin with, by key."""
    return {control.key: control.default for control in controls}
