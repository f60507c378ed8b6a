"""Tensors from a file -> a network, with a plain account of what does not fit."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from cnnviz.errors import ModelError

_SHOWN = 3

Size = tuple[int, ...]


@dataclass(frozen=True)
class Misshapen:
    """A tensor that has one size in the file and another in the network."""

    name: str
    found: Size
    expected: Size

    def __str__(self) -> str:
        return f"{self.name} is {_size(self.found)} in the file and should be {_size(self.expected)}"


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


def account(state: Mapping[str, Tensor], model: nn.Module) -> Account:
    """Return how the tensors of a file differ from those of a network.

    Counters of batch normalisation (num_batches_tracked) may be missing: files older than PyTorch 0.4.1 have none.
    """
    expected = model.state_dict()
    return Account(
        missing=tuple(n for n in expected if n not in state and not n.endswith("num_batches_tracked")),
        unexpected=tuple(n for n in state if n not in expected),
        misshapen=tuple(
            Misshapen(n, tuple(state[n].shape), tuple(expected[n].shape))
            for n in expected
            if n in state and state[n].shape != expected[n].shape
        ),
    )


def fill(model: nn.Module, state: Mapping[str, Tensor], file_name: str, *, architecture: str) -> None:
    """Copy tensors into a network, each converted to the network's own precision.

    Raises CheckpointError with the account where a tensor is missing, unexpected or misshapen, and ModelError where a
    number is not finite.
    """
    if found := account(state, model):
        raise CheckpointError(_sentence(found, file_name, architecture), found)
    # The metadata holds the layout's version by which torch decides whether to convert from an older one.
    complete = OrderedDict({**model.state_dict(), **state})
    complete._metadata = getattr(state, "_metadata", None) or model.state_dict()._metadata  # type: ignore[attr-defined]
    model.load_state_dict(complete, strict=True)
    broken = [n for n, t in model.state_dict().items() if t.is_floating_point() and not bool(t.isfinite().all())]
    if broken:
        raise ModelError(
            f"{file_name} holds numbers that are not finite in {len(broken)} of its tensors, first in {broken[0]}; "
            "its training diverged, or its numbers are too large for 32 bits."
        )


def _sentence(found: Account, file_name: str, architecture: str) -> str:
    parts = []
    if found.missing:
        parts.append(f"{_count(len(found.missing), 'tensor is', 'tensors are')} missing ({_few(found.missing)})")
    if found.unexpected:
        parts.append(f"{_count(len(found.unexpected), 'is', 'are')} unexpected ({_few(found.unexpected)})")
    if found.misshapen:
        parts.append(f"{_count(len(found.misshapen), 'is', 'are')} misshapen ({_few(found.misshapen)})")
    if not found.missing and not found.unexpected and (classes := _classes(found.misshapen)):
        parts[0] = f"it has {classes[0]:,} classes and should have {classes[1]:,} ({_few(found.misshapen)})"
    return f"{file_name} does not fit {architecture}: {'; '.join(parts)}."


def _classes(misshapen: tuple[Misshapen, ...]) -> tuple[int, int] | None:
    """Return (found, expected) where all that differs is one layer's number of outputs."""
    one_layer = len({m.name.rpartition(".")[0] for m in misshapen}) == 1
    if one_layer and all(m.found and m.expected and m.found[1:] == m.expected[1:] for m in misshapen):
        return misshapen[0].found[0], misshapen[0].expected[0]
    return None


def _few(items: tuple[object, ...]) -> str:
    rest = len(items) - _SHOWN
    return ", ".join(str(item) for item in items[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _size(size: Size) -> str:
    return "x".join(map(str, size)) or "a single number"
