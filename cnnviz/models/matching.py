"""Which tensor of a file belongs to which of a network: by its name, or else by its place and its shape.

    >>> network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Conv2d(4, 4, 3))
    >>> trained = {f"net.{name}": tensor for name, tensor in network.state_dict().items()}
    >>> fit = match(trained, network.state_dict())
    >>> str(fit)
    '4 tensors by order and shape: net.0.weight -> 0.weight, net.0.bias -> 0.bias, net.2.weight -> 2.weight and 1 more'

Only shapes are compared here; `cnnviz.models.state_dict.fill` copies the numbers.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

_SHOWN = 3
# What torch.nn calls a layer's tensors. A weight is never a bias, nor a mean a variance, though they have one shape.
_STANDARD = frozenset({"weight", "bias", "running_mean", "running_var"})

Size = tuple[int, ...]
Sizes = Mapping[str, Size]


@dataclass(frozen=True)
class Fit:
    """How a file's tensors were matched with a network's: `pairs` of (name in the file, name in the network).

    `part` is what all of the file's names begin with besides, "state_dict.module."; `left_out` is what was not used,
    and `others` are the parts of it that fit as well. `computed` are the weights that the file keeps as their parts:
    "conv1.weight from conv1.weight_orig and conv1.weight_mask".
    """

    by: Literal["name", "order and shape"]
    pairs: tuple[tuple[str, str], ...]
    part: str = ""
    left_out: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()

    def __str__(self) -> str:
        number = len(self.pairs)
        how = f"{number} tensor{'' if number == 1 else 's'} by {self.by}"
        if self.by != "name":
            how += f": {few(tuple(f'{theirs} -> {ours}' for theirs, ours in self.pairs))}"
        if self.part:
            how += f"; from {self.part[:-1]}"
        if self.others:
            how += f", though {' and '.join(self.others)} {'fits' if len(self.others) == 1 else 'fit'} as well"
        if self.computed:
            how += f"; computed: {few(self.computed)}"
        return how + (f"; left out: {few(self.left_out)}" if self.left_out else "")


def match(state: "Mapping[str, Tensor]", expected: "Mapping[str, Tensor]", *, ordered: bool = True) -> Fit | None:
    """Return how all tensors of a file fit all of a network's `state_dict()`, None where they do not.

    Names decide where they are the same. Else tensors of equal shape are matched in the order in which both list
    them, or, where the two orders differ or the file keeps none (`ordered`: a safetensors file has none),
    layers of equal tensors, which must then be the only ones of their kind, or be told apart by numbers in their names.
    Counters of batch normalisation (num_batches_tracked) need not be there.
    """
    theirs, ours = sizes(state), sizes(expected)
    if theirs == ours:
        # Counters that only one of the two has are of no account; those of both are copied.
        return Fit("name", tuple((name, name) for name in expected if name in state))
    pairs = (_in_order(theirs, ours) if ordered else None) or _by_layers(theirs, ours)
    return Fit("order and shape", pairs) if pairs else None


def misfit(state: "Mapping[str, Tensor]", expected: "Mapping[str, Tensor]") -> str:
    """Return why `match` found nothing: the first tensor without a partner of its shape, or what can't be told apart.

    It reads on from "the file does not fit the network: ".
    """
    theirs, ours = sizes(state), sizes(expected)
    counts = f"it holds {len(theirs)} tensors and the network has {len(ours)}"
    left, wanted = _without(theirs, ours.values()), _without(ours, theirs.values())
    if left and wanted:
        first, other = next(iter(wanted)), next(iter(left))
        return (
            f"the first tensor without one of its shape is {first}, which should be {size_text(wanted[first])}, "
            f"and {other} is {size_text(left[other])} in the file ({counts})"
        )
    if wanted:
        first = next(iter(wanted))
        return f"{first} should be {size_text(wanted[first])}, and the file has no such tensor left ({counts})"
    if left:
        first = next(iter(left))
        return f"the network has no place for {first}, which is {size_text(left[first])} ({counts})"
    return _ambiguity(theirs, ours)


def sizes(state: "Mapping[str, Tensor]") -> dict[str, Size]:
    """Return the shapes by name, without the counters of batch normalisation."""
    return {name: tuple(each.shape) for name, each in state.items() if not is_counter(name)}


def is_counter(name: str) -> bool:
    """Return whether a name is that of batch normalisation's counter, which files older than PyTorch 0.4.1 lack."""
    return _leaf(name) == "num_batches_tracked"


def size_text(size: Size) -> str:
    """Return a size as people write it, "16x6x5x5"."""
    return "x".join(map(str, size)) or "a single number"


def few(items: tuple[object, ...]) -> str:
    """Return the first few, and how many more there are."""
    rest = len(items) - _SHOWN
    return ", ".join(str(item) for item in items[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _in_order(theirs: Sizes, ours: Sizes) -> tuple[tuple[str, str], ...]:
    if list(theirs.values()) != list(ours.values()):
        return ()
    pairs = tuple(zip(theirs, ours, strict=True))
    leaves = [(_leaf(a), _leaf(b)) for a, b in pairs]
    if any(a != b and a in _STANDARD and b in _STANDARD for a, b in leaves):
        return ()
    # Sorted names (conv1, conv10, conv2) have lost the order in which the layers run.
    if any((by_number := _numbered(alike)) and by_number != alike for alike in _layers(theirs).values()):
        return ()
    return pairs


def _by_layers(theirs: Sizes, ours: Sizes) -> tuple[tuple[str, str], ...]:
    """Return the pairs where the layers of each kind are told apart by their names' numbers, in the network's order."""
    found, wanted = _layers(theirs), _layers(ours)
    if found.keys() != wanted.keys():
        return ()
    partner: dict[str, str] = {}
    for kind, ours_of_kind in wanted.items():
        theirs_of_kind = _numbered(found[kind])
        if len(theirs_of_kind) != len(ours_of_kind):
            return ()
        partner.update(zip(ours_of_kind, theirs_of_kind, strict=True))
    return tuple((partner[_layer(name)] + name.removeprefix(_layer(name)), name) for name in ours)


def _layers(named: Sizes) -> dict[object, list[str]]:
    """Return the layers by their kind, which is what their tensors are called and which shapes these have."""
    tensors: dict[str, list[tuple[str, Size]]] = defaultdict(list)
    for name, size in named.items():
        tensors[_layer(name)].append((_leaf(name), size))
    kinds: dict[object, list[str]] = defaultdict(list)
    for layer, members in tensors.items():
        kinds[tuple(sorted(members))].append(layer)
    return kinds


def _numbered(layers: list[str]) -> list[str]:
    """Return names that differ only in their numbers in the order of these, nothing where more differs than that."""
    if len({re.sub(r"\d+", "0", name) for name in layers}) > 1:
        return []
    return sorted(layers, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])


def _ambiguity(theirs: Sizes, ours: Sizes) -> str:
    found, wanted = _layers(theirs), _layers(ours)
    alike = next((found[kind] for kind in wanted if kind in found and not _numbered(found[kind])), None)
    if alike:
        one, other = next(pair for pair in pairwise(alike) if not _numbered(list(pair)))
        size = size_text(next(theirs[name] for name in theirs if _layer(name) == one))
        return (
            f"{one or 'the first'} and {other} could each be either of two layers ({size}); number them in their "
            "order (conv1, conv2), or save with torch.save(model.state_dict(), ...) from a network that makes its "
            "layers in the order in which it runs them"
        )
    pairs = list(zip(theirs, ours, strict=True))
    mine, first = next((pair for pair in pairs if theirs[pair[0]] != ours[pair[1]]), pairs[0])
    return (
        "the tensors are there, but neither their names nor their order say which is which; the first of another size "
        f"at its place is {mine}, {size_text(theirs[mine])}, where the network has {first}, {size_text(ours[first])}"
    )


def _without(named: Sizes, taken: Iterable[Size]) -> dict[str, Size]:
    """Return what is left when for each of the shapes that are `taken` the first tensor that has it is gone."""
    gone, left = Counter(taken), {}
    for name, size in named.items():
        if gone[size] > 0:
            gone[size] -= 1
        else:
            left[name] = size
    return left


def _layer(name: str) -> str:
    return name.rpartition(".")[0]


def _leaf(name: str) -> str:
    return name.rpartition(".")[2]
