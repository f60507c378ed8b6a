"""The least Streamlit app with a slider and a number that follows from it: what benchmarks are held against."""

import streamlit as st

stride = st.slider("Stride", 1, 8)
st.text(f"stride: {stride}")
