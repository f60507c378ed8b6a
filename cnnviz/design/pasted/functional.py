"""Functions of tensors -> rows: F.relu(x), torch.flatten(x, 1), x.sigmoid(), x.view(...), torch.cat and the like.

Every function is (graph, node, tensor, args, keywords) -> tensor, whether it is called as one of torch, of
torch.nn.functional or as a method.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnnviz.design.pasted import layers
from cnnviz.design.pasted.graph import Graph
from cnnviz.design.pasted.operators import without_row
from cnnviz.design.pasted.refusals import beyond, line_of, needed, refused
from cnnviz.design.pasted.reshapes import flatten, pooled_over, reshape, squeeze, unsqueeze
from cnnviz.design.pasted.values import BATCH, Extent, LazyShape, Tensor
from cnnviz.design.rows import Row

Keywords = Mapping[str, object]
Function = Callable[[Graph, ast.AST, Tensor, list[Any], dict[str, Any]], Tensor]

# The kind of layer that a function is, and its arguments after the tensor, in its own order.
_AS_LAYERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "relu": ("ReLU", ("inplace",)),
    "relu6": ("ReLU6", ("inplace",)),
    "leaky_relu": ("LeakyReLU", ("negative_slope", "inplace")),
    "elu": ("ELU", ("alpha", "inplace")),
    "celu": ("CELU", ("alpha", "inplace")),
    "selu": ("SELU", ("inplace",)),
    "gelu": ("GELU", ("approximate",)),
    "silu": ("SiLU", ("inplace",)),
    "mish": ("Mish", ("inplace",)),
    "hardswish": ("Hardswish", ("inplace",)),
    "hardsigmoid": ("Hardsigmoid", ("inplace",)),
    "hardtanh": ("Hardtanh", ("min_val", "max_val", "inplace")),
    "hardshrink": ("Hardshrink", ("lambd",)),
    "softshrink": ("Softshrink", ("lambd",)),
    "tanhshrink": ("Tanhshrink", ()),
    "softsign": ("Softsign", ()),
    "softplus": ("Softplus", ("beta", "threshold")),
    "logsigmoid": ("LogSigmoid", ()),
    "threshold": ("Threshold", ("threshold", "value", "inplace")),
    "sigmoid": ("Sigmoid", ()),
    "tanh": ("Tanh", ()),
    "glu": ("GLU", ("dim",)),
    "softmax": ("Softmax", ("dim",)),
    "softmin": ("Softmin", ("dim",)),
    "log_softmax": ("LogSoftmax", ("dim",)),
    "local_response_norm": ("LocalResponseNorm", ("size", "alpha", "beta", "k")),
    "pixel_shuffle": ("PixelShuffle", ("upscale_factor",)),
    "pixel_unshuffle": ("PixelUnshuffle", ("downscale_factor",)),
    "channel_shuffle": ("ChannelShuffle", ("groups",)),
    "interpolate": ("Upsample", ("size", "scale_factor", "mode", "align_corners")),
    "upsample": ("Upsample", ("size", "scale_factor", "mode", "align_corners")),
    "upsample_nearest": ("Upsample", ("size", "scale_factor")),
}
for _rank in (1, 2, 3):
    _windows = ("kernel_size", "stride", "padding")
    _AS_LAYERS |= {
        f"max_pool{_rank}d": (f"MaxPool{_rank}d", (*_windows, "dilation", "ceil_mode", "return_indices")),
        f"avg_pool{_rank}d": (f"AvgPool{_rank}d", (*_windows, "ceil_mode", "count_include_pad", "divisor_override")),
        f"lp_pool{_rank}d": (f"LPPool{_rank}d", ("norm_type", "kernel_size", "stride", "ceil_mode")),
        f"adaptive_avg_pool{_rank}d": (f"AdaptiveAvgPool{_rank}d", ("output_size",)),
        f"adaptive_max_pool{_rank}d": (f"AdaptiveMaxPool{_rank}d", ("output_size", "return_indices")),
        f"instance_norm{_rank}d": (f"InstanceNorm{_rank}d", ()),
    }
_DROPOUTS = {
    "dropout": "Dropout",
    "dropout1d": "Dropout1d",
    "dropout2d": "Dropout2d",
    "dropout3d": "Dropout3d",
    "alpha_dropout": "AlphaDropout",
    "feature_alpha_dropout": "FeatureAlphaDropout",
}
# What they change is where or of what type the numbers are.
UNCHANGED = frozenset(
    [
        "to",
        "cuda",
        "cpu",
        "float",
        "double",
        "half",
        "bfloat16",
        "type",
        "contiguous",
        "clone",
        "detach",
        "requires_grad_",
        "type_as",
        "expand_as",
    ]
)
_IGNORED = frozenset({"dtype", "_stacklevel", "antialias", "recompute_scale_factor", "memory_format"})
_PADS = {
    "constant": "ConstantPad",
    "reflect": "ReflectionPad",
    "replicate": "ReplicationPad",
    "circular": "CircularPad",
}


def function(name: str) -> Function | None:
    """Return what a function of this name does to a tensor, None for one that no row stands for."""
    plain = name.removesuffix("_")
    if plain in _AS_LAYERS:
        return lambda graph, node, x, args, keywords: _as_layer(plain, name, graph, node, x, args, keywords)
    if plain in _DROPOUTS:
        return lambda graph, node, x, args, keywords: _dropout(plain, graph, node, x, args, keywords)
    if name in UNCHANGED:
        return lambda graph, node, x, args, keywords: x
    return _OTHERS.get(plain)


def _as_layer(
    plain: str, name: str, graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]
) -> Tensor:
    kind, order = _AS_LAYERS[plain]
    keywords = {key: value for key, value in keywords.items() if key not in _IGNORED}
    found = {key: value for key, value in _given(node, name, order, args, keywords).items() if value is not None}
    if found.pop("return_indices", False):
        raise refused(node, f"{name} would give a pair of tensors", "leave return_indices out")
    if plain != name and "inplace" in order:
        found["inplace"] = True
    kernel = found.get("kernel_size")
    if isinstance(kernel, LazyShape):
        raise beyond(node, "the size of the kernel follows from the batch")
    if kind.startswith(("AvgPool", "MaxPool")) and _is_all_of(kernel, x):
        # A kernel as large as what arrives is global pooling, whatever the size.
        return graph.add(Row(f"Adaptive{kind}", (("output_size", 1),)), x, line_of(node))
    return graph.add(layers.row(node, kind, found), x, line_of(node))


def _is_all_of(kernel: object, x: Tensor) -> bool:
    sides = kernel if isinstance(kernel, tuple | list) else (kernel,)
    if x.size is None or not all(isinstance(side, Extent) for side in sides):
        return False
    return tuple(sides) == x.size[2:] or (len(sides) == 1 and set(sides) == set(x.size[2:]))


def _given(
    node: ast.AST, name: str, order: Sequence[str], args: Sequence[Any], keywords: Mapping[str, Any]
) -> dict[str, Any]:
    if len(args) > len(order):
        raise beyond(node, f"{name[:40]} has more arguments than {', '.join(('the tensor', *order))}")
    found = dict(zip(order, args, strict=False))
    for key, value in keywords.items():
        if key not in order or key in found:
            raise beyond(node, f"{name[:40]} has no argument {key[:40]} here, or has it twice")
        found[key] = value
    return found


def _dropout(name: str, graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    # F.dropout drops unless it is told otherwise; F.alpha_dropout does not.
    found = _given(node, name, ("p", "training", "inplace"), args, keywords)
    if not found.pop("training", "alpha" not in name):
        return x
    return graph.add(layers.row(node, _DROPOUTS[name], found), x, line_of(node))


def _pad(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    found = _given(node, "pad", ("pad", "mode", "value"), args, keywords)
    amounts, mode, value = found.get("pad"), found.get("mode", "constant"), found.get("value") or 0
    if not isinstance(amounts, tuple | list) or len(amounts) % 2 or mode not in _PADS or not amounts:
        raise beyond(node, "this padding is not known")
    rank = len(amounts) // 2
    if x.size is not None:
        rank, more = len(x.size) - 2, len(x.size) - 2 - rank
        if more < 0 and any(amounts[2 * rank :]):
            raise beyond(node, "the padding adds channels")
        amounts = (*amounts, *(0,) * (2 * more))[: 2 * rank]
    if rank not in (1, 2, 3):
        raise beyond(node, "this padding is not known")
    if mode == "constant" and not value:
        return graph.add(layers.row(node, f"ZeroPad{rank}d", {"padding": amounts}), x, line_of(node))
    more_settings = {"value": value} if mode == "constant" else {}
    return graph.add(layers.row(node, f"{_PADS[mode]}{rank}d", {"padding": amounts, **more_settings}), x, line_of(node))


def _added(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    return _two("add", graph, node, x, args, keywords)


def _multiplied(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    return _two("mul", graph, node, x, args, keywords)


def _two(how: str, graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    found = _given(node, how, ("other",), args, keywords)
    if isinstance(found.get("other"), int | float):
        return without_row(graph, node, x)
    if not isinstance(found.get("other"), Tensor):
        raise beyond(node, "a tensor is added to or multiplied with something that is no tensor")
    return graph.join(how, (x, found["other"]), line_of(node))


def concatenated(graph: Graph, node: ast.AST, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    """Return what torch.cat returns, along the channels."""
    found = _given(
        node, "torch.cat", ("tensors", "dim"), args, {("dim" if k == "axis" else k): v for k, v in keywords.items()}
    )
    tensors, dim = found.get("tensors"), found.get("dim", 0)
    if not isinstance(tensors, list | tuple) or not tensors or not all(isinstance(each, Tensor) for each in tensors):
        raise beyond(node, "torch.cat takes a list of tensors here")
    first = tensors[0]
    if dim != 1 and not (first.size is None and dim == -3) and not (first.size and dim == 1 - len(first.size)):
        raise beyond(node, f"torch.cat goes along axis {dim}, and only channels, axis 1, are concatenated in the table")
    return first if len(tensors) == 1 else graph.join("cat", tensors, line_of(node))


def _mean(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    return _over("Avg", graph, node, x, args, keywords)


def _maximum(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    return _over("Max", graph, node, x, args, keywords)


def _over(which: str, graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    if args and all(isinstance(each, int) and not isinstance(each, bool) for each in args):
        args = [tuple(args)]
    keywords = {("dim" if key == "axis" else key): value for key, value in keywords.items() if key != "dtype"}
    found = _given(node, "mean", ("dim", "keepdim"), args, keywords)
    return pooled_over(which, graph, node, x, found.get("dim"), keep=bool(found.get("keepdim")))


def _view(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    args = [*args, *(keywords[key] for key in ("shape", "size") if key in keywords)]
    shape = list(args[0]) if len(args) == 1 and isinstance(args[0], tuple | list) else args
    return reshape(graph, node, x, shape)


def _flatten(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    found = _given(node, "flatten", ("start_dim", "end_dim"), args, keywords)
    return flatten(graph, node, x, found.get("start_dim", 0), found.get("end_dim", -1))


def _squeeze(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    return squeeze(graph, node, x, _given(node, "squeeze", ("dim",), args, keywords).get("dim"))


def _unsqueeze(graph: Graph, node: ast.AST, x: Tensor, args: list[Any], keywords: dict[str, Any]) -> Tensor:
    return unsqueeze(graph, node, x, _given(node, "unsqueeze", ("dim",), args, keywords).get("dim"))


def size_of(node: ast.AST, x: Tensor, args: list[Any]) -> object:
    """Return x.size() or x.size(dim): numbers where they are known, and the batch."""
    if x.size is None:
        if args and args[0] == 0:
            return BATCH
        return LazyShape() if not args else index_of_shape(node, LazyShape(), args[0])
    shape = (BATCH, *map(Extent, x.size[1:]))
    return shape if not args else index_of_shape(node, shape, args[0])


def index_of_shape(node: ast.AST, shape: object, place: object) -> object:
    """Return a part of a tensor's size; raises SizeNeededError where it is not known."""
    if isinstance(shape, LazyShape):
        if place == 0:
            return BATCH
        raise needed(node)
    if isinstance(place, int) and isinstance(shape, tuple) and -len(shape) <= place < len(shape):
        return shape[place]
    raise refused(node, "a tensor has no such axis", "its axes are (N, C, H, W)")


_OTHERS: dict[str, Function] = {
    "pad": _pad,
    "add": _added,
    "mul": _multiplied,
    "multiply": _multiplied,
    "mean": _mean,
    "amax": _maximum,
    "view": _view,
    "reshape": _view,
    "flatten": _flatten,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
}
