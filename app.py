"""cnnviz: page config and the menu."""

import streamlit as st

st.set_page_config(page_title="cnnviz", page_icon="assets/icon.png", layout="wide")

menu = {
    "": [st.Page("screens/home.py", title="Home", icon=":material/home:", default=True)],
    "Inspect": [
        st.Page(
            "screens/inspect/activations.py",
            title="Activations",
            icon=":material/layers:",
            help="A photo in, every layer's activation maps out; any single number explained.",
        ),
        st.Page(
            "screens/inspect/filters.py",
            title="Filters",
            icon=":material/blur_on:",
            help="What each filter learned, and what it looks for in a photo.",
        ),
    ],
}
# The space that Streamlit keeps free for a toolbar which this app does not show.
st.html("<style>.stMainBlockContainer { padding-top: 2rem }</style>")
# Streamlit's own menu turns, on a phone, into lists that a screen reader cannot follow; a row of links wraps instead.
page = st.navigation(menu, position="hidden")
with st.container(horizontal=True, gap="small"):
    for screens in menu.values():
        for screen in screens:
            st.page_link(screen, width="content")
page.run()
