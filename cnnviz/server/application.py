"""The ASGI application, for `streamlit run cnnviz/server/application.py` or uvicorn."""

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from cnnviz.assets import APP, ASSETS
from cnnviz.server.first_paint import FirstPaint

# Beside an app.py, Streamlit takes a folder pages/ for the screens themselves until app.py has run for the first time,
# and tells the first visitor of any screen that there is no such page.
PagesManager.uses_pages_directory = False

app = st.App(str(APP), middleware=[Middleware(FirstPaint, style=(ASSETS / "app.css").read_text(encoding="utf-8"))])
