"""Lessons in other languages: the sections, labels and numbers of the English ones, and bold words that are bold."""

import re
import unicodedata
from itertools import pairwise
from string import Formatter

import pytest

from cnnviz import assets, lessons

LANGUAGES = [language for language in lessons.languages() if language != lessons.ENGLISH]
# The refusals, errors.md, and names.md have no English lesson: the library itself speaks English.
PATHS = [
    path
    for language in LANGUAGES
    for path in sorted((assets.LESSONS / language).rglob("*.md"))
    if path.name not in ("errors.md", "names.md")
]
each_lesson = pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(assets.LESSONS)))


def parts_of(path):
    parts = re.split(r"^## (\S+)[ \t]*\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def english_of(path):
    language = path.relative_to(assets.LESSONS).parts[0]
    return assets.LESSONS / lessons.ENGLISH / path.relative_to(assets.LESSONS / language)


def is_labels(path, key):
    return key.startswith("labels") or path.stem == "components"


def labels_in(text):
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def numbers_in(text):
    """Return what stands in the braces of a text, once filled and once as it is filled again by a component."""
    found = []
    for _ in range(2):
        text = re.sub(r"\{\w+:[^{}|]*\|[^{}|]*\}", "", text)
        fields = list(Formatter().parse(text))
        found.append({(name, form, as_written) for _, name, form, as_written in fields if name is not None})
        text = "".join(plain for plain, *_ in fields)
        if "\\" in text or "{" not in text:
            break
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_english_lesson_is_there(language):
    english = assets.LESSONS / lessons.ENGLISH
    theirs = {path.relative_to(english) for path in english.rglob("*.md")}
    assert theirs
    assert theirs <= {path.relative_to(assets.LESSONS / language) for path in (assets.LESSONS / language).rglob("*.md")}


@each_lesson
def test_it_has_the_sections_labels_and_numbers_of_the_english_one(path):
    ours, theirs = parts_of(path), parts_of(english_of(path))
    assert list(ours) == list(theirs)
    for key, text in theirs.items():
        if not is_labels(path, key):
            assert numbers_in(ours[key]) == numbers_in(text), key
            continue
        mine, english = labels_in(ours[key]), labels_in(text)
        assert list(mine) == list(english), key
        for name, label in english.items():
            assert numbers_in(mine[name]) == numbers_in(label), (key, name)


@each_lesson
def test_what_is_bold_is_bold_beside_chinese_punctuation(path):
    # CommonMark takes ** for the end of bold words only where a punctuation mark before it has no letter behind it.
    for line in path.read_text(encoding="utf-8").splitlines():
        pieces = re.sub(r"`[^`]*`", "x", line).split("**")
        for at, (before, after) in enumerate(pairwise(pieces)):
            inside, outside = (before, after) if at % 2 else (after, before)
            inner, outer = (inside[-1:], outside[:1]) if at % 2 else (inside[:1], outside[-1:])
            assert not (is_mark(inner) and outer.isalnum()), line


def is_mark(letter):
    return letter not in ("", "{", "}") and unicodedata.category(letter)[0] in "PS"
