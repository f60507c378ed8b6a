"""A network as text, one syntax for the typed line, the link, the preset and the saved file.

    >>> write(parse("conv 20 5 p2, relu, maxpool 2"))
    'Conv 20 5 p2, ReLU, MaxPool 2'

Items stand between commas or on lines of their own. After the name come bare numbers in the order of
`vocabulary.settings_of`, then settings by letter (s2 p1 d2 g32 op1 k3, `p same`), flags (nobias, ceil, bn, inplace) and
name=value for everything else. 3x5 is a size along two axes, 96/128 the channels along a branch of an Inception block.
Add, Multiply and Concat have branches, which read the same tensor: Add [Conv 8 3 p1, ReLU | Conv 8 1]; one without
rows hands on what arrives.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from cnnviz.design import vocabulary
from cnnviz.design.rows import DEEPEST, Row, Setting, allowed
from cnnviz.errors import ModelError

MOST_CHARACTERS = 100_000
MOST_ROWS = 2_000

_NUMBER = r"[-+]?(?:\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})(?:e[-+]?\d{1,3})?"
_PART = rf"(?:{_NUMBER}|none)"
_VALUE = re.compile(rf"{_PART}(?:[x×/]{_PART})*", re.IGNORECASE)
_LETTERED = re.compile(rf"(op|[ksdpg])({_VALUE.pattern}|same|valid)", re.IGNORECASE)
_SWITCH = {"yes": True, "true": True, "no": False, "false": False}


def split(text: str) -> tuple[str, ...]:
    """Return the items of a text, trimmed, as they were typed, without empty ones. Raises ModelError for too many."""
    if len(text) > MOST_CHARACTERS:
        raise ModelError(f"The text has {len(text):,} characters; a network may have {MOST_CHARACTERS:,}.")
    items = tuple(item for part in _outside(text, ",;\n") if (item := " ".join(part.split())))
    if len(items) > MOST_ROWS:
        raise ModelError(f"The network has {len(items):,} rows; it may have {MOST_ROWS:,}.")
    return items


def _outside(text: str, separators: str) -> Iterable[str]:
    """Yield the parts of a text between separators that stand in no brackets."""
    depth = begin = 0
    for place, character in enumerate(text):
        depth = max(0, depth + (character == "[") - (character == "]"))
        if not depth and character in separators:
            yield text[begin:place]
            begin = place + 1
    yield text[begin:]


def parse(text: str) -> tuple[Row, ...]:
    """Return the rows of a network; raises ModelError, which names the item and what would be right."""
    return tuple(map(parse_row, split(text)))


@lru_cache(maxsize=4096)
def parse_row(text: str) -> Row:
    """Return the row that one item means; raises ModelError, which names the item and what would be right."""
    if text.count("[") > MOST_ROWS:
        raise ModelError(f"The row has more than {MOST_ROWS:,} brackets; a network need not have.")
    head, bracket, inside = text.partition("[")
    words = re.sub(r"\s*=\s*", "=", head).split()
    if not words:
        raise ModelError("The row is empty; it should name a layer, such as Conv 20 5 p2.")
    shown = " ".join(words) if len(text) <= 60 else text[:57] + "..."
    kind = vocabulary.kind_named(words[0])
    if kind is None:
        raise ModelError(f"There is no layer {words[0][:40]!r}; {_near(words[0])}")
    try:
        return Row(kind, tuple(_settings(kind, words[1:])), _branches(kind, inside) if bracket else ())
    except ModelError as error:
        raise ModelError(f"In {shown!r}: {error}") from None


def _branches(kind: str, inside: str) -> tuple[tuple[Row, ...], ...]:
    """Return the branches between the brackets of a row."""
    if kind not in vocabulary.JOINS:
        raise ModelError(f"brackets hold the branches of {' and '.join(vocabulary.JOINS)} alone.")
    inside = inside.strip()
    depth = 1
    for place, character in enumerate(inside):
        depth += (character == "[") - (character == "]")
        if depth > DEEPEST:
            raise ModelError(f"it is nested more than {DEEPEST} deep; a network need not be.")
        if not depth and place < len(inside) - 1:
            raise ModelError(f"{inside[place + 1 :].strip()[:40]!r} stands behind the bracket; end the row there.")
    if depth:
        raise ModelError(f"a bracket is not closed; write it as {vocabulary.EXAMPLES[kind]}.")
    return tuple(parse(branch) for branch in _outside(inside[:-1], "|"))


def _near(name: str) -> str:
    names = {short.lower(): short for short in vocabulary.all_names()}
    if near := get_close_matches(name.lower()[:40], names, n=3, cutoff=0.5):
        return f"did you mean {' or '.join(names[each] for each in near)}?"
    return "there are Conv, MaxPool, Linear, ReLU, Flatten and others, such as Conv 20 5 p2."


def _settings(kind: str, words: list[str]) -> Iterable[tuple[str, Setting]]:
    order = vocabulary.settings_of(kind)
    place, lettered = 0, False
    words = list(words)
    while words:
        word = words.pop(0)
        # `p same` is one setting in two words.
        if word.lower() in vocabulary.LETTERS and words:
            word += words.pop(0)
        if _VALUE.fullmatch(word):
            if lettered:
                raise ModelError(f"the bare number {word} stands after a named setting; bare numbers come first.")
            if place == vocabulary.bare_numbers(kind)[0]:
                raise ModelError(f"{word} is one number too many: {_follows(kind)}{allowed(kind)}.")
            yield order[place], _value(word)
            place += 1
            continue
        lettered = True
        yield _named(kind, word)


def _follows(kind: str) -> str:
    found = [name for name in vocabulary.TORCH_ARGUMENTS.get(kind, ()) if name in vocabulary.INPUTS]
    return f"{found[0]} follows from what arrives, and " if found else ""


def _named(kind: str, word: str) -> tuple[str, Setting]:
    name, equals, value = word.partition("=")
    if equals:
        name = _letter(kind, name.lower())
        return name, value.lower() if value.lower() in vocabulary.words_of(kind, name) else _value(value)
    if word.lower() in vocabulary.FLAGS:
        return vocabulary.FLAGS[word.lower()]
    if found := _LETTERED.fullmatch(word):
        return _letter(kind, found[1].lower()), _value(found[2])
    raise ModelError(
        f"{word[:40]!r} is no setting; write numbers such as 20 5, then s2 (stride), p1 or p same (padding), "
        "d2 (dilation), g4 (groups), nobias, ceil, or name=value."
    )


def _letter(kind: str, name: str) -> str:
    """Return the setting that a letter stands for; the p of Dropout and the k of LocalResponseNorm are their own."""
    return name if name in vocabulary.settings_of(kind) else vocabulary.LETTERS.get(name, name)


def _value(text: str) -> Setting:
    low = text.lower()
    if low in _SWITCH:
        return _SWITCH[low]
    if _VALUE.fullmatch(text):
        parts = tuple(_number(part) for part in re.split("[x×/]", low))
        return parts if len(parts) > 1 else parts[0]
    return low


def _number(text: str) -> int | float | None:
    if text == "none":
        return None
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


def write(rows: Iterable[Row]) -> str:
    """Return the text of a network, from which `parse` makes the same rows."""
    return ", ".join(map(write_row, rows))


@lru_cache(maxsize=4096)
def write_row(row: Row) -> str:
    """Return a row as it is typed, in its one spelling."""
    words = [row.short]
    order, most = vocabulary.settings_of(row.kind), vocabulary.bare_numbers(row.kind)[1]
    bare = True
    for place, (name, value) in enumerate(row.settings):
        bare = bare and place < most and order[place] == name and not isinstance(value, str)
        words.append(_written(name, value, bare=bare))
    if row.branches:
        words.append(f"[{' | '.join(map(write, row.branches))}]")
    return " ".join(words)


def _written(name: str, value: Setting, *, bare: bool) -> str:
    for flag, meaning in vocabulary.FLAGS.items():
        if meaning == (name, value) and isinstance(value, bool):
            return flag
    if isinstance(value, bool):
        return f"{name}={'yes' if value else 'no'}"
    if isinstance(value, str):
        return f"p {value}" if name == "padding" else f"{name}={value}"
    separator = "/" if name.startswith("branch") else "x"
    shown = separator.join(map(_plain, value)) if isinstance(value, tuple) else _plain(value)
    if bare:
        return shown
    letter = vocabulary.LETTER_OF.get(name)
    return f"{letter}{shown}" if letter and value is not None else f"{name}={shown}"


def _plain(value: object) -> str:
    # 2.0 equals 2, and equal rows have one spelling.
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return "none" if value is None else repr(value)
