"""Texts that live in the link and outlast a visit to another screen, whatever draws them."""

import streamlit as st


def linked(key: str, default: str) -> str:
    """Return the text `key`: that of a link just opened, else the session's, else the default, and keep the link so.

    Call it once a run, before anything is drawn from it.
    """
    kept, seen = f"linked-{key}", f"linked-{key}-seen"
    here = st.query_params.get(key)
    if here is not None and here != st.session_state.get(seen):
        st.session_state[kept] = here
    value = str(st.session_state.setdefault(kept, default))
    if value == default:
        st.query_params.pop(key, None)
    elif here != value:
        st.query_params[key] = value
    st.session_state[seen] = st.query_params.get(key)
    return value


def put(key: str, value: str) -> None:
    """Give the text `key` a value, in a callback: the run that follows shows it and has it in the link."""
    st.session_state[f"linked-{key}"] = value
