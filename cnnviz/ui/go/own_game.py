"""A record of one's own: it stays with the visit, and no link can hold it."""

from typing import NamedTuple

import streamlit as st

from cnnviz.go.records import Record, read
from cnnviz.ui.form import Form

_KEPT = "go-own-game"
_MEGABYTES = 1


class _Kept(NamedTuple):
    file: str
    record: Record


def own_game(form: Form) -> Record | None:
    """Return the record that was chosen last on this visit, None while there is none.

    Raises GoError for a file that is none; the one before stays then.
    """
    kept: _Kept | None = st.session_state.get(_KEPT)
    file = st.session_state.get(form.key("sgf"))
    if file is not None and (kept is None or kept.file != file.file_id):
        kept = st.session_state[_KEPT] = _Kept(file.file_id, read(file.getvalue()))
    return None if kept is None else kept.record


def choose_own_game(form: Form) -> None:
    """Draw the choice of a file."""
    st.file_uploader(form.words.label("sgf"), key=form.key("sgf"), max_upload_size=_MEGABYTES)
