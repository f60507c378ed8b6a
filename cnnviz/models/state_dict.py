"""Tensors from a file -> a network, with a plain account of what does not fit."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from cnnviz.errors import ModelError
from cnnviz.models.matching import Fit, Size, few, is_counter, size_text


@dataclass(frozen=True)
class Misshapen:
    """A tensor that has one size in the file and another in the network."""

    name: str
    found: Size
    expected: Size

    def __str__(self) -> str:
        return f"{self.name} is {size_text(self.found)} in the file and should be {size_text(self.expected)}"


@dataclass(frozen=True)
class Account:
    """What does not fit: names that the file lacks, names that the network lacks, and tensors of another size."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[Misshapen, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.misshapen)


class CheckpointError(ModelError):
    """A checkpoint whose tensors do not fit; `account` is the full list behind the sentence."""

    def __init__(self, message: str, account: Account) -> None:
        super().__init__(message)
        self.account = account


def account(state: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> Account:
    """Return how the tensors of a file differ from those of a network, its `state_dict()`.

    Counters of batch normalisation (num_batches_tracked) may be missing: files older than PyTorch 0.4.1 have none.
    """
    return Account(
        missing=tuple(n for n in expected if n not in state and not is_counter(n)),
        unexpected=tuple(n for n in state if n not in expected),
        misshapen=tuple(
            Misshapen(n, tuple(state[n].shape), tuple(expected[n].shape))
            for n in expected
            if n in state and state[n].shape != expected[n].shape
        ),
    )


def fill(model: nn.Module, state: Mapping[str, Tensor], file_name: str, *, architecture: str) -> Fit:
    """Copy tensors into a network by name, each converted to the network's own precision; return which they were.

    Raises CheckpointError with the account where a tensor is missing, unexpected or misshapen, and ModelError where a
    number is not finite.
    """
    own = model.state_dict()
    if found := account(state, own):
        raise CheckpointError(sentence(found, file_name, architecture), found)
    # The metadata holds the layout's version by which torch decides whether to convert from an older one.
    complete = OrderedDict({**own, **state})
    complete._metadata = getattr(state, "_metadata", None) or own._metadata  # type: ignore[attr-defined]
    try:
        model.load_state_dict(complete, strict=True)
    except RuntimeError as error:
        kinds = ", ".join(sorted({str(tensor.dtype).removeprefix("torch.") for tensor in state.values()}))
        raise ModelError(f"{file_name} holds numbers that can't be made float32; they are {kinds}.") from error
    broken = [n for n, t in model.state_dict().items() if t.is_floating_point() and not bool(t.isfinite().all())]
    if broken:
        raise ModelError(
            f"{file_name} holds numbers that are not finite in {len(broken)} of its tensors, first in {broken[0]}; "
            "its training diverged, or its numbers are too large for 32 bits."
        )
    return Fit("name", tuple((name, name) for name in own if name in state))


def sentence(found: Account, file_name: str, architecture: str) -> str:
    """Return an account as one sentence."""
    parts = []
    if found.missing:
        parts.append(f"{_count(len(found.missing), 'tensor is', 'tensors are')} missing ({few(found.missing)})")
    if found.unexpected:
        parts.append(f"{_count(len(found.unexpected), 'is', 'are')} unexpected ({few(found.unexpected)})")
    if found.misshapen:
        parts.append(f"{_count(len(found.misshapen), 'is', 'are')} misshapen ({few(found.misshapen)})")
    if not found.missing and not found.unexpected and (classes := _classes(found.misshapen)):
        parts[0] = f"it has {classes[0]:,} classes and should have {classes[1]:,} ({few(found.misshapen)})"
    return f"{file_name} does not fit {architecture}: {'; '.join(parts)}."


def _classes(misshapen: tuple[Misshapen, ...]) -> tuple[int, int] | None:
    """Return (found, expected) where all that differs is one layer's number of outputs."""
    one_layer = len({m.name.rpartition(".")[0] for m in misshapen}) == 1
    if one_layer and all(m.found and m.expected and m.found[1:] == m.expected[1:] for m in misshapen):
        return misshapen[0].found[0], misshapen[0].expected[0]
    return None


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
