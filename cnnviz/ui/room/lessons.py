"""Ready lessons of fifty minutes: assets/lessons/LANGUAGE/classes/NAME.md, a section a step.

A section has lines of fields, an empty line, and the sentence that students read:

    ## size
    place: convolution?padding=0&size=7
    minutes: 6
    title: The size of the output
    asked: How large is the output?
    options: 5×5 | 7×7
    right: 5×5
    why: 7 − 3 + 1 = 5 along each axis.
    notes: What the teacher alone reads.

    In how many places does the window fit?

Its place and its minutes are those of the English lesson.
"""

from typing import Any

from cnnviz import lessons
from cnnviz.components.language import language
from cnnviz.errors import LessonError

NAMES = ("convolution", "architectures", "training")
_HEAD = "lesson"
_NEEDED = ("place", "minutes", "title")
_QUESTION = ("asked", "options", "right", "why")


def ready(spoken: str | None = None) -> list[dict[str, Any]]:
    """Return the ready lessons as a room takes them, in the visitor's language or another one."""
    return [lesson(name, spoken or language()) for name in NAMES]


def lesson(name: str, spoken: str) -> dict[str, Any]:
    """Return a lesson as a room takes it; raises LessonError, whose sentence says which step is wrong and how."""
    said = lessons.sections(spoken, f"classes/{name}")
    english = lessons.sections(lessons.ENGLISH, f"classes/{name}")
    title = _parted(english[_HEAD])[0] | _parted(said[_HEAD])[0]
    steps = [_step(f"{name}, step {key}", text, english[key]) for key, text in said.items() if key != _HEAD]
    return {"title": title["title"], "steps": steps}


def _step(where: str, text: str, english: str) -> dict[str, Any]:
    (fields, sentence), (plain, _) = _parted(text), _parted(english)
    found = {**fields, "place": plain.get("place", ""), "minutes": plain.get("minutes", "")}
    if lacking := [name for name in _NEEDED if not found.get(name)]:
        raise LessonError(f"The lesson {where} has no line `{lacking[0]}: …`.")
    if not found["minutes"].isdecimal():
        raise LessonError(f"The lesson {where} has {found['minutes']!r} for its minutes; it should be a number.")
    return {
        "place": found["place"],
        "title": found["title"],
        "sentence": sentence,
        "notes": found.get("notes", ""),
        "minutes": int(found["minutes"]),
        "question": _question(where, found) if "asked" in found else None,
    }


def _question(where: str, found: dict[str, str]) -> dict[str, Any]:
    if lacking := [name for name in _QUESTION if not found.get(name)]:
        raise LessonError(f"The question of the lesson {where} has no line `{lacking[0]}: …`.")
    options = [each.strip() for each in found["options"].split("|")]
    if found["right"] not in options:
        raise LessonError(f"The lesson {where} has a right answer, {found['right']}, that is none of its options.")
    return {
        "asked": found["asked"],
        "options": options,
        "right": options.index(found["right"]),
        "why": found["why"],
    }


def _parted(text: str) -> tuple[dict[str, str], str]:
    head, _, rest = text.partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), " ".join(rest.split())
