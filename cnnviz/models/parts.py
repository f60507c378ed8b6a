"""The parts of a training checkpoint: what of it may be a network, beside others, their averages and an optimiser.

A part is all that begins with one prefix, whether that is a key of the file ("state_dict", "model_ema"), a wrapper's
("module", "_orig_mod") or the name that the network has in another ("backbone", "net").
"""

import re
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnviz.models.matching import is_counter

if TYPE_CHECKING:
    from torch import Tensor

State = Mapping[str, "Tensor"]

MOST_PREFIXES = 12

_WRAPPERS = frozenset(
    ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "_orig_mod", "params")
)
# What wraps a layer within a network and adds to its name: DataParallel, torch.compile, FSDP, activation checkpoints.
_INNER = frozenset(["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"])
_AVERAGED = re.compile(r"(^|[._])(w?ema|averaged?|avg|swa)([._]|\d|$)")
# Networks that follow the one that is trained.
_FOLLOWING = re.compile(r"(^|[._])(teacher|momentum|target|shadow)([._]|\d|$)")
_OPTIMISER = re.compile(r"^(\w+\.)?\w*(optim|scheduler|rng_state)\w*(\.|$)")
# Losses with weights of their own, and what they call these: margins on angles, centres of classes, proxies for them.
_LOSS = re.compile(
    r"(?<!g)loss|criteri(on|a)|objective|margin|(arc|cos|sphere|mag)_?face|(am|ada|arc|cos)_?softmax"
    r"|(^|_)(arc|adacos|cent(er|re)s|centroids|prox(y|ies)|prototypes?)(_|\d|$)"
)
# Metrics, averages and heads that training alone needs.
_TRAINING = re.compile(
    r"(^|_)(metrics?|acc(uracy)?|auroc|confmat|f1|ema|teacher|aux\w*|projector|predictor|queue)(_|\d|$)"
)
# What profilers, averages and window attention note down, which is no number that was learnt.
_NOTED = frozenset(("total_ops", "total_params", "n_averaged", "num_batches_tracked", "position_ids", "attn_mask"))
_NOTED |= {"relative_position_index", "relative_coords_table"}
# Training with quantisation in mind watches the range of numbers and changes none of the weights.
_OBSERVER = re.compile(r"(^|\.)(\w*fake_quant\w*|activation_post_process\w*)\.")
# What a picture is standardised by, which its preprocessing does here.
_STANDARDISED = frozenset(["mean", "std", "pixel_mean", "pixel_std"])
_MOST_CHANNELS = 4
_LEARNT = frozenset(["weight", "bias", "running_mean", "running_var"])


@dataclass(frozen=True)
class Part:
    """The tensors of a file whose names begin with `prefix` ("state_dict.module."), without it, in the file's order."""

    prefix: str
    state: State


def parts(found: State, least: int = 1) -> list[Part]:
    """Return the parts with at least `least` tensors: first averages of the weights, then the largest.

    An average over the steps of training (EMA, SWA) is what its trainer tests and publishes, and what timm takes of
    such a file; a network that only follows the trained one, a teacher or a target, comes last. Of two parts with the
    same tensors the longer prefix comes first, as long as it leaves a layer's name to its tensors.
    """
    learnt = {name: tensor for name, tensor in found.items() if not is_optimisers(name)}
    counts = Counter(prefix for name in learnt for prefix in _prefixes(name))
    states: dict[str, OrderedDict[str, Tensor]] = {
        prefix: OrderedDict() for prefix, count in counts.items() if count >= least
    }
    for name, tensor in learnt.items():
        for prefix in states.keys() & _prefixes(name):
            states[prefix][name[len(prefix) :]] = tensor
    versions: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, version in (getattr(found, "_metadata", None) or {}).items():
        for prefix in states.keys() & {*_prefixes(name), f"{name}."}:
            versions[prefix][name[len(prefix) :]] = version
    for prefix, inside in versions.items():
        states[prefix]._metadata = inside  # type: ignore[attr-defined]
    place = {prefix: place for place, name in reversed(list(enumerate(learnt))) for prefix in _prefixes(name)}

    def rank(prefix: str) -> tuple[int, int, int, bool, int]:
        bare = not any("." in name for name in states[prefix])
        kind = 2 if _FOLLOWING.search(prefix) else 0 if is_average(prefix) else 1
        return kind, -counts[prefix], place[prefix], bare, -len(prefix)

    return [Part(prefix, states[prefix]) for prefix in sorted(states, key=rank)]


def unwrapped(part: Part) -> Iterator[Part]:
    """Yield a part without the wrappers inside of it, and then with the layers of each of its own parts among its own.

    "features.module.0.weight" -> "features.0.weight"; "backbone.conv1.weight", "fc.weight" -> "conv1.weight", ...
    """
    without = [".".join(word for word in name.split(".") if word not in _INNER) for name in part.state]
    if without != list(part.state):
        yield _renamed(part, without)
    firsts = Counter(name.partition(".")[0] for name in part.state if "." in name)
    for first in (first for first, count in firsts.items() if 4 * count > len(part.state)):
        yield _renamed(part, [name.removeprefix(f"{first}.") for name in part.state])


def main_part(found: State) -> Part:
    """Return the part that a file is about: at least half of its tensors, behind prefixes that only wrap."""
    all_of_it, *rest = sorted(parts(found), key=lambda part: len(part.prefix)) or [Part("", {})]
    wrapped = [part for part in rest if set(part.prefix[:-1].split(".")) <= _WRAPPERS]
    large = [part for part in wrapped if 2 * len(part.state) >= len(all_of_it.state)]
    return large[-1] if large else all_of_it


def is_average(prefix: str) -> bool:
    """Return whether a part holds the weights averaged over the steps of training."""
    return _AVERAGED.search(prefix) is not None


def is_optimisers(name: str) -> bool:
    """Return whether a tensor is of an optimiser's state, or a schedule's."""
    return _OPTIMISER.match(name) is not None


def spare(state: State, expected: Iterable[str]) -> set[str]:
    """Return which tensors may be left out though they stand among a network's own: training or a tool put them there.

    Anything else that a network lacks belongs to another network, whose layers would be missing without a word.
    """
    ours = set(expected)
    modules = {prefix for name in ours for prefix in _prefixes(name)}
    rest = {name: tensor for name, tensor in state.items() if name not in ours}
    layers = modules | {_first(name) for name, tensor in rest.items() if not _is_table(name, tensor)}
    return {
        name
        for name, tensor in rest.items()
        if _is_noted(name, tensor)
        or _TRAINING.search(name.partition(".")[0].lower())
        or any(_LOSS.search(word.lower()) for word in _beyond(name, modules))
        # A module with matrices alone, by names that no layer of torch.nn has: the directions of the classes.
        or _first(name) not in layers
    }


def _is_noted(name: str, tensor: "Tensor") -> bool:
    """Return whether a tensor holds no numbers that were learnt."""
    leaf = name.rpartition(".")[2]
    if name in _STANDARDISED and tensor.numel() <= _MOST_CHANNELS:
        return True
    return leaf in _NOTED or (tensor.numel() <= 1 and leaf not in _LEARNT) or _OBSERVER.search(name) is not None


def _is_table(name: str, tensor: "Tensor") -> bool:
    return "." in name and name.rpartition(".")[2] not in _LEARNT and tensor.dim() == 2


def _first(name: str) -> str:
    return name.partition(".")[0] + "."


def _beyond(name: str, modules: set[str]) -> list[str]:
    """Return the words of a name from the first on that is none of the network's modules."""
    words = name.split(".")
    known = sum(".".join(words[:number]) + "." in modules for number in range(1, len(words)))
    return words[known:]


def left_out(found: State, used: Iterable["Tensor"], part: Part) -> tuple[str, ...]:
    """Return what of a file was not used, as people name it: "criterion.weight", "model_ema.* (52 tensors)"."""
    taken = {id(tensor) for tensor in used}
    groups: dict[str, list[str]] = defaultdict(list)
    for name, tensor in found.items():
        if id(tensor) not in taken and not is_counter(name):
            groups[_group(name, part.prefix)].append(name)
    return tuple(
        names[0] if len(names) == 1 else f"{group} ({len(names):,} tensors)" for group, names in groups.items()
    )


def _group(name: str, prefix: str) -> str:
    leaf = name.rpartition(".")[2]
    if leaf in _NOTED:
        return f"*.{leaf}"
    words = name.split(".")
    shared = 0
    for word, other in zip(words, prefix.split("."), strict=False):
        if word != other:
            break
        shared += 1
    return ".".join(words[: shared + 1]) + ".*"


def _prefixes(name: str) -> set[str]:
    words = name.split(".", MOST_PREFIXES)
    return {".".join(words[:number]) + "." if number else "" for number in range(len(words))}


def _renamed(part: Part, names: list[str]) -> Part:
    # Where two tensors get one name the first keeps it; the part fits nothing then, or only what it should.
    state: dict[str, Tensor] = {}
    for name, tensor in zip(names, part.state.values(), strict=True):
        state.setdefault(name, tensor)
    return Part(part.prefix, state)
