"""What a part draws again and again alike: its messages are kept, and sent once more instead of being made anew.

Streamlit takes back what a run does not draw, so that a slider's move draws all other controls too, of which nothing
has changed, and all text that stays. Where what a place is drawn from is equal, its messages are equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_NAME = "cnnviz-kept"
_SETS = ("widget_ids_this_run", "widget_user_keys_this_run")


@dataclass(frozen=True)
class _Drawn:
    """What was drawn from `known` at `path`: messages, how many places they take, and which widgets are among them."""

    known: object
    path: list[int]
    messages: list[Any]
    places: int
    widgets: tuple[frozenset[str], ...]


def draw_kept(known: object, draw: Callable[[], object], name: str = "") -> None:
    """Draw by `draw`, for which nothing that may change counts but `known`; in a run of a part, what was drawn may do.

    It asks the engine for nothing, whose progress and refusals would stay. Where it draws widgets it has a
    `name` in this session, and their callbacks `forget` it.
    """
    context: Any = get_script_run_ctx(suppress_warning=True)
    try:
        cursor: Any = st._main._active_dg._cursor
        sets = [getattr(context.shared, each) for each in _SETS]
    except AttributeError:  # outside of a run, or a Streamlit that has it otherwise
        cursor = None
    if cursor is None or cursor.is_locked:
        draw()
        return
    kept, path = _kept(context), cursor.delta_path
    place = name or str(path)
    before = kept.get(place)
    # A run of the whole page draws all, for the browser may have lost what it had.
    if before is not None and context.fragment_ids_this_run and before.path == path and before.known == known:
        for each, found in zip(sets, before.widgets, strict=True):
            for widget in found:
                each.check_and_add(widget)
        for message in before.messages:
            context.enqueue(message)
        for _ in range(before.places):
            cursor.lock_element()
        return
    kept.pop(place, None)
    messages: list[Any] = []
    enqueue = context.enqueue

    def note(message: Any) -> None:
        messages.append(message)
        enqueue(message)

    there = [each.snapshot() for each in sets]
    context.enqueue = note
    try:
        draw()
    finally:
        context.enqueue = enqueue
    places = cursor.index - path[-1]
    if all(_may_be_sent_again(message, path, places) for message in messages):
        new = [each.snapshot() - had for each, had in zip(sets, there, strict=True)]
        kept[place] = _Drawn(known, path, messages, places, tuple(new))


def forget(name: str) -> None:
    """Draw it anew the next time, in a callback: a person has changed what the browser shows there."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        _kept(context).pop(name, None)


def forget_all() -> None:
    """Draw all anew, of this screen or another: call it once at the start of every run of the whole script."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        _kept(context).clear()


def _kept(context: Any) -> dict[str, _Drawn]:
    kept = vars(context)
    if _NAME not in kept:
        kept[_NAME] = st.session_state.setdefault(_NAME, {})
    found: dict[str, _Drawn] = kept[_NAME]
    return found


def _may_be_sent_again(message: Any, path: list[int], places: int) -> bool:
    """Return whether a message draws at this place and gives no widget a value, over what a person may type there."""
    at = list(message.metadata.delta_path)
    if (
        message.WhichOneof("type") != "delta"
        or at[: len(path) - 1] != path[:-1]
        or at[len(path) - 1] >= path[-1] + places
    ):
        return False
    if message.delta.WhichOneof("type") == "add_block":
        return True
    kind = message.delta.new_element.WhichOneof("type")
    return kind is not None and not getattr(getattr(message.delta.new_element, kind), "set_value", False)
