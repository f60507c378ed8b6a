"""Tensors from a file -> a network, with a plain account of what does not fit."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from cnnviz.errors import ModelError
from cnnviz.models.matching import Fit, Size, few, is_counter, match, misfit, size_text


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


def account(state: Mapping[str, Tensor], model: nn.Module) -> Account:
    """Return how the tensors of a file differ from those of a network.

    Counters of batch normalisation (num_batches_tracked) may be missing, as in files older than PyTorch 0.4.1, or left
    over.
    """
    expected = model.state_dict()
    return Account(
        missing=tuple(n for n in expected if n not in state and not is_counter(n)),
        unexpected=tuple(n for n in state if n not in expected and not is_counter(n)),
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
    if found := account(state, model):
        raise CheckpointError(_sentence(found, file_name, architecture), found)
    # The metadata holds the layout's version by which torch decides whether to convert from an older one.
    own = model.state_dict()
    complete = OrderedDict({**own, **{name: tensor for name, tensor in state.items() if name in own}})
    complete._metadata = getattr(state, "_metadata", None) or own._metadata  # type: ignore[attr-defined]
    model.load_state_dict(complete, strict=True)
    broken = [n for n, t in model.state_dict().items() if t.is_floating_point() and not bool(t.isfinite().all())]
    if broken:
        raise ModelError(
            f"{file_name} holds numbers that are not finite in {len(broken)} of its tensors, first in {broken[0]}; "
            "its training diverged, or its numbers are too large for 32 bits."
        )
    return Fit("name", tuple((name, name) for name in own if name in state))


def fill_by_shape(
    model: nn.Module, state: Mapping[str, Tensor], file_name: str, *, architecture: str, ordered: bool = True
) -> Fit:
    """Copy tensors under any names into a network of somebody's own, and return how they were matched.

    See `cnnviz.models.matching.match` for the rules and `ordered`. Raises what `fill` raises; its sentence is about
    names where the file has half of the network's, and else about the first tensor that does not fit.
    """
    expected = model.state_dict()
    fit = match(state, expected, ordered=ordered)
    if fit is None:
        if 2 * len(state.keys() & expected.keys()) >= len(expected):
            fill(model, state, file_name, architecture=architecture)
        raise CheckpointError(
            f"{file_name} does not fit {architecture}: {misfit(state, expected)}.", account(state, model)
        )
    # A layout of another version is converted by names that the file does not have; today's fits as it is.
    renamed = state if fit.by == "name" else {ours: state[theirs] for theirs, ours in fit.pairs}
    fill(model, renamed, file_name, architecture=architecture)
    return fit


def _sentence(found: Account, file_name: str, architecture: str) -> str:
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
