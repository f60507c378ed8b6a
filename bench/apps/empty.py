"""The least Streamlit app that answers a key: what benchmarks are held against."""

import streamlit as st

count = st.session_state.setdefault("count", 0)
if st.button("Again"):
    count = st.session_state["count"] = count + 1
st.text(f"count: {count}")
