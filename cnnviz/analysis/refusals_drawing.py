"""What functions refuse that draw at random: cnnviz.analysis.refusals for them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor

from cnnviz.analysis.functions import words
from cnnviz.analysis.refusals_axes import counted, shown
from cnnviz.analysis.refusals_indices import dimension
from cnnviz.analysis.refusals_types import named
from cnnviz.analysis.windows import each_dim


def floats(image: Tensor) -> str | None:
    """Return that a tensor has no floating-point numbers, None where it has."""
    if image.is_floating_point():
        return None
    return f"gets {named(image)}; it needs floating-point numbers, such as float32"


def _multinomial(input: Tensor, num_samples: int, replacement: bool = False, **_: Any) -> str | None:
    if input.dim() not in (1, 2):
        return f"draws from one row of weights, or a matrix of them, and gets {shown(input.shape)}"
    if num_samples < 1:
        return f"draws {counted(num_samples, 'sample')}; 1 is the least"
    if not replacement and num_samples > input.shape[-1]:
        return (
            f"draws {num_samples} of the {input.shape[-1]} in {shown(input.shape)} without putting any back; "
            f"{input.shape[-1]} is the most, or replacement=True"
        )
    return floats(input)


def _gumbel(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> str | None:
    return dimension(logits, dim) or floats(logits)


def _fractional(
    rank: int, input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, *_: Any, **__: Any
) -> str | None:
    if input.dim() not in (rank + 1, rank + 2):
        return f"pools over {rank} dimensions of positions and gets {shown(input.shape)}"
    if wrong := floats(input):
        return wrong
    size, kernel = input.shape[-rank:], each_dim(kernel_size, rank)
    if output_size is not None:
        made = each_dim(output_size, rank)
    else:
        ratios = each_dim(output_ratio, rank)
        made = tuple(int(extent * ratio) for extent, ratio in zip(size, ratios, strict=True))
    if all(out + k - 1 <= extent for out, k, extent in zip(made, kernel, size, strict=True)):
        return None
    return f"takes {shown(made)} windows of {shown(kernel)} from {shown(size)}, which is too small for them"


def _bernoulli(input: Tensor, p: Any = None, **_: Any) -> str | None:
    """Probabilities whose numbers are known lie between 0 and 1."""
    if p is not None or input.is_meta or not input.numel() or not input.is_floating_point():
        return None
    low, high = (float(number) for number in input.aminmax())
    return (
        None
        if low >= 0 and high <= 1
        else f"draws with probabilities from {low:g} to {high:g}; they lie between 0 and 1"
    )


LAX: dict[str, Callable[..., str | None]] = {
    "multinomial": _multinomial,
    "gumbel_softmax": _gumbel,
    "bernoulli": _bernoulli,
    **{f"fractional_max_pool{rank}d": partial(_fractional, rank) for rank in (2, 3)},
    **{f"fractional_max_pool{rank}d_with_indices": partial(_fractional, rank) for rank in (2, 3)},
}
STRICT: dict[str, Callable[..., str | None]] = dict.fromkeys(
    words("rand_like randn_like"), lambda input, *_, dtype=None, **__: None if dtype else floats(input)
)
