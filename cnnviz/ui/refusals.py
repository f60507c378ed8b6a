"""What can't be done, and what figures tell under the pointer, in the visitor's language.

The library's sentences are English. The lesson `errors` of another language has what they are in it, in pairs of lines:
the English sentence with a number in braces in the place of each thing that differs, and the other one:

    The norm type is {1}; it must be a number other than 0, since it divides.
    范数类型是 {1}；它要作除数，必须是 0 以外的数。
"""

import re
from functools import cache, lru_cache

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


@lru_cache(maxsize=2048)  # of a figure's hovers every run asks again
def in_language(sentence: str, spoken: str) -> str:
    """Return a sentence of the library in a language; the sentences within it are translated too."""
    return _reading(sentence, spoken)[1]


def _reading(sentence: str, spoken: str) -> tuple[int, str]:
    """Return how many letters no pair has words for, and the sentence, by the pair that leaves fewest."""
    best = sum(map(str.isalpha, sentence)), sentence
    for english, other in _pairs(spoken):
        if best[0] and (found := _filled_in(english, sentence)) is not None:
            readings = [_reading(part, spoken) for part in found]
            left, parts = sum(each[0] for each in readings), {str(at): each[1] for at, each in enumerate(readings, 1)}
            if left < best[0]:
                best = left, "".join(parts[text] if at % 2 else text for at, text in enumerate(_PLACE.split(other)))
    return best


@cache
def _pairs(spoken: str) -> list[tuple[list[str], str]]:
    """Return what stands around the places of English sentences, and what they are; those that say most come first."""
    if spoken == lessons.ENGLISH:
        return []
    blocks = re.split(r"\n\s*\n", "\n\n".join(lessons.sections(spoken, "errors").values()))
    pairs = [block.strip().split("\n") for block in blocks if block.strip()]
    # What a semicolon divides is for two places sooner than for one.
    pairs.sort(key=lambda pair: (";" not in pair[0], -len(_PLACE.sub("", pair[0]))))
    return [(_PLACE.split(english)[::2], other) for english, other in pairs]


def _filled_in(around: list[str], sentence: str) -> list[str] | None:
    """Return what stands in the places of a sentence, each as short as can be; None for another sentence."""
    begin, *rest = around
    # Within another sentence, "Line 3: the padding is ...", one may begin with a small letter.
    if sentence[1 : len(begin)] != begin[1:] or begin[:1].lower() not in (sentence[:1].lower(), ""):
        return None
    found, at = [], len(begin)
    for text in rest[:-1]:
        end = sentence.find(text, at)
        if end < 0:
            return None
        found.append(sentence[at:end])
        at = end + len(text)
    end = len(sentence) - len(rest[-1]) if rest else at
    if not (at <= end and sentence[end:] == (rest[-1] if rest else "")):
        return None
    return [*found, sentence[at:end]] if rest else []
