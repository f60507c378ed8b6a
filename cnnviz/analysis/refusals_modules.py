"""What modules of torch.nn refuse themselves, before any function runs: cnnviz.analysis.refusals for them."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from cnnviz.analysis.refusals_attention import mask_type
from cnnviz.analysis.refusals_axes import counted, reach, reads, shown
from cnnviz.analysis.refusals_layers import features
from cnnviz.analysis.refusals_types import weight_types
from cnnviz.analysis.windows import each_dim

_RANK = re.compile(r"(\d)d$")


def refused_by(module: nn.Module, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> str | None:
    """Return why a module refuses what it is given, None where that can't be told."""
    for kind, check in _CHECKS:
        if isinstance(module, kind):
            try:
                return check(module, *arguments, **keywords)
            except Exception:
                # Arguments that are not those of its forward: torch itself has to tell.
                return None
    return None


def _recurrent(layer: nn.RNNBase, input: Tensor, hx: Any = None) -> str | None:
    size = tuple(input.shape)
    if len(size) not in (2, 3):
        order = "(N, L, features)" if layer.batch_first else "(L, N, features)"
        return f"reads {order} or (L, features) and gets {shown(size)}, {counted(len(size), 'dimension')}"
    weights = [item for item in layer.parameters() if item.dim() == 2]
    if wrong := features(input, layer.input_size, "input_size") or weight_types(input, *weights):
        return wrong
    lead = layer.num_layers * (2 if layer.bidirectional else 1)
    batch = () if len(size) == 2 else (size[0 if layer.batch_first else 1],)
    first = layer.proj_size or layer.hidden_size
    return _states(layer, input, hx, [(lead, *batch, first), (lead, *batch, layer.hidden_size)])


def _cell(layer: nn.RNNCellBase, input: Tensor, hx: Any = None) -> str | None:
    size = tuple(input.shape)
    if len(size) not in (1, 2):
        return f"reads (N, features) or (features) and gets {shown(size)}, {counted(len(size), 'dimension')}"
    if wrong := features(input, layer.input_size, "input_size"):
        return wrong
    return _states(layer, input, hx, [(*size[:-1], layer.hidden_size)] * 2)


def _states(layer: nn.Module, image: Tensor, states: Any, right: list[tuple[int, ...]]) -> str | None:
    """A layer starts with one state, or an LSTM with two, of sizes that follow from its input."""
    if states is None:
        return None
    if not isinstance(layer, nn.LSTM | nn.LSTMCell):
        if not isinstance(states, Tensor):
            return f"starts with one state, h_0, and gets a {type(states).__name__} of {len(states)}"
        states = (states,)
    elif isinstance(states, Tensor) or len(states) != 2:
        found = f"one tensor, {shown(states.shape)}" if isinstance(states, Tensor) else counted(len(states), "tensor")
        return f"starts with two states, (h_0, c_0), and gets {found}"
    for name, state, size in zip(("h_0", "c_0"), states, right, strict=False):
        if tuple(state.shape) != size:
            return (
                f"starts with {name} of size {shown(state.shape)}; "
                f"for an input of {shown(image.shape)} {shown(size)} would be right"
            )
    return weight_types(image, *states)


def _normalisation(layer: Any, input: Tensor, *_: Any) -> str | None:
    rank, one = _rank(layer), isinstance(layer, nn.InstanceNorm1d | nn.InstanceNorm2d | nn.InstanceNorm3d)
    count, channels = input.dim(), layer.num_features
    allowed = (rank + 1, rank + 2) if one or rank == 1 else (rank + 2,)
    if count in allowed:
        return None
    wrong = reads(input.shape, rank, channels, one=one)
    other = next((other for other in (1, 2, 3) if other + 2 == count and input.shape[1] == channels), None)
    return (
        f"{wrong}; {type(layer).__name__[:-2]}{other}d reads it as it is" if other and "right" not in wrong else wrong
    )


def _adaptive(layer: nn.Module, input: Tensor) -> str | None:
    rank = _rank(layer)
    if input.dim() in (rank + 1, rank + 2):
        return None
    return f"pools over {counted(rank, 'dimension')} of positions and gets {shown(input.shape)}"


def _transposed(layer: Any, input: Tensor, output_size: Sequence[int] | None = None) -> str | None:
    rank = _rank(layer)
    if output_size is None or input.dim() not in (rank + 1, rank + 2):
        return None
    asked, positions = tuple(output_size), tuple(input.shape[-rank:])
    if len(asked) not in (rank, input.dim()):
        return f"is asked for an output of {shown(asked)}; {counted(rank, 'number')} would be right, one an axis"
    least = [
        (size - 1) * s - 2 * p + d * (k - 1) + 1
        for size, s, p, d, k in zip(
            positions, layer.stride, layer.padding, layer.dilation, layer.kernel_size, strict=True
        )
    ]
    most = [low + s - 1 for low, s in zip(least, layer.stride, strict=True)]
    return reach(asked[-rank:], positions, least, most)


def _softmax(layer: nn.Module, input: Tensor) -> str | None:
    return None if input.dim() in (3, 4) else f"reads (N, C, H, W) or (C, H, W) and gets {shown(input.shape)}"


def _transformer(layer: nn.Transformer, src: Tensor, tgt: Tensor, *_: Any, **__: Any) -> str | None:
    for item in (src, tgt):
        if wrong := features(item, layer.d_model, "d_model"):
            return wrong
    place = 0 if layer.batch_first else 1
    if src.dim() == tgt.dim() == 3 and src.shape[place] != tgt.shape[place]:
        return (
            f"gets {counted(src.shape[place], 'sequence')} to read, {shown(src.shape)}, and {tgt.shape[place]} to "
            f"write, {shown(tgt.shape)}; both must be as many"
        )
    return None


def _attention(
    layer: nn.MultiheadAttention,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> str | None:
    return mask_type("an attention", attn_mask) or mask_type("a padding", key_padding_mask)


def _bag(layer: nn.EmbeddingBag, input: Tensor, offsets: Tensor | None = None, *_: Any) -> str | None:
    if input.dim() == 1 and offsets is None:
        return f"reads bags of indices, (N, indices), or a row with offsets, and gets {shown(input.shape)}"
    return None


def _rank(layer: nn.Module) -> int:
    found = _RANK.search(type(layer).__name__)
    return int(found[1]) if found else len(each_dim(getattr(layer, "kernel_size", 0), 1))


_NORMALISATIONS = (
    nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d | nn.InstanceNorm1d | nn.InstanceNorm2d | nn.InstanceNorm3d
)
_ADAPTIVE = (
    nn.AdaptiveAvgPool1d
    | nn.AdaptiveAvgPool2d
    | nn.AdaptiveAvgPool3d
    | nn.AdaptiveMaxPool1d
    | nn.AdaptiveMaxPool2d
    | nn.AdaptiveMaxPool3d
)
_CHECKS: tuple[tuple[Any, Callable[..., str | None]], ...] = (
    (nn.RNNBase, _recurrent),
    (nn.RNNCellBase, _cell),
    (nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d, _transposed),
    (_NORMALISATIONS, _normalisation),
    (_ADAPTIVE, _adaptive),
    (nn.MultiheadAttention, _attention),
    (nn.EmbeddingBag, _bag),
    (nn.Softmax2d, _softmax),
    (nn.Transformer, _transformer),
)
