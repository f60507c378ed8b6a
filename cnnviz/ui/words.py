"""The words of a screen, labels of its controls included; what a lesson lacks is looked up in common.md.

An option's label is written `padding_mode.zeros: zeros`, a control's help `stride.help: How far …`: see cnnviz.lessons.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial, reduce

import streamlit as st

from cnnviz import lessons
from cnnviz.components.kept import draw_kept
from cnnviz.components.language import language


@dataclass(frozen=True)
class Words:
    """The words of the lesson `name`, in the visitor's language."""

    name: str

    def text(self, key: str, /, **numbers: object) -> str:
        """Return a section with `numbers` put in its {braces}, see cnnviz.lessons; raises KeyError if there is none."""
        return lessons.filled(_find(self.name, key), numbers)

    def say(self, key: str, /, **numbers: object) -> None:
        """Write a section on the page."""
        text = self.text(key, **numbers)
        draw_kept(("say", text), partial(st.markdown, text))

    def label(self, name: str) -> str:
        """Return the label of a control, or of an option written as name.option; raises KeyError if there is none."""
        return _find_label(self.name, name)

    def help(self, name: str) -> str | None:
        """Return what a control's tooltip says, None where it needs none."""
        return _found_label(self.name, f"{name}.help")


COMMON = Words("common")


def listed(names: Iterable[str]) -> str:
    """Return names one after the other as the visitor's language lists them: "a, b"; "" for none."""
    return _joined("list", names)


def clauses(said: Iterable[str]) -> str:
    """Return parts of a sentence one after the other as the visitor's language parts them: "a is 1; b is 2"."""
    return _joined("clauses", said)


def in_code(command: str) -> str:
    """Return a command for a place between backticks, a piece of code a word: a phone then breaks no word of it."""
    return "` `".join(command.split())


def sections(lesson: str) -> dict[str, str]:
    """Return all sections of a lesson in the visitor's language, by key."""
    return lessons.sections(language(), lesson)


def _joined(section: str, parts: Iterable[str]) -> str:
    first, *rest = [*parts] or [""]
    return reduce(lambda before, after: COMMON.text(section, before=before, after=after), rest, first)


def _find(name: str, key: str) -> str:
    for lesson in (name, COMMON.name):
        if key in (found := lessons.sections(language(), lesson)):
            return found[key]
    raise KeyError(f"{name}.md has no section {key!r}.")


def _find_label(name: str, key: str) -> str:
    found = _found_label(name, key)
    if found is None:
        raise KeyError(f"{name}.md has no label {key!r}.")
    return found


def _found_label(name: str, key: str) -> str | None:
    spoken = language()
    for lesson in (name, COMMON.name):
        if key in (found := lessons.labels(spoken, lesson)):
            return found[key]
    return None
