"""The visitor's language, and a component's words in it."""

from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.lessons import ENGLISH, labels, languages

_KEPT = "cnnviz-language"


def language() -> str:
    """Return the language of this visit: that of `?lang=`, else the browser's, else English."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return ENGLISH
    # A run asks for a hundred words and more, and each look into the link and the session takes longer than the word.
    asked, kept = (context.query_string, context.context_info), vars(context)
    if kept.get(_KEPT, (None,))[0] != asked:
        kept[_KEPT] = asked, _language()
    return str(kept[_KEPT][1])


def _language() -> str:
    chosen = st.query_params.get("lang") or st.session_state.get("language")
    if chosen in languages():
        st.session_state["language"] = chosen
        return str(chosen)
    wanted = str(st.context.locale or ENGLISH).split("-")[0].lower()
    return wanted if wanted in languages() else ENGLISH


def words_of(component: str, given: Mapping[str, str] | None) -> dict[str, str]:
    """Return a component's words, section `component` of components.md, with those `given` in their places."""
    return {**labels(language(), "components", component), **(given or {})}
