"""Tours: a lesson's steps over the map of a network, each a few words, the layers that they are about, and where to go.

A tour is a lesson, assets/lessons/LANGUAGE/tours/NAME.md. Its section `networks` names those that it leads through, and
every other section is a step: lines of FIELDS, an empty line, and the words. Layers are named by patterns
(`layer1.*.conv1, fc`), and numbers stand in braces, filled in from the network's report:

    ## stem
    light: conv1, pool1
    measure: macs

    The first layers take {share of macs} of all MACs, {times macs of conv1 over fc} times those of the last.

`light` are the layers that are lit, and `zoom` those that the view goes to where it is others, or `all`. `lines` are
layers whose outputs are lit on their way. `open` are layers that are to be seen by themselves, `fold: all` closes all
other blocks. `measure` is that of the map's colours, `only` are the networks that a step is about, and `set` what it
changes on the screen, as a link has it: `set: layer=conv2, channel=7`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import cache
from math import prod
from typing import Any

from cnnviz import lessons
from cnnviz.arithmetic.families import family
from cnnviz.assets import LESSONS
from cnnviz.components.language import language
from cnnviz.components.network_map_measures import MEASURES
from cnnviz.errors import LessonError
from cnnviz.graph import NetworkGraph, Node
from cnnviz.ui.numbers import of_bytes, of_count, of_size, percent, ratio, whole

ALL = "all"
_SUMS = {"parameters": of_count, "macs": of_count, "memory": of_bytes}
_LOOKS = ("size", "channels", "field", "count", "layers")
# What is known of a photo: the most probable class, and its probability.
_FACTS = ("answer", "probability")
_NUMBER = re.compile(
    rf"(?:share of (?P<share>{'|'.join(_SUMS)})(?: of (?P<part>.+))?"
    rf"|times (?P<times>{'|'.join(_SUMS)}) of (?P<above>.+?) over (?P<below>.+)"
    rf"|(?P<plain>{'|'.join((*_SUMS, *_LOOKS))})(?: of (?P<of>.+))?|(?P<fact>{'|'.join(_FACTS)}))"
)


@dataclass(frozen=True)
class Step:
    """A step: its place in the lesson, its words with numbers in braces, and its fields, patterns of layers' names."""

    id: str
    words: str
    light: tuple[str, ...] = ()
    zoom: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    fold: tuple[str, ...] = ()
    measure: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    set: tuple[str, ...] = ()

    @property
    def changes(self) -> dict[str, str]:
        """What it sets on the screen, by the names in a link."""
        return dict(each.split("=", 1) for each in self.set)


FIELDS = tuple(each.name for each in fields(Step) if each.name not in ("id", "words"))


@dataclass(frozen=True)
class Tour:
    """A tour through one of `networks`."""

    name: str
    networks: tuple[str, ...]
    steps: tuple[Step, ...]

    def through(self, network: str) -> tuple[Step, ...]:
        """Return the steps that are about a network."""
        return tuple(step for step in self.steps if not step.only or network in step.only)


def parse(name: str, sections: Mapping[str, str], words: Mapping[str, str] | None = None) -> Tour:
    """Return the tour that a lesson's sections are, with the `words` of another language where it has them.

    Raises LessonError, whose sentence says which step is wrong and what would be right.
    """
    networks = _names(sections.get("networks", ""))
    if not networks:
        raise LessonError(f"The tour {name} has no section `networks` that names the networks it leads through.")
    said = {key: _parted(name, key, text)[1] for key, text in (words or {}).items() if key != "networks"}
    steps = tuple(_step(name, key, text, said.get(key, "")) for key, text in sections.items() if key != "networks")
    if not steps:
        raise LessonError(f"The tour {name} has no step; each is a section, `## stem`, with a line `light: conv1`.")
    for step in steps:
        for unknown in set(step.only) - set(networks):
            raise LessonError(f"The step {step.id} of the tour {name} is only for {unknown}, which is not its network.")
    return Tour(name, networks, steps)


@cache
def tour(name: str, spoken: str = lessons.ENGLISH) -> Tour:
    """Return a tour by its name; the fields of its steps are those of the English lesson."""
    lesson = f"tours/{name}"
    english = lessons.sections(lessons.ENGLISH, lesson)
    return parse(name, english, lessons.sections(spoken, lesson))


@cache
def names() -> tuple[str, ...]:
    """Return the names of all tours."""
    return tuple(sorted(path.stem for path in (LESSONS / lessons.ENGLISH / "tours").glob("*.md")))


def tour_through(network: str) -> Tour | None:
    """Return the tour that leads through a network, in the visitor's language; None where there is none."""
    every = (tour(name, language()) for name in names())
    return next((each for each in every if network in each.networks), None)


def told(tour: Tour, network: str, graph: NetworkGraph, facts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what the map is sent of a tour: its name, and for each step its words and the places of its layers.

    `facts` are what is known of a photo, `answer` and `probability`, for a tour that tells of them.

    Raises LessonError where a step names a layer that the network does not have, or a number that no report holds.
    """
    steps = [_told(tour.name, step, graph, facts or {}) for step in tour.through(network)]
    return {"name": tour.name, "steps": steps}


def places(graph: NetworkGraph, patterns: Iterable[str]) -> list[int]:
    """Return the places of the nodes whose names fit a pattern, in the order of execution; ALL fits every one.

    Raises LessonError for a pattern that no node fits.
    """
    found: set[int] = set()
    for pattern in patterns:
        fit = {at for at, node in enumerate(graph.nodes) if pattern == ALL or fnmatchcase(node.name, pattern)}
        if not fit:
            raise LessonError(f"No layer of the network is called {pattern!r}.")
        found |= fit
    return sorted(found)


def filled(words: str, graph: NetworkGraph, lit: Sequence[int], facts: Mapping[str, str] | None = None) -> str:
    """Return words with the numbers in their braces filled in; those that name no layer are about the `lit` ones."""
    known = facts or {}
    return re.sub(r"\{([^{}]*)\}", lambda found: known.get(found[1]) or _number(found[1], graph, lit), words)


def _told(name: str, step: Step, graph: NetworkGraph, facts: Mapping[str, str]) -> dict[str, Any]:
    try:
        lit = places(graph, step.light)
        return {
            "words": filled(step.words, graph, lit, facts),
            "light": lit,
            "zoom": places(graph, step.zoom) or lit,
            "lines": places(graph, step.lines),
            "open": places(graph, step.open),
            "fold": bool(step.fold),
            "measure": step.measure[0] if step.measure else "",
            "id": step.id,
            "set": step.changes or None,
        }
    except LessonError as error:
        raise LessonError(f"The step {step.id} of the tour {name} cannot be shown. {error}") from error


def _step(name: str, key: str, text: str, said: str) -> Step:
    found, words = _parted(name, key, text)
    where = f"The step {key} of the tour {name}"
    if not words:
        raise LessonError(f"{where} has no words; they follow its fields after an empty line.")
    if not found.get("light"):
        raise LessonError(f"{where} has no line `light: conv1` that names the layers it is about.")
    if any(each not in MEASURES for each in found.get("measure", ())) or len(found.get("measure", ())) > 1:
        raise LessonError(f"{where} has a measure that the map does not have; it should be one of {_list(MEASURES)}.")
    if found.get("fold", (ALL,)) != (ALL,):
        raise LessonError(f"{where} has a line `fold` that should be `fold: {ALL}`.")
    if not all(re.fullmatch(r"\w+=[^=]+", each) for each in found.get("set", ())):
        raise LessonError(f"{where} sets something without a name; it should be `set: layer=conv2, channel=7`.")
    for inside in re.findall(r"\{([^{}]*)\}", words):
        if not _NUMBER.fullmatch(inside):
            asks = _list([*_SUMS, *_LOOKS, *_FACTS, "share of macs", "times macs of conv1 over fc"])
            raise LessonError(f"{where} asks for {{{inside}}}, which no report has; it should be one of {asks}.")
    return Step(key, said or words, **found)


def _parted(name: str, key: str, text: str) -> tuple[dict[str, tuple[str, ...]], str]:
    """Return the fields of a section and its words; one whose first line is no field is words alone."""
    head, _, rest = text.strip().partition("\n\n")
    lines = [line.partition(":") for line in head.splitlines()]
    if not lines or not all(colon and re.fullmatch(r"[a-z]+", field) for field, colon, _ in lines):
        return {}, " ".join(text.split())
    for field, _, _ in lines:
        if field not in FIELDS:
            raise LessonError(
                f"The step {key} of the tour {name} has a field {field!r}; it should be one of {_list(FIELDS)}."
            )
    return {field: _names(value) for field, _, value in lines}, " ".join(rest.split())


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in re.split(r"[,\n]", text))))


def _list(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"


def _number(asked: str, graph: NetworkGraph, lit: Sequence[int]) -> str:
    found = _NUMBER.fullmatch(asked)
    if found is None or found["fact"]:
        raise LessonError(f"No report has {{{asked}}}.")

    def nodes(patterns: str | None) -> list[Node]:
        return [graph.nodes[at] for at in (lit if patterns is None else places(graph, _names(patterns)))]

    if found["share"]:
        return percent(_sum(found["share"], nodes(found["part"])) / max(1, _sum(found["share"], graph.nodes)))
    if found["times"]:
        above, below = (_sum(found["times"], nodes(found[each])) for each in ("above", "below"))
        if not below:
            raise LessonError(f"{{{asked}}} would divide by 0.")
        return ratio(above, below)
    chosen = nodes(found["of"])
    if found["plain"] in _SUMS:
        return _SUMS[found["plain"]](_sum(found["plain"], chosen))
    return _look(found["plain"], chosen, asked)


def _sum(measure: str, nodes: Iterable[Node]) -> int:
    return sum(getattr(node.layer, measure) for node in nodes if node.layer)


def _look(what: str, nodes: Sequence[Node], asked: str) -> str:
    last = nodes[-1]
    if what == "count":
        return whole(len(nodes))
    if what == "layers":
        return whole(sum(family(node.kind) in ("conv", "linear") for node in nodes))
    if what == "size":
        return of_size(last.size[1:])
    if what == "channels":
        # A linear layer on maps has their channels last.
        return whole(last.size[-1 if family(last.kind) == "linear" else 1])
    field = last.layer and last.layer.receptive_field
    if not field or not field.size or not prod(field.size):
        raise LessonError(f"{{{asked}}} is unknown: the units of {last.name} have no field of one size.")
    return of_size(field.size)
