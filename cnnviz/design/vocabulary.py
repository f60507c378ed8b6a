"""The layers that a row may name: PyTorch's arguments in PyTorch's order, the short names, and what a setting holds.

The signatures of cnnviz.arithmetic tell most of it, so a kind of layer that is added there can be typed here. What they
do not tell is a row of a table.
"""

from collections.abc import Sequence
from functools import cache
from inspect import Parameter, signature
from types import UnionType
from typing import Union, get_args, get_origin

from cnnviz.arithmetic import KINDS

# What follows from the tensor that arrives, so that nobody types it: the argument, and its place among PyTorch's.
# LayerNorm's shape is the last axes' unless given.
_ARRIVES = (
    ("Conv", "in_channels", 0),
    ("Linear", "in_features", 0),
    ("BatchNorm", "num_features", 0),
    ("InstanceNorm", "num_features", 0),
    ("GroupNorm", "num_channels", 1),
)
INPUTS = frozenset(name for _, name, _ in _ARRIVES)

# What the arithmetic takes and a row does not: no number follows from it, or PyTorch's class does not have it.
LEFT_OUT = {
    "Embedding": ("max_norm", "norm_type", "scale_grad_by_freq", "sparse"),
    "Upsample": ("recompute_scale_factor",),
    "AvgPool1d": ("divisor_override",),
}


def input_argument(kind: str) -> str | None:
    """Return the argument of PyTorch's class that follows from the tensor that arrives, None for a kind without one."""
    return next((name for start, name, _ in _ARRIVES if kind.startswith(start)), None)


def _settings(kind: str) -> dict[str, Parameter]:
    left_out = LEFT_OUT.get(kind, ())
    parameters = signature(KINDS[kind]).parameters.values()
    return {one.name: one for one in parameters if one.kind is one.KEYWORD_ONLY and one.name not in left_out}


def _torch_arguments(kind: str) -> tuple[str, ...]:
    names = list(_settings(kind))
    for start, name, place in _ARRIVES:
        if kind.startswith(start):
            names.insert(place, name)
    return tuple(names)


TORCH_ARGUMENTS: dict[str, tuple[str, ...]] = {kind: _torch_arguments(kind) for kind in KINDS}

BLOCK_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "VGG": ("convolutions", "out_channels", "batch_norm"),
    "NiN": ("out_channels", "kernel_size", "stride", "padding"),
    "Inception": ("branch1", "branch2", "branch3", "branch4", "kernel_size", "batch_norm"),
    "Basic": ("out_channels", "stride"),
    "Bottleneck": ("out_channels", "stride", "groups", "width"),
    "Add": (),
    "Multiply": (),
    "Concat": (),
}
# Blocks whose branches are rows of their own, typed between brackets, each with how the branches are joined.
JOINS = {"Add": "add", "Multiply": "mul", "Concat": "cat"}

# An output that is a pair of tensors cannot go into the next layer.
_UNUSED = frozenset({"return_indices"})

# Typed as `Upsample 2`, it is the factor that is meant.
_TYPED_ORDER = {"Upsample": ("scale_factor", "mode", "size", "align_corners")}

_ALIASES = {
    "deconv": "ConvTranspose2d",
    "fc": "Linear",
    "dense": "Linear",
    "bn": "BatchNorm2d",
    "lrn": "LocalResponseNorm",
    "swish": "SiLU",
    "prelu": "PReLU",
    "cat": "Concat",
    "mul": "Multiply",
}

# How many bare numbers may be typed, and how many are written so: MaxPool 3 s2 is clearer than MaxPool 3 2.
_BARE = {
    "Conv": (4, 2),
    "MaxPool": (3, 1),
    "AvgPool": (3, 1),
    "LPPool": (3, 2),
    "BatchNorm": (0, 0),
    "InstanceNorm": (0, 0),
    "Embedding": (2, 2),
    "Unflatten": (2, 2),
    "Flatten": (2, 2),
    "ConstantPad": (2, 2),
    "VGG": (2, 2),
    "NiN": (4, 2),
    "Inception": (4, 4),
    "Basic": (2, 1),
    "Bottleneck": (2, 1),
}

EXAMPLES = {
    "Conv": "Conv 20 5 p2",
    "MaxPool": "MaxPool 2",
    "Linear": "Linear 500",
    "VGG": "VGG 2 64",
    "NiN": "NiN 96 11 s4",
    "Inception": "Inception 64 96/128 16/32 32",
    "Basic": "Basic 64 s1",
    "Bottleneck": "Bottleneck 64 s1",
    "Add": "Add [Conv 64 3 p1, BatchNorm | ]",
    "Multiply": "Multiply [AdaptiveAvgPool 1, Conv 64 1, Sigmoid | ]",
    "Concat": "Concat [Conv 64 1 | Conv 64 3 p1]",
}

LETTERS = {
    "k": "kernel_size",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "g": "groups",
    "op": "output_padding",
}
LETTER_OF = {name: letter for letter, name in LETTERS.items()}
FLAGS = {
    "nobias": ("bias", False),
    "ceil": ("ceil_mode", True),
    "bn": ("batch_norm", True),
    "inplace": ("inplace", True),
}


def _holding(*types: object) -> frozenset[str]:
    """Return the settings of layers that may hold one of some types, in whichever kind."""
    every = [one for kind in KINDS for one in _settings(kind).values() if one.name not in _UNUSED]
    return frozenset(
        one.name for one in every for part in _types(one.annotation) if part in types or get_origin(part) in types
    )


def _types(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


SIZES = _holding(Sequence) | {"branch2", "branch3"}
SWITCHES = _holding(bool) | {"batch_norm"}
NUMBERS = _holding(float) - SIZES
WHOLE = (_holding(int) | {"convolutions", "width", "branch1", "branch4"}) - SIZES
# PyTorch guesses the dim of a softmax that has none, and warns.
NONE = _holding(type(None)) - {"dim"}
WORDS: dict[str, tuple[str, ...]] = {
    "padding": ("same", "valid"),
    "padding_mode": ("zeros", "reflect", "replicate", "circular"),
    "mode": ("nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"),
    "approximate": ("none", "tanh"),
}


@cache
def settings_of(kind: str) -> tuple[str, ...]:
    """Return the settings that a row of this kind may have, in the order in which bare numbers fill them."""
    if kind in BLOCK_ARGUMENTS:
        return BLOCK_ARGUMENTS[kind]
    return _TYPED_ORDER.get(kind) or tuple(
        name for name in TORCH_ARGUMENTS[kind] if name not in INPUTS and name not in _UNUSED
    )


def words_of(kind: str, name: str) -> tuple[str, ...]:
    """Return the words that a setting may hold; only convolutions can work out their padding."""
    if name == "padding" and kind not in ("Conv1d", "Conv2d", "Conv3d", "NiN"):
        return ()
    return WORDS.get(name, ())


@cache
def bare_numbers(kind: str) -> tuple[int, int]:
    """Return how many bare numbers may follow the name, and how many are written bare."""
    accepted, written = next((count for start, count in _BARE.items() if kind.startswith(start)), (1, 1))
    numbers = sum(name in SIZES | WHOLE | NUMBERS for name in settings_of(kind))
    return min(accepted, numbers), min(written, numbers)


@cache
def kinds() -> tuple[str, ...]:
    """Return every kind of row."""
    return (*TORCH_ARGUMENTS, *BLOCK_ARGUMENTS)


@cache
def _names() -> dict[str, str]:
    names = {kind.lower(): kind for kind in kinds()}
    for kind in TORCH_ARGUMENTS:
        if kind.endswith("2d") and f"{kind[:-2].lower()}" not in names:
            names[kind[:-2].lower()] = kind
    return {**_ALIASES, **names}


def kind_named(name: str) -> str | None:
    """Return the kind that a typed name means, in any case: conv, Conv2d, maxpool, fc; None for one that is unknown."""
    return _names().get(name.lower())


@cache
def short_name(kind: str) -> str:
    """Return the name that a row of this kind is written with: Conv for Conv2d."""
    short = kind[:-2] if kind.endswith("2d") else kind
    return short if kind_named(short) == kind else kind


def all_names() -> tuple[str, ...]:
    """Return every name that may be typed, as it is written."""
    return tuple(short_name(kind) for kind in kinds())
