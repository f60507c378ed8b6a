"""The widgets on which Streamlit itself says something, with its words replaced in another language than English."""

import streamlit as st

from cnnviz.ui.streamlit_words import say_streamlit_words

say_streamlit_words()
st.number_input("number", 0, 9, key="number")
st.text_area("text", key="text")
st.file_uploader("file", key="file")
st.camera_input("camera", key="camera")
st.selectbox("choice", ["one", "two"], key="choice")
