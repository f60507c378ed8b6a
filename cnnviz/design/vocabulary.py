"""The layers that a row may name: PyTorch's arguments in PyTorch's order, the short names, and what a setting holds.

Everything here is a table row, so that a new kind of layer is one more.
"""

from collections.abc import Iterable
from functools import cache

_CONV = "in_channels out_channels kernel_size stride padding dilation groups bias padding_mode"
_TRANSPOSED = "in_channels out_channels kernel_size stride padding output_padding groups bias dilation padding_mode"
_BATCH_NORM = "num_features eps momentum affine track_running_stats"


def _each(names: str, arguments: str, ranks: Iterable[int] = (1, 2, 3)) -> dict[str, str]:
    return {f"{name}{rank}d": arguments for name in names.split() for rank in ranks}


_ARGUMENTS: dict[str, str] = {
    **_each("Conv", _CONV),
    **_each("ConvTranspose", _TRANSPOSED),
    **_each("MaxPool", "kernel_size stride padding dilation return_indices ceil_mode"),
    **_each("AvgPool", "kernel_size stride padding ceil_mode count_include_pad", (1,)),
    **_each("AvgPool", "kernel_size stride padding ceil_mode count_include_pad divisor_override", (2, 3)),
    **_each("LPPool", "norm_type kernel_size stride ceil_mode"),
    **_each("AdaptiveAvgPool", "output_size"),
    **_each("AdaptiveMaxPool", "output_size return_indices"),
    "Linear": "in_features out_features bias",
    **_each("BatchNorm InstanceNorm", _BATCH_NORM),
    "LayerNorm": "normalized_shape eps elementwise_affine bias",
    "GroupNorm": "num_groups num_channels eps affine",
    "LocalResponseNorm": "size alpha beta k",
    "Embedding": "num_embeddings embedding_dim padding_idx",
    **dict.fromkeys(("ReLU", "ReLU6", "SELU", "SiLU", "Hardswish", "Hardsigmoid", "Mish"), "inplace"),
    "LeakyReLU": "negative_slope inplace",
    "PReLU": "num_parameters init",
    "ELU": "alpha inplace",
    "GELU": "approximate",
    "Sigmoid": "",
    "Tanh": "",
    "Softmax": "dim",
    "LogSoftmax": "dim",
    "Softplus": "beta threshold",
    "Flatten": "start_dim end_dim",
    "Unflatten": "dim unflattened_size",
    "Upsample": "size scale_factor mode align_corners",
    "PixelShuffle": "upscale_factor",
    "PixelUnshuffle": "downscale_factor",
    "Dropout": "p inplace",
    "Dropout2d": "p inplace",
    "Identity": "",
    **_each("ZeroPad ReflectionPad ReplicationPad CircularPad", "padding"),
    **_each("ConstantPad", "padding value"),
}
TORCH_ARGUMENTS: dict[str, tuple[str, ...]] = {kind: tuple(names.split()) for kind, names in _ARGUMENTS.items()}

BLOCK_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "VGG": ("convolutions", "out_channels", "batch_norm"),
    "NiN": ("out_channels", "kernel_size", "stride", "padding"),
    "Inception": ("branch1", "branch2", "branch3", "branch4", "kernel_size", "batch_norm"),
    "Basic": ("out_channels", "stride"),
    "Bottleneck": ("out_channels", "stride", "groups", "width"),
}

# What follows from the tensor that arrives, so that nobody types it. LayerNorm's shape is the last axes' unless given.
INPUTS = frozenset({"in_channels", "in_features", "num_features", "num_channels"})

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


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


SIZES = _words(
    "kernel_size stride padding dilation output_padding output_size normalized_shape unflattened_size size "
    "scale_factor branch2 branch3"
)
WHOLE = _words(
    "out_channels groups out_features num_groups num_embeddings embedding_dim padding_idx start_dim end_dim dim "
    "upscale_factor downscale_factor num_parameters divisor_override convolutions width branch1 branch4"
)
NUMBERS = _words("p eps momentum negative_slope alpha beta k value threshold norm_type init")
SWITCHES = _words(
    "bias ceil_mode count_include_pad affine track_running_stats elementwise_affine inplace align_corners batch_norm"
)
WORDS: dict[str, tuple[str, ...]] = {
    "padding": ("same", "valid"),
    "padding_mode": ("zeros", "reflect", "replicate", "circular"),
    "mode": ("nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear"),
    "approximate": ("none", "tanh"),
}
NONE = _words("stride momentum output_size size scale_factor padding_idx align_corners divisor_override")


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
