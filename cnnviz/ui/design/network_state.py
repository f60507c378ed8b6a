"""The networks that the screen holds, as texts in the link, and the way back to what they were."""

import re
from dataclasses import dataclass

import streamlit as st

from cnnviz.design import PRESETS
from cnnviz.errors import ShapeError
from cnnviz.ui.linked import linked, put

LIBRARY = "model:"
_LARGEST = 100_000
_MOST_STEPS = 100
_PAST = "network-past"


@dataclass(frozen=True)
class Slot:
    """A place for a network: the names under which the link holds its text and its input, and their defaults.

    The text is that of rows, or `model:` and an architecture's name.
    """

    net: str
    size: str
    default_net: str
    default_size: str

    def read(self) -> tuple[str, str]:
        """Return the network's text and the text of its input, (C, H, W); once a run, before anything is drawn."""
        return linked(self.net, self.default_net), linked(self.size, self.default_size)

    def now(self) -> tuple[str, str]:
        """Return the same as `read` did, in a callback."""
        state = st.session_state
        return state.get(f"linked-{self.net}", self.default_net), state.get(f"linked-{self.size}", self.default_size)

    def put(self, net: str | None = None, size: str | None = None) -> None:
        """Change the text or the input, in a callback; what was there can be had back with `undo`."""
        before = self.now()
        after = before[0] if net is None else net, before[1] if size is None else size
        if after == before:
            return
        past = st.session_state.setdefault(_PAST, [])
        past.append((self, before))
        del past[:-_MOST_STEPS]
        put(self.net, after[0])
        put(self.size, after[1])


def of_size(size: tuple[int, ...]) -> str:
    """Return an input of (N, C, ...) as it is typed, without its batch: 3x224x224."""
    return "x".join(map(str, size[1:]))


_FIRST = PRESETS["alexnet"]
MAIN = Slot("net", "size", _FIRST.text, of_size(_FIRST.input_size))
OTHER = Slot("other", "other_size", "", of_size(_FIRST.input_size))


def undo() -> None:
    """Take back the last change of a network or its input, in a callback."""
    slot, (net, size) = st.session_state[_PAST].pop()
    put(slot.net, net)
    put(slot.size, size)
    bump()


def can_undo() -> bool:
    """Return whether there is a change to take back."""
    return bool(st.session_state.get(_PAST))


def bump() -> None:
    """Let the table be drawn anew, so that what was typed into the old one is not put into other rows."""
    st.session_state["network-table"] = version() + 1


def version() -> int:
    """Return the number of the table that is drawn."""
    return int(st.session_state.get("network-table", 0))


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
