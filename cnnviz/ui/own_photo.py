"""A photo of one's own: it stays with the visit, and no link holds it.

Where a page connects again and another process takes its visit over, the photo is found by the name of the session that
the page had before, if it was left with CNNVIZ_REDIS.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz import images
from cnnviz.engine.requests import Picture
from cnnviz.errors import ImageError
from cnnviz.ui.photo_store import PHOTO, store

_OWN = "own-picture"


def take_photo(data: bytes) -> None:
    """Take a file's bytes for the photo of this visit; raise ImageError, and keep the former, where they are none."""
    st.session_state[_OWN] = Picture.of(images.decode(data))
    leave(data, PHOTO)


def leave(data: bytes, kind: str) -> None:
    """Leave a file for the process that may take this visit over: see cnnviz.ui.photo_store."""
    if session := _session():
        store().leave(session, data, kind)


def taken_over(kind: str) -> bytes | None:
    """Return what was left by the session that this page had before, if there is something."""
    session, before = _session(), _session_before()
    return store().find(before, kind) if session and before else None


def own_photo() -> Picture | None:
    """Return the photo of this visit, None where there is none."""
    if _OWN not in st.session_state:
        st.session_state[_OWN] = _taken_over()
    photo: Picture | None = st.session_state[_OWN]
    return photo


def _taken_over() -> Picture | None:
    if (data := taken_over(PHOTO)) is None:
        return None
    try:
        picture = Picture.of(images.decode(data))
    except ImageError:  # of another version of cnnviz, which could read more
        return None
    # The next process will be told this session's name.
    leave(data, PHOTO)
    return picture


def _session() -> str:
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def _session_before() -> str:
    """Return the session that the page had when its connection was lost, "" for a page that was opened anew.

    The page tells it in the third place of the web socket's protocols, a secret that nobody else knows.
    """
    said = (st.context.headers.get("Sec-WebSocket-Protocol") or "").split(",")
    return said[2].strip() if len(said) > 2 else ""
