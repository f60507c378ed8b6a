"""What surrounds pasted code: fences of Markdown, prompts of a console, and what print(model) wrote.

Lines keep their numbers: what is taken away is replaced by empty lines.
"""

import re
import textwrap
from collections.abc import Iterator

_FENCE = re.compile(r"\s*(```|~~~)")
_PROMPT = re.compile(r"\s*(?:>>> ?|In \[\d*\]: ?|\.{3,}: ?|\.\.\. ?)")
_ANSWER = re.compile(r"\s*Out\s?\[\d*\]: ?")
_ANGLE = re.compile(r"^\s*(>>> |>>>$|In \[\d*\]:)", re.MULTILINE)
# Signs that web pages and word processors put in the place of plain ones.
_SIGNS = {"\u00a0": " ", "\u2003": " ", "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\ufeff": ""}


def codes_of(text: str) -> Iterator[str]:
    """Yield what may be the Python in a text, its lines where they were: the text itself, then less and less of it."""
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    yield _dedented(text)
    lines = text.splitlines()
    if any(_FENCE.match(line) for line in lines):
        lines = _fenced(lines)
        yield _dedented("\n".join(lines))
    bare = without_printed("\n".join(lines)).splitlines()
    for each in (lines, bare):
        prompts = _ANGLE.search("\n".join(each))
        kept = [line[found.end() :] if (found := _PROMPT.match(line)) else "" for line in each] if prompts else each
        yield _dedented("\n".join(kept))


def _dedented(text: str) -> str:
    code = textwrap.dedent("\n".join(line.rstrip() for line in text.splitlines()))
    # Spaces before the first line alone come from where the copying began.
    begin = len(code) - len(code.lstrip())
    return "\n" * code[:begin].count("\n") + code[begin:]


def _fenced(lines: list[str]) -> list[str]:
    kept, inside = [], False
    for line in lines:
        if _FENCE.match(line):
            inside = not inside
            kept.append("")
        else:
            kept.append(line if inside else "")
    return kept


_FIRST = re.compile(r"\s*(?:Out\s?\[\d*\]: ?)?[A-Za-z_]\w*\(\s*$")
_CHILD = re.compile(r"\s*\([\w.-]+\): ")


def printed_part(text: str) -> tuple[int, str] | None:
    """Return the line on which the output of print(model) begins, from 1, and the output; None without one."""
    lines = text.splitlines()
    for place, line in enumerate(lines[:-1]):
        if _FIRST.match(line) and _CHILD.match(lines[place + 1]):
            found, depth = [_ANSWER.sub("", line)], 1
            for each in lines[place + 1 :]:
                found.append(each)
                depth += each.count("(") - each.count(")")
                if depth <= 0:
                    break
            return place + 1, "\n".join(found)
    return None


def without_printed(text: str) -> str:
    """Return a text whose output of print(model) is left out."""
    found = printed_part(text)
    if found is None:
        return text
    begin, printed = found
    lines = text.splitlines()
    count = printed.count("\n") + 1
    return "\n".join([*lines[: begin - 1], *[""] * count, *lines[begin - 1 + count :]])
