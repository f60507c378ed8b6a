"""What comes from a browser, checked: a question, a lesson, a place, a nickname; each is text and nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cnnviz.assets import APP

NICKNAME = 24
STEPS = 60
OPTIONS = 6
LINE = 300
TEXT = 2000
PLACE = 4000
# A screen and what is set on it: nothing that leads to another site, and no fragment.
_PLACE = re.compile(r"([a-z_]{0,40})(\?[!$-\x7e]{0,4000})?")


class RefusedError(Exception):
    """An act that a room does not take: `name` is that of its sentence, and `numbers` what that holds."""

    def __init__(self, name: str, **numbers: int) -> None:
        super().__init__(name)
        self.name = name
        self.numbers = numbers


@dataclass(frozen=True)
class Question:
    """What is asked, at most OPTIONS answers, the place of the right one, and why it is right."""

    asked: str
    options: tuple[str, ...]
    right: int
    why: str = ""


@dataclass(frozen=True)
class Step:
    """A step of a lesson: its place and title, what students read, what the teacher reads, minutes, a question."""

    place: str
    title: str = ""
    sentence: str = ""
    notes: str = ""
    minutes: int = 0
    question: Question | None = None


@dataclass(frozen=True)
class Lesson:
    """A list of steps and its title."""

    title: str
    steps: tuple[Step, ...]


def one_line(given: Any, most: int = LINE) -> str:
    """Return a text of one line without letters that can't be seen, cut to so many."""
    text = _text(given, TEXT)
    return "".join(each for each in " ".join(text.split()) if each.isprintable())[:most].strip()


def place(given: Any) -> str:
    """Return the address of a screen below the app's root, pooling?stride=2; raise RefusedError for anything else."""
    text = _text(given, PLACE)
    found = _PLACE.fullmatch(text)
    if found is None or found[1] not in _screens():
        raise RefusedError("place")
    return text


@cache
def _screens() -> frozenset[str]:
    """Return the addresses of all screens, "" that of the first one."""
    return frozenset({"", *(script.stem for script in (APP.parent / "pages").rglob("*.py"))})


def question(given: Any) -> Question:
    """Return a question from what JSON holds of it; raise RefusedError where it is none."""
    found = _of(given, dict)
    options = tuple(_words(each, LINE) for each in _of(found.get("options"), list))
    right = _number(found.get("right"), 0, OPTIONS)
    asked = _words(found.get("asked"), TEXT)
    if not asked or not 2 <= len(options) <= OPTIONS or not all(options) or right >= len(options):
        raise RefusedError("question", most=OPTIONS)
    return Question(asked, options, right, _words(found.get("why", ""), TEXT))


def lesson(given: Any) -> Lesson:
    """Return a lesson from what JSON holds of it; raise RefusedError where it is none, or too long."""
    found = _of(given, dict)
    steps: Sequence[Any] = _of(found.get("steps"), list)
    if len(steps) > STEPS:
        raise RefusedError("steps", most=STEPS)
    return Lesson(one_line(found.get("title", "")), tuple(map(_step, steps)))


def number(given: Any, most: int) -> int:
    """Return a whole number from 0 on and below `most`; raise RefusedError for anything else."""
    return _number(given, 0, most)


def truth(given: Any) -> bool:
    """Return true or false; raise RefusedError for anything else."""
    return bool(_of(given, bool))


def _step(given: Any) -> Step:
    found = _of(given, dict)
    asked = found.get("question")
    return Step(
        place(found.get("place")),
        one_line(found.get("title", "")),
        _words(found.get("sentence", ""), TEXT),
        _words(found.get("notes", ""), TEXT),
        _number(found.get("minutes", 0), 0, 1000),
        None if asked is None else question(asked),
    )


def _words(given: Any, most: int) -> str:
    """Return a text of several lines, cut, without what can't be seen."""
    lines = [one_line(each, most) for each in _text(given, TEXT).splitlines()]
    return "\n".join(lines).strip()[:most]


def _text(given: Any, most: int) -> str:
    text: str = _of(given, str)
    if len(text) > most:
        raise RefusedError("long", most=most)
    return text


def _number(given: Any, least: int, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given < most:
        raise RefusedError("form")
    return given


def _of(given: Any, kind: type) -> Any:
    if not isinstance(given, kind):
        raise RefusedError("form")
    return given
