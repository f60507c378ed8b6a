"""What can't be done, told in the visitor's language.

The library's sentences are English. The lesson `errors` of another language has what they are in it, in pairs of lines:
the English sentence with a number in braces in the place of each thing that differs, and the other one:

    The norm type is {1}; it must be a number other than 0, since it divides.
    范数类型是 {1}；它要作除数，必须是 0 以外的数。
"""

import re
from functools import cache

import streamlit as st

from cnnviz import lessons
from cnnviz.components.language import language

_PLACE = re.compile(r"\{(\d+)\}")


def translated(error: Exception | str) -> str:
    """Return an error's sentence in the visitor's language, in English where that has no words for it."""
    return in_language(str(error), language())


def refuse(error: Exception | str) -> None:
    """Show what can't be done, and why."""
    st.error(translated(error), icon=":material/error:")


def in_language(sentence: str, spoken: str) -> str:
    """Return a sentence of the library in a language; the sentences within it are translated too."""
    for english, other in _pairs(spoken):
        if found := english.fullmatch(sentence):
            parts = {str(at): in_language(part, spoken) for at, part in enumerate(found.groups(), 1)}
            return "".join(parts[text] if at % 2 else text for at, text in enumerate(_PLACE.split(other)))
    return sentence


@cache
def _pairs(spoken: str) -> list[tuple[re.Pattern[str], str]]:
    """Return the patterns of English sentences and what they are, those that say most themselves first."""
    if spoken == lessons.ENGLISH:
        return []
    blocks = re.split(r"\n\s*\n", "\n\n".join(lessons.sections(spoken, "errors").values()))
    pairs = [block.strip().split("\n") for block in blocks if block.strip()]
    pairs.sort(key=lambda pair: -len(_PLACE.sub("", pair[0])))
    return [(re.compile(_pattern(english), re.DOTALL), other) for english, other in pairs]


def _pattern(english: str) -> str:
    return "".join("(.*?)" if at % 2 else re.escape(part) for at, part in enumerate(_PLACE.split(english)))
