"""Raises in a fragment and in a callback, as `raising_server.py` serves it."""

import streamlit as st


def raises() -> None:
    raise ValueError("in a callback")


@st.fragment
def part() -> None:
    st.button("callback", on_click=raises)
    if st.button("fragment"):
        raise ValueError("in a fragment")


st.write("Before.")
part()
st.write("After.")
