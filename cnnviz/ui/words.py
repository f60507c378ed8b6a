"""The words of a screen, labels of its controls included, from assets/lessons/LANGUAGE: another language is a folder.

A lesson is a file of sections, `## key` and a text with numbers in {braces}. Its section `labels` has one label a line,
`stride: Stride`; an option's is `padding_mode.zeros: zeros`, a control's help `stride.help: How far …`. What a lesson
lacks is looked up in common.md, and what a language lacks in English.
"""

import re
from dataclasses import dataclass
from functools import cache

import streamlit as st

from cnnviz.assets import ASSETS

LESSONS = ASSETS / "lessons"
ENGLISH = "en"


@dataclass(frozen=True)
class Words:
    """The words of the lesson `name`, in the visitor's language."""

    name: str

    def text(self, key: str, /, **numbers: object) -> str:
        """Return a section with `numbers` put in its {braces}; raises KeyError if there is none."""
        return _find(language(), self.name, key).format(**numbers)

    def say(self, key: str, /, **numbers: object) -> None:
        """Write a section on the page."""
        st.markdown(self.text(key, **numbers))

    def label(self, name: str) -> str:
        """Return the label of a control, or of an option written as name.option; raises KeyError if there is none."""
        return _find_label(language(), self.name, name)

    def help(self, name: str) -> str | None:
        """Return what a control's tooltip says, None where it needs none."""
        try:
            return self.label(f"{name}.help")
        except KeyError:
            return None


COMMON = Words("common")


def language() -> str:
    """Return the language of this visit: that of `?lang=`, else the browser's, else English."""
    chosen = st.query_params.get("lang") or st.session_state.get("language")
    if chosen in languages():
        st.session_state["language"] = chosen
        return str(chosen)
    wanted = str(st.context.locale or ENGLISH).split("-")[0].lower()
    return wanted if wanted in languages() else ENGLISH


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that there are lessons in."""
    return tuple(sorted(folder.name for folder in LESSONS.iterdir() if folder.is_dir()))


def sections(name: str) -> dict[str, str]:
    """Return all sections of a lesson in the visitor's language, by key."""
    return _sections(language(), name) or _sections(ENGLISH, name)


def _find(language: str, name: str, key: str) -> str:
    for where in (language, ENGLISH):
        for lesson in (name, COMMON.name):
            if key in (sections := _sections(where, lesson)):
                return sections[key]
    raise KeyError(f"{name}.md has no section {key!r}.")


def _find_label(language: str, name: str, key: str) -> str:
    for where in (language, ENGLISH):
        for lesson in (name, COMMON.name):
            if key in (labels := _labels(where, lesson)):
                return labels[key]
    raise KeyError(f"{name}.md has no label {key!r}.")


@cache
def _sections(language: str, name: str) -> dict[str, str]:
    path = LESSONS / language / f"{name}.md"
    if not path.exists():
        return {}
    parts = re.split(r"^## (\S+)[ \t]*\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {key: body.strip() for key, body in zip(parts[1::2], parts[2::2], strict=True)}


@cache
def _labels(language: str, name: str) -> dict[str, str]:
    lines = _sections(language, name).get("labels", "").splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)
