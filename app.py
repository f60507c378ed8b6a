"""cnnviz: page config, style and the menu."""

from pathlib import Path

import streamlit as st

from cnnviz.components.library import bring_library
from cnnviz.components.room import room
from cnnviz.components.theme import follow_theme
from cnnviz.ui import links, menu
from cnnviz.ui.engine import settle
from cnnviz.ui.hidden import shows
from cnnviz.ui.kept import forget_all
from cnnviz.ui.reconnection import run_when_reconnected
from cnnviz.ui.single_values import look_up_single_values
from cnnviz.ui.turns import STAGE, in_turn

HERE = Path(__file__).parent

with in_turn(STAGE):
    look_up_single_values()
    st.set_page_config(page_icon=str(HERE / "assets" / "icon.png"), layout="wide")
    st.html(HERE / "assets" / "app.css")
    bring_library()
    pages = menu.pages()
    # Streamlit's own menu turns, on a phone, into lists that a screen reader cannot follow; two rows of links do not.
    page = st.navigation(list(pages.values()), position="hidden")
    name = next(name for name, each in pages.items() if each is page or each.url_path == page.url_path)
    links.arrive(name)
    forget_all()
    if shows("menu"):
        menu.draw_menu(pages, name)
    room()
    follow_theme()
    run_when_reconnected()
    if name not in ("home", "room"):
        settle()
    page.run()
