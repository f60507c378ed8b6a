"""A script that raises, with the laboratory's handler of errors."""

from pathlib import Path

import streamlit as st

from cnnviz.server.script_errors import tell

app = st.App(str(Path(__file__).with_name("raising.py")), on_script_error=tell)
