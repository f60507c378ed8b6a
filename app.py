"""cnnviz: page config, style and the menu."""

from pathlib import Path

import streamlit as st

from cnnviz.assets import icon
from cnnviz.components.kept import forget_all
from cnnviz.components.library import bring_library
from cnnviz.components.room import room
from cnnviz.components.theme import follow_theme
from cnnviz.ui import links, menu
from cnnviz.ui.engine import settle
from cnnviz.ui.hidden import say_unknown, shows
from cnnviz.ui.reconnection import run_when_reconnected
from cnnviz.ui.single_values import look_up_single_values
from cnnviz.ui.streamlit_words import say_streamlit_words
from cnnviz.ui.turns import STAGE, after_the_stage, in_turn

HERE = Path(__file__).parent
FRAMED = "cnnviz-framed"

with in_turn(STAGE):
    look_up_single_values()
    st.set_page_config(page_icon=icon(), layout="wide")
    pages = menu.pages()
    # Streamlit's own menu turns, on a phone, into lists that a screen reader cannot follow; two rows of links do not.
    page = st.navigation(list(pages.values()), position="hidden")
    name = next(name for name, each in pages.items() if each is page or each.url_path == page.url_path)
    links.arrive(name)
    forget_all()
    menu_box = menu.menu_box() if shows("menu") else None
    frame = st.container(key="frame")

    def draw_frame() -> None:
        """Draw what stands around every screen."""
        st.html(HERE / "assets" / "app.css")
        say_streamlit_words()
        with frame:
            bring_library()
            room()
            follow_theme()
            run_when_reconnected()
        if menu_box is not None:
            with menu_box:
                menu.draw_menu(pages, name)
            with frame:
                menu.tell_readers(name)
        st.session_state[FRAMED] = True

    # A browser keeps it from screen to screen.
    if FRAMED in st.session_state:
        after_the_stage(draw_frame)
    else:
        draw_frame()
    if name not in ("home", "room"):
        settle()
    say_unknown()
    page.run()
