"""What the library calls in English, in the visitor's language: classes, networks and their data, columns of tables.

The lesson `names` of another language has them, a section a kind; what it lacks stays as it is. English has no such
lesson.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from cnnviz import lessons, models
from cnnviz.components.language import language
from cnnviz.models.cards import Card


def named(kind: str, name: str, spoken: str | None = None) -> str:
    """Return the name of one of the "cards" or "columns" in the visitor's language; `spoken` where no visit is known.

    Of a column such as "unit 3" or "change of conv1" it is at least that of what it begins with.
    """
    known = lessons.labels(spoken or language(), "names", kind)
    words = name.split(" ")
    fewest = 0 if kind == "columns" else len(words) - 1
    begins = ((" ".join(words[:at]), words[at:]) for at in range(len(words), fewest, -1))
    return next((" ".join([known[begin], *rest]) for begin, rest in begins if begin in known), name)


def class_names(classes: Iterable[str]) -> tuple[str, ...]:
    """Return the names of classes in the visitor's language, in their order."""
    known = lessons.labels(language(), "names", "classes")
    return tuple(_class(each, known) for each in classes)


def card(name: str) -> Card:
    """Return the card of a network in the visitor's language."""
    return _in_language(models.card(name), language())


def _class(name: str, known: Mapping[str, str]) -> str:
    kind, _, number = name.partition(" ")
    if kind == "class" and number.isdecimal():  # of a network whose classes have no names
        return known.get("class {number}", name).format(number=number)
    return known.get(name, name)


@lru_cache(maxsize=64)  # a run asks some ten times, and ImageNet has a thousand classes
def _in_language(found: Card, spoken: str) -> Card:
    if spoken == lessons.ENGLISH:
        return found
    title, source, data, licence = (
        named("cards", each) for each in (found.title, found.source, found.data, found.licence)
    )
    classes = class_names(found.classes)
    return replace(found, title=title, source=source, data=data, licence=licence, classes=classes)
