"""The visitor's language, and a component's words in it."""

from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.lessons import ENGLISH, labels, languages


def language() -> str:
    """Return the language of this visit: that of `?lang=`, else the browser's, else English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    chosen = st.query_params.get("lang") or st.session_state.get("language")
    if chosen in languages():
        st.session_state["language"] = chosen
        return str(chosen)
    wanted = str(st.context.locale or ENGLISH).split("-")[0].lower()
    return wanted if wanted in languages() else ENGLISH


def words_of(component: str, given: Mapping[str, str] | None) -> dict[str, str]:
    """Return a component's words, section `component` of components.md, with those `given` in their places."""
    return {**labels(language(), "components", component), **(given or {})}
