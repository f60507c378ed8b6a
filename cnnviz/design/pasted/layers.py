"""Names of torch.nn with their arguments -> layers; what the table has no row for is said by its name."""

import ast
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import NoReturn

from cnnviz.design import vocabulary
from cnnviz.design.pasted.plain_rows import plain
from cnnviz.design.pasted.refusals import beyond, line_of, refused
from cnnviz.design.pasted.values import OPAQUE, Layer, Library
from cnnviz.design.rows import Row, Setting, check
from cnnviz.errors import ModelError

NN = "torch.nn."
ALLOWED = "allowed are nn.Sequential(...), OrderedDict and the layers of torch.nn such as nn.Conv2d(1, 20, 5)"
# They say where a tensor lies and of what type it is.
_PASSED_OVER = frozenset({"device", "dtype"})
_FEATURES = frozenset({"out_channels", "in_channels", "in_features", "out_features", "num_features"})

# Classes that are another one with some settings fixed.
_SAME_AS: dict[str, tuple[str, dict[str, object], tuple[str, ...]]] = {
    "UpsamplingNearest2d": ("Upsample", {"mode": "nearest"}, ("size", "scale_factor")),
    "UpsamplingBilinear2d": ("Upsample", {"mode": "bilinear", "align_corners": True}, ("size", "scale_factor")),
    "Softmax2d": ("Softmax", {"dim": 1}, ()),
    "SyncBatchNorm": (
        *("BatchNorm2d", {}),
        ("num_features", "eps", "momentum", "affine", "track_running_stats"),
    ),
}
_NORMS = ("BatchNorm", "InstanceNorm", "GroupNorm", "SyncBatchNorm", "LazyBatchNorm", "LazyInstanceNorm")
# Classes of torch.nn that are no row: several inputs or outputs, a state, or numbers drawn at random.
_NO_ROW = [
    "LSTM",
    "GRU",
    "RNN",
    "LSTMCell",
    "GRUCell",
    "RNNCell",
    "MultiheadAttention",
    "Transformer",
    "TransformerEncoder",
    "TransformerDecoder",
    "TransformerEncoderLayer",
    "TransformerDecoderLayer",
    "Bilinear",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "Fold",
    "Unfold",
    "EmbeddingBag",
    "CosineSimilarity",
    "PairwiseDistance",
    "AdaptiveLogSoftmaxWithLoss",
    "CrossMapLRN2d",
    "Parameter",
    "ParameterList",
    "ParameterDict",
    "Buffer",
    "DataParallel",
    "RMSNorm",
]


def is_layer(path: str) -> bool:
    """Return whether a library's name is that of a layer of the table."""
    name = path.removeprefix(NN)
    return path.startswith(NN) and (name.removeprefix("Lazy") in vocabulary.TORCH_ARGUMENTS or name in _SAME_AS)


def make(node: ast.AST, name: str, args: list[object], keywords: Mapping[str, object]) -> Layer:
    """Return the layer that a class of torch.nn makes; raises ModelError for what cannot be."""
    if name.startswith(_NORMS) and "bias" in keywords:
        # Newer versions of PyTorch have it, and print it.
        if keywords["bias"] is False and keywords.get("affine", True) is not False:
            raise beyond(node, f"the table has no row for nn.{name} without a bias")
        keywords = {key: value for key, value in keywords.items() if key != "bias"}
    if name in _SAME_AS:
        kind, fixed, order = _SAME_AS[name]
        keywords = {key: value for key, value in keywords.items() if key not in fixed or value != fixed[key]}
        keywords = {**fixed, **given(node, name, order, args, keywords)}
        args = []
    else:
        kind = name.removeprefix("Lazy")
    if kind not in vocabulary.TORCH_ARGUMENTS:
        _unknown(node, name)
    # Lazy layers take their channels from what arrives.
    lazy = name.startswith("Lazy")
    order = tuple(each for each in vocabulary.TORCH_ARGUMENTS[kind] if not (lazy and each in vocabulary.INPUTS))
    settings: list[tuple[str, Setting]] = []
    inputs = {}
    for argument, value in given(node, name, order, args, keywords).items():
        if argument == "return_indices":
            if value:
                raise refused(node, f"nn.{name} would give a pair of tensors", "leave return_indices out")
        elif argument in vocabulary.INPUTS:
            if value == OPAQUE:
                raise beyond(node, f"the {argument} of nn.{name} is what the text finds out by running")
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise refused(node, f"the {argument} of nn.{name} is no number of channels", "write one such as 3")
            inputs[argument] = int(value)
        elif value is not None or argument in vocabulary.NONE:
            settings.append((argument, checked(node, kind, argument, value)))
    return Layer(plain(Row(kind, tuple(settings))), inputs, line_of(node))


def row(node: ast.AST, kind: str, settings: Mapping[str, object]) -> Row:
    """Return the row of a function's call; raises ModelError with the line."""
    return plain(Row(kind, tuple((name, checked(node, kind, name, value)) for name, value in settings.items())))


def checked(node: ast.AST, kind: str, argument: str, value: object) -> Setting:
    """Return a setting's value in its one form; raises ModelError with the line."""
    try:
        return check(kind, argument, _numbers(value))
    except ModelError as error:
        raise ModelError(f"Line {line_of(node)}: {error}") from None


def _numbers(value: object) -> object:
    """Return a value in which a number that was read off a tensor's size is a number like any other."""
    if isinstance(value, list | tuple):
        # A list of lists is none of a setting's values.
        return None if any(isinstance(each, list | tuple | dict) for each in value) else tuple(map(_numbers, value))
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def given(
    node: ast.AST, name: str, order: tuple[str, ...], args: list[object], keywords: Mapping[str, object]
) -> dict[str, object]:
    """Return the arguments of a layer by name; raises ModelError for too many, for one twice and for unknown ones."""
    names = f"they are {', '.join(order)}" if order else "it takes none"
    if len(args) > len(order):
        raise refused(node, f"nn.{name} has at most {len(order)} arguments", names)
    found = dict(zip(order, args, strict=False))
    for key, value in keywords.items():
        if key in found:
            raise refused(node, f"nn.{name} is given its {key[:40]} twice", "once is enough")
        if key in _PASSED_OVER or key in vocabulary.LEFT_OUT.get(name, ()):
            continue
        if key not in order:
            raise refused(
                node,
                f"nn.{name} has no argument {key[:40]} here",
                f"it has {', '.join(order)}" if order else "it takes none",
            )
        found[key] = value
    return found


def _unknown(node: ast.AST, name: str) -> NoReturn:
    if name in _NO_ROW or name.endswith("Loss"):
        raise beyond(node, f"the table has no row for nn.{name}")
    kind = name.removeprefix("Lazy")
    near = get_close_matches(kind[:40], vocabulary.TORCH_ARGUMENTS, n=1, cutoff=0.6)
    raise refused(node, f"the layer {name[:40]} is not known", f"did you mean nn.{near[0]}" if near else ALLOWED)


def attribute(layer: Layer, name: str) -> object:
    """Return a layer's setting as an attribute of it, None where it has none of that name."""
    if name in layer.inputs:
        return layer.inputs[name]
    return layer.row.given.get(name)


def has_parameters(row: Row) -> bool:
    """Return whether a layer has weights or biases of its own."""
    if row.kind.startswith(("BatchNorm", "LayerNorm", "GroupNorm")):
        return row.given.get("affine", row.given.get("elementwise_affine", True)) is not False
    if row.kind.startswith("InstanceNorm"):
        return row.given.get("affine") is True
    return row.kind.startswith(("Conv", "Linear", "PReLU", "Embedding"))


Maker = Callable[..., Layer]


def named(name: str) -> Library | None:
    """Return what a bare name of a layer stands for, as after `from torch.nn import *`."""
    return Library(NN + name) if is_layer(NN + name) or name in ("Sequential", "ModuleList", "ModuleDict") else None
