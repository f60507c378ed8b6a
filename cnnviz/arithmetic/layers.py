"""Every layer kind by torch's class name. A new one is a function in the file of its family and a line here."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from inspect import signature
from typing import Any

from cnnviz.arithmetic import (
    activation,
    adaptive,
    convolution,
    dense,
    normalisation,
    padding,
    pooling,
    regularisation,
    reshaping,
    shrinking,
    transposed,
    upsampling,
)
from cnnviz.arithmetic.record import Layer
from cnnviz.errors import ShapeError

KINDS: dict[str, Callable[..., Layer]] = {
    "Conv1d": convolution.conv1d,
    "Conv2d": convolution.conv2d,
    "Conv3d": convolution.conv3d,
    "ConvTranspose1d": transposed.conv_transpose1d,
    "ConvTranspose2d": transposed.conv_transpose2d,
    "ConvTranspose3d": transposed.conv_transpose3d,
    "MaxPool1d": pooling.max_pool1d,
    "MaxPool2d": pooling.max_pool2d,
    "MaxPool3d": pooling.max_pool3d,
    "AvgPool1d": pooling.avg_pool1d,
    "AvgPool2d": pooling.avg_pool2d,
    "AvgPool3d": pooling.avg_pool3d,
    "LPPool1d": pooling.lp_pool1d,
    "LPPool2d": pooling.lp_pool2d,
    "LPPool3d": pooling.lp_pool3d,
    "AdaptiveAvgPool1d": adaptive.adaptive_avg_pool1d,
    "AdaptiveAvgPool2d": adaptive.adaptive_avg_pool2d,
    "AdaptiveAvgPool3d": adaptive.adaptive_avg_pool3d,
    "AdaptiveMaxPool1d": adaptive.adaptive_max_pool1d,
    "AdaptiveMaxPool2d": adaptive.adaptive_max_pool2d,
    "AdaptiveMaxPool3d": adaptive.adaptive_max_pool3d,
    "Linear": dense.linear,
    "BatchNorm1d": normalisation.batch_norm1d,
    "BatchNorm2d": normalisation.batch_norm2d,
    "BatchNorm3d": normalisation.batch_norm3d,
    "LayerNorm": normalisation.layer_norm,
    "GroupNorm": normalisation.group_norm,
    "InstanceNorm1d": normalisation.instance_norm1d,
    "InstanceNorm2d": normalisation.instance_norm2d,
    "InstanceNorm3d": normalisation.instance_norm3d,
    "LocalResponseNorm": normalisation.local_response_norm,
    "Embedding": dense.embedding,
    "ReLU": activation.relu,
    "ReLU6": activation.relu6,
    "LeakyReLU": activation.leaky_relu,
    "PReLU": activation.prelu,
    "ELU": activation.elu,
    "SELU": activation.selu,
    "GELU": activation.gelu,
    "SiLU": activation.silu,
    "Sigmoid": activation.sigmoid,
    "Tanh": activation.tanh,
    "Hardswish": activation.hardswish,
    "Hardsigmoid": activation.hardsigmoid,
    "Softmax": activation.softmax,
    "LogSoftmax": activation.log_softmax,
    "Softplus": activation.softplus,
    "Mish": activation.mish,
    "Softmin": activation.softmin,
    "Hardtanh": shrinking.hardtanh,
    "CELU": shrinking.celu,
    "Hardshrink": shrinking.hardshrink,
    "Softshrink": shrinking.softshrink,
    "Tanhshrink": shrinking.tanhshrink,
    "Softsign": shrinking.softsign,
    "LogSigmoid": shrinking.log_sigmoid,
    "GLU": shrinking.glu,
    "Flatten": reshaping.flatten,
    "Unflatten": reshaping.unflatten,
    "Upsample": upsampling.upsample,
    "ChannelShuffle": reshaping.channel_shuffle,
    "PixelShuffle": reshaping.pixel_shuffle,
    "PixelUnshuffle": reshaping.pixel_unshuffle,
    "Dropout": regularisation.dropout,
    "Dropout1d": regularisation.dropout1d,
    "Dropout2d": regularisation.dropout2d,
    "Dropout3d": regularisation.dropout3d,
    "Identity": reshaping.identity,
    "ZeroPad1d": padding.zero_pad1d,
    "ZeroPad2d": padding.zero_pad2d,
    "ZeroPad3d": padding.zero_pad3d,
    "ConstantPad1d": padding.constant_pad1d,
    "ConstantPad2d": padding.constant_pad2d,
    "ConstantPad3d": padding.constant_pad3d,
    "ReflectionPad1d": padding.reflection_pad1d,
    "ReflectionPad2d": padding.reflection_pad2d,
    "ReflectionPad3d": padding.reflection_pad3d,
    "ReplicationPad1d": padding.replication_pad1d,
    "ReplicationPad2d": padding.replication_pad2d,
    "ReplicationPad3d": padding.replication_pad3d,
    "CircularPad1d": padding.circular_pad1d,
    "CircularPad2d": padding.circular_pad2d,
    "CircularPad3d": padding.circular_pad3d,
}


def layer(kind: str, input_size: Sequence[int], **settings: Any) -> Layer:
    """Return the layer of torch's class `kind` on an input (N, C, ...), settings by torch's names.

    Raises ShapeError for what cannot be, a kind that is not in KINDS or a setting that the kind does not have.
    """
    if kind not in KINDS:
        raise ShapeError(f'No layer kind is called "{kind}"; there are {len(KINDS)}: {", ".join(KINDS)}.')
    known, needed = _settings(kind)
    if missing := needed - settings.keys():
        raise ShapeError(f"{kind} needs {_words(missing)}.")
    if unknown := settings.keys() - known:
        raise ShapeError(f"{kind} has no setting {_words(unknown)}; it has {_words(known)}.")
    return KINDS[kind](input_size, **settings)


@cache
def _settings(kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of all settings of a kind, and of those that have no default."""
    settings = [one for one in signature(KINDS[kind]).parameters.values() if one.kind is one.KEYWORD_ONLY]
    return frozenset(one.name for one in settings), frozenset(one.name for one in settings if one.default is one.empty)


def _words(names: AbstractSet[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
