"""torch's own words for what many functions refuse alike, said again with the sizes that were given."""

import re
from collections.abc import Callable

from torch import Tensor

from cnnviz.analysis.refusals_axes import counted, shown
from cnnviz.analysis.refusals_types import named

_Said = Callable[[re.Match[str], list[Tensor]], str]


def rephrased(text: str, given: list[Tensor]) -> str | None:
    """Return the end of a sentence that says what torch said in `text` about the tensors `given`; None for words that
    are not known.
    """
    for pattern, said in _PHRASES:
        if given and (match := pattern.search(text)):
            return said(match, given)
    return None


def _numbers(text: str) -> str:
    return shown([int(number) for number in re.findall(r"-?\d+", text)])


def _dimension(match: re.Match[str], given: list[Tensor]) -> str:
    return f"has dim={match[3]}; {shown(given[0].shape)} has dimensions {match[1]} to {match[2]}"


def _in_place(match: re.Match[str], given: list[Tensor]) -> str:
    made, target = _numbers(match[2]), _numbers(match[1])
    return f"writes {made} into {target} in place; both must be equal, or a new tensor be made, as by x + y"


def _differing(match: re.Match[str], given: list[Tensor]) -> str:
    sizes = " and ".join(dict.fromkeys(shown(item.shape) for item in given))
    return (
        f"gets {sizes}, which differ along dimension {match[3]}, {match[1]} and {match[2]}; "
        "both must be equal, or one of them 1"
    )


def _floats(match: re.Match[str], given: list[Tensor]) -> str:
    return f"gets {named(given[0])}; it needs floating-point numbers, such as float32"


def _mask(match: re.Match[str], given: list[Tensor]) -> str:
    return f"needs a mask of bool and gets {named_as(match[1])}; x > 0, or x.bool(), makes one"


def named_as(word: str) -> str:
    """Return a type as it is written in code, by torch's words for it: torch.float32, Float, float."""
    return {"Float": "float32", "float": "float32", "Long": "int64"}.get(word, word.removeprefix("torch."))


def _square(match: re.Match[str], given: list[Tensor]) -> str:
    return f"needs square matrices and gets {shown(given[0].shape)}"


def _cast(match: re.Match[str], given: list[Tensor]) -> str:
    return f"makes {match[1]}, which cannot be written into {match[2]}; .float() before it would be right"


def _complex(match: re.Match[str], given: list[Tensor]) -> str:
    return f"gets {named(given[0])}, and takes real numbers alone"


def _least(match: re.Match[str], given: list[Tensor]) -> str:
    return f"needs at least {counted(int(match[1]), 'dimension')} and gets {shown(given[0].shape)}"


def _ranks(match: re.Match[str], given: list[Tensor]) -> str:
    wanted = " or ".join(dict.fromkeys(filter(None, match.group(1, 2))))
    return f"reads {wanted} dimensions and gets {shown(given[0].shape)}, {counted(given[0].dim(), 'dimension')}"


def _targets(match: re.Match[str], given: list[Tensor]) -> str:
    return f"gets {match[1]} predictions and {match[2]} targets, {shown(given[0].shape)} and {shown(given[1].shape)}"


def _pieces(match: re.Match[str], given: list[Tensor]) -> str:
    return f"takes pieces of {match[3]} of the {match[2]} along dimension {match[1]} of {shown(given[0].shape)}"


def _indices(match: re.Match[str], given: list[Tensor]) -> str:
    return f"picks with more indices than the {counted(int(match[1]), 'dimension')} of {shown(given[0].shape)}"


def _repeats(match: re.Match[str], given: list[Tensor]) -> str:
    rank = given[0].dim()
    return f"has fewer repeats than {shown(given[0].shape)} has dimensions; {counted(rank, 'number')} would be right"


def _index(match: re.Match[str], given: list[Tensor]) -> str:
    return (
        f"picks from {shown(given[0].shape)} with indices of size {shown(given[1].shape)}; both need as many dimensions"
    )


def _rows(match: re.Match[str], given: list[Tensor]) -> str:
    return f"has {match[1]} indices for {match[2]} rows, {shown(given[-1].shape)}; both must be as many"


def _affine(match: re.Match[str], given: list[Tensor]) -> str:
    return f"reads affine matrices, one for each image, Nx2x3, and gets {shown(given[0].shape)}"


_PHRASES: tuple[tuple[re.Pattern[str], _Said], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"Dimension out of range \(expected to be in range of \[(-?\d+), (-?\d+)\], but got (-?\d+)\)", _dimension),
        (r"output with shape (.+) doesn't match the broadcast shape (.+)", _in_place),
        (r"tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)", _differing),
        (
            r"[Ee]xpected a floating.point or complex|must be floating point|Input dtype must be either a floating",
            _floats,
        ),
        (r"expected common dtype to be floating point", _floats),
        (r"continuous probability distribution. +dtype must be a floating point", _floats),
        (r"expected predicate to be bool, got ([\w.]+)", _mask),
        (r"expected condition to be a boolean tensor, but got a tensor with dtype (\w+)", _mask),
        (r"only supports boolean masks, but got mask with dtype (\w+)", _mask),
        (r"cast from torch\.(\w+) to out tensor with dtype torch\.(\w+)", _cast),
        (r"[Cc]omplex dtype is not supported", _complex),
        (r"must be batches of square matrices", _square),
        (r"must have at least (\d) dimensions", _least),
        (r"[Ee]xpected (\d)D or (\d)D tensor", _ranks),
        (r"[Ee]xpected input to be (\d)D or (\d)D", _ranks),
        (r"[Ee]xpected (\d) to (\d) dimensions", _ranks),
        (r"input has to be (\d)D or (\d)D", _ranks),
        (r"expected (\d)D(?: or (\d)D)? input \(got \dD input\)", _ranks),
        (r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)", _targets),
        (r"maximum size for tensor at dimension (-?\d+) is (\d+) but size is (\d+)", _pieces),
        (r"too many indices for tensor of dimension (\d+)", _indices),
        (r"ndex tensor must have the same number of dimensions", _index),
        (r"Number of indices \((\d+)\) should be equal to \S*\.size\(dim\):? \((\d+)\)", _rows),
        (r"batch of 2D affine matrices", _affine),
        (r"Number of dimensions of repeat dims can not be smaller", _repeats),
    )
)
