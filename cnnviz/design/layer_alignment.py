"""The layers of two networks side by side: which of one stands for which of the other, stage by stage.

>>> from cnnviz.design.totals import of_text
>>> one, two = (of_text(rows, (1, 3, 9, 9), 4) for rows in ("Conv 8 5 p2, ReLU", "Conv 8 3 p1, BatchNorm, ReLU"))
>>> [stage] = align(one, two)
>>> [pair.state for pair in stage.pairs]
['changed', 'second', 'same']
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from math import inf, log2
from typing import TypeVar

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.families import family
from cnnviz.design.totals import Totals

T = TypeVar("T")
Layers = tuple[LayerRecord, ...]


@dataclass(frozen=True)
class Pair:
    """A layer of each network that stand beside each other, or a layer of one of them alone."""

    one: LayerRecord | None
    two: LayerRecord | None

    @property
    def differences(self) -> tuple[str, ...]:
        """What differs of "kind", "kernel", "stride", "channels", "map", "parameters"; none of a layer alone."""
        if self.one is None or self.two is None:
            return ()
        one, two = _facts(self.one), _facts(self.two)
        return tuple(name for name in one if one[name] != two[name])

    @property
    def state(self) -> str:
        """Return "same", "changed", or "first" or "second" for a layer that only that network has."""
        if self.one is None or self.two is None:
            return "second" if self.one is None else "first"
        return "changed" if self.differences else "same"


@dataclass(frozen=True)
class Stage:
    """The layers of both networks up to maps that are about the same share of the input's side.

    `halvings` are how often the side has been halved by then, rounded; None where nothing has positions any more. What
    only one network makes, on the way to maps that both have, is in the stage of those.
    """

    halvings: int | None
    pairs: tuple[Pair, ...]

    @property
    def ones(self) -> Layers:
        """The first network's layers."""
        return tuple(pair.one for pair in self.pairs if pair.one is not None)

    @property
    def twos(self) -> Layers:
        """The second network's layers."""
        return tuple(pair.two for pair in self.pairs if pair.two is not None)


def align(one: Totals, two: Totals) -> tuple[Stage, ...]:
    """Return every layer of both networks once, in the order of execution of each.

    Stages are those of as many halvings; within a stage, layers of the same kind, kernel and stride stand side by side,
    then, between those, layers of the same family. `align(two, one)` is the same with the sides exchanged.
    """
    made = []
    ones: Layers = ()
    twos: Layers = ()
    reached: list[int | None] = []
    for here, there in _matched(_stages(one), _stages(two), lambda stage: stage[0]):
        if here:
            ones += here[1]
        if there:
            twos += there[1]
        reached += [stage[0] for stage in (here, there) if stage]
        if here and there:
            made.append(Stage(here[0], tuple(_pairs(ones, twos))))
            ones, twos, reached = (), (), []
    if reached:
        made.append(Stage(max(reached, key=_place), tuple(_pairs(ones, twos))))
    return tuple(made)


def _place(halvings: int | None) -> float:
    return inf if halvings is None else halvings


def name_of_kind(kind: str) -> str:
    """Return one name for a module and for the function that does the same: adaptiveavgpool2d."""
    return kind.lower().replace("_", "")


def _facts(layer: LayerRecord) -> dict[str, Hashable]:
    kernel, stride = layer.taps or ((), ())
    size = layer.output_size or ()
    return {
        "kind": name_of_kind(layer.kind),
        "kernel": kernel,
        "stride": stride,
        "channels": size[1:2],
        "map": size[2:],
        "parameters": layer.parameters,
    }


def _stages(shown: Totals) -> list[tuple[int | None, Layers]]:
    image = shown.input_size
    found: list[int | None] = []
    for layer in shown.leaves:
        size = layer.output_size or ()
        flat = len(size) != len(image) or len(size) < 3 or size[2] == 1 < image[2]
        found.append(None if flat else round(log2(image[2] / size[2])))
    # A single value for each map in the middle of a network, as in squeeze-and-excitation, belongs where it is used.
    ends = max((place for place, halvings in enumerate(found) if halvings is not None), default=-1)
    for place in range(1, ends):
        if found[place] is None:
            found[place] = found[place - 1]
    both = zip(found, shown.leaves, strict=True)
    return [(halvings, tuple(layer for _, layer in group)) for halvings, group in groupby(both, lambda each: each[0])]


def _pairs(one: Layers, two: Layers) -> Iterator[Pair]:
    def alike(layer: LayerRecord) -> Hashable:
        return name_of_kind(layer.kind), layer.taps

    def related(layer: LayerRecord) -> Hashable:
        found = family(layer.kind)
        return name_of_kind(layer.kind) if found == "other" else found

    lone: tuple[list[LayerRecord], list[LayerRecord]] = ([], [])

    def gap() -> Iterator[Pair]:
        for here, there in _matched(*lone, related):
            yield Pair(here, there)
        lone[0].clear()
        lone[1].clear()

    for here, there in _matched(one, two, alike):
        if here is not None and there is not None:
            yield from gap()
            yield Pair(here, there)
        elif here is not None:
            lone[0].append(here)
        elif there is not None:
            lone[1].append(there)
    yield from gap()


def _matched(one: Sequence[T], two: Sequence[T], key: Callable[[T], Hashable]) -> Iterator[tuple[T | None, T | None]]:
    """Yield the things of two sequences, those of the same key together where difflib aligns them, others alone."""
    keys = [key(each) for each in one], [key(each) for each in two]
    # difflib may align two sequences in another way when they are exchanged: the lesser of them always comes first.
    exchanged = repr(keys[1]) < repr(keys[0])
    matcher = SequenceMatcher(None, keys[exchanged], keys[not exchanged], autojunk=False)
    at = 0, 0
    for a, b, size in matcher.get_matching_blocks():
        start, other = (b, a) if exchanged else (a, b)
        yield from ((each, None) for each in one[at[0] : start])
        yield from ((None, each) for each in two[at[1] : other])
        yield from zip(one[start : start + size], two[other : other + size], strict=True)
        at = start + size, other + size
