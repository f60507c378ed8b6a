"""A page whose connection was lost and is there again."""

from datetime import timedelta

import streamlit as st


@st.fragment(run_every=timedelta(days=1))
def run_when_reconnected() -> None:
    """Have the browser ask for a run of the whole page when it connects again; call once a run.

    Its session may have ended with its process, and the new one knows no part of the page: without a run of the whole,
    the page would look as before and answer to nothing. Streamlit's client asks for one by itself only where a part
    runs at intervals. This part draws nothing.
    """
