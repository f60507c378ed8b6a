"""The networks that the screen holds, as texts in its link, and the way back to what they were."""

import re
from dataclasses import dataclass

import streamlit as st

from cnnviz.design import LIBRARY, PRESETS, parse, split
from cnnviz.errors import ModelError, ShapeError
from cnnviz.models.own_networks import name_of
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice, Text
from cnnviz.ui.number_controls import Number
from cnnviz.ui.words import Words

WORDS = Words("network")
FORM = Form(WORDS)
SINGLE = "float32"
# Bytes of a number.
PRECISIONS = {SINGLE: 4, "float64": 8, "float16": 2, "bfloat16": 2}
BATCH = Number("batch", 1, low=1, high=65_536, slider=False)
PRECISION = Choice("precision", SINGLE, options=tuple(PRECISIONS), technical=True)
_LARGEST = 100_000
_MOST_STEPS = 100
_PAST, _TABLE = FORM.key("past"), FORM.key("table")


@dataclass(frozen=True)
class Slot:
    """A place for a network: the controls of its text and of its input (C, H, W).

    The text is that of rows, or `model:` and an architecture's name.
    """

    net: Text
    size: Text

    def read(self) -> tuple[str, str]:
        """Return the network's text and the text of its input."""
        return FORM.get(self.net), FORM.get(self.size)

    def put(self, net: str | None = None, size: str | None = None, *, opened: str | None = None) -> None:
        """Change the text, the input or both, in a callback; what was there can be had back with `undo`.

        `opened` are the blocks that stay open in the table.
        """
        before = self.read()
        after = before[0] if net is None else net, before[1] if size is None else size
        if after == before:
            return
        past = st.session_state.setdefault(_PAST, [])
        past.append((self, before))
        del past[:-_MOST_STEPS]
        self._set(*after, opened if net is not None else FORM.text(self.opened))

    def put_back(self, net: str, size: str) -> None:
        """Set both, in a callback, without a way back."""
        self._set(net, size, None)

    @property
    def opened(self) -> str:
        """The name under which the link has the rows that are open."""
        return f"{self.net.name}_open"

    def _set(self, net: str, size: str, opened: str | None) -> None:
        changes: dict[str, object] = {self.opened: opened}
        for control, value in ((self.net, net), (self.size, size)):
            changes[control.name] = None if value == control.default else value
        if self is MAIN and (row := FORM.text("row")) and not (row.isdecimal() and int(row) <= _rows(net)):
            changes["row"] = None
        FORM.put(changes)


def _rows(net: str) -> int:
    try:
        return len(split(net))
    except ModelError:
        return 0


def model_name(net: str, input_size: tuple[int, ...]) -> str:
    """Return what the network of a text on an input (N, C, H, W) is called where it runs."""
    return net.removeprefix(LIBRARY) if net.startswith(LIBRARY) else name_of(parse(net), input_size)


def of_input(size: tuple[int, ...]) -> str:
    """Return an input (C, H, W) as it is typed: 3x224x224."""
    return "x".join(map(str, size))


_FIRST = PRESETS["alexnet"]
_FIRST_SIZE = of_input(_FIRST.input_size[1:])
MAIN = Slot(Text("net", _FIRST.text), Text("size", _FIRST_SIZE))
OTHER = Slot(Text("other", ""), Text("other_size", _FIRST_SIZE))


def undo() -> None:
    """Take back the last change of a network or its input, in a callback."""
    slot, before = st.session_state[_PAST].pop()
    slot.put_back(*before)
    bump()


def can_undo() -> bool:
    """Return whether there is a change to take back."""
    return bool(st.session_state.get(_PAST))


def bump() -> None:
    """Let the table be drawn anew, so that what was typed into the old one is not put into other rows."""
    st.session_state[_TABLE] = version() + 1


def version() -> int:
    """Return the number of the table that is drawn."""
    return int(st.session_state.get(_TABLE, 0))


def parse_size(text: str) -> tuple[int, ...]:
    """Return what a typed input means, without its batch: (3, 224, 224); raises ShapeError."""
    parts = re.split(r"\s*[x×*,]\s*", text.strip().lower())
    if not all(re.fullmatch("[0-9]{1,9}", part) for part in parts) or len(parts) > 4:
        raise ShapeError(
            f"The input {text[:40]!r} is no size; it should be channels, height and width, such as 3x224x224."
        )
    size = tuple(map(int, parts))
    if min(size) < 1 or max(size) > _LARGEST:
        raise ShapeError(f"The input {text[:40]} is out of range; every number should be between 1 and {_LARGEST:,}.")
    return size
