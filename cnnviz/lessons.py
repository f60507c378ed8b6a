"""The words of screens and components, read from assets/lessons/LANGUAGE: another language is another folder.

A lesson is a file of sections, `## key` and a text with numbers in {braces}. A section of labels has one a line,
`stride: Stride`. What a language lacks is English. A word that depends on a number is written in both of its forms,
the one for 1 first: `{count} {count:photo|photos}`; a language without forms has no such braces.
"""

import re
from collections.abc import Mapping
from functools import cache

from cnnviz.assets import LESSONS

ENGLISH = "en"


_FORMS = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")


def filled(text: str, numbers: Mapping[str, object]) -> str:
    """Return a text with its numbers and the forms of words that go with them; raises KeyError for one that lacks.

    >>> filled("{count} {count:photo|photos}", {"count": 1})
    '1 photo'
    """
    if "|" in text:
        text = _FORMS.sub(lambda found: found[2] if str(numbers[found[1]]) == "1" else found[3], text)
    return text.format(**numbers)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that there are lessons in."""
    return tuple(sorted(folder.name for folder in LESSONS.iterdir() if folder.is_dir()))


@cache
def sections(language: str, lesson: str) -> dict[str, str]:
    """Return a lesson's sections by key, those that the language lacks in English."""
    english = sections(ENGLISH, lesson) if language != ENGLISH else {}
    path = LESSONS / language / f"{lesson}.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = re.split(r"^## (\S+)[ \t]*\n", text, flags=re.MULTILINE)
    return {**english, **{key: body.strip() for key, body in zip(parts[1::2], parts[2::2], strict=True)}}


@cache
def labels(language: str, lesson: str, section: str = "labels") -> dict[str, str]:
    """Return a section's labels by name, those that the language lacks in English."""
    english = labels(ENGLISH, lesson, section) if language != ENGLISH else {}
    lines = sections(language, lesson).get(section, "").splitlines()
    return {**english, **dict(line.split(": ", 1) for line in lines if ": " in line)}
