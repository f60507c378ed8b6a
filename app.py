"""cnnviz: page config and the menu."""

import streamlit as st

st.set_page_config(page_title="cnnviz", page_icon="assets/icon.png", layout="wide")

menu = {
    "": [st.Page("pages/home.py", title="Home", icon=":material/home:", default=True)],
    "Basics": [
        st.Page(
            "pages/basics/convolution.py",
            title="Convolution",
            icon=":material/grid_on:",
            help="A window slides over numbers; every sum can be pointed at, played and changed.",
        ),
        st.Page(
            "pages/basics/pooling.py",
            title="Pooling",
            icon=":material/compress:",
            help="Windows that keep one number each, and what stays when the picture moves.",
        ),
        st.Page(
            "pages/basics/connectivity.py",
            title="Connectivity",
            icon=":material/hub:",
            help="From all connections to a convolution in three steps, counted and drawn as a matrix.",
        ),
    ],
    "Inspect": [
        st.Page(
            "pages/inspect/activations.py",
            title="Activations",
            icon=":material/layers:",
            help="A photo in, every layer's activation maps out; any single number explained.",
        ),
        st.Page(
            "pages/inspect/filters.py",
            title="Filters",
            icon=":material/blur_on:",
            help="What each filter learned, and what it looks for in a photo.",
        ),
        st.Page(
            "pages/inspect/receptive_field.py",
            title="Receptive field",
            icon=":material/center_focus_strong:",
            help="What a unit sees of the layer before and of the photo, and what of that really matters to it.",
        ),
    ],
    "Design": [
        st.Page(
            "pages/design/layer.py",
            title="One layer",
            icon=":material/calculate:",
            help="A layer's output size, parameters, MACs and memory, with the formula in your numbers.",
        ),
        st.Page(
            "pages/design/network.py",
            title="Network",
            icon=":material/account_tree:",
            help="Sizes, parameters, MACs, memory and receptive fields of a network, while you edit it.",
        ),
    ],
    "Transform": [
        st.Page(
            "pages/transform/spatial_transformer.py",
            title="Spatial transformer",
            icon=":material/transform:",
            help="Six numbers that say where to look: by dragging a box, and as a network learns them.",
        ),
        st.Page(
            "pages/transform/invariance.py",
            title="Invariance",
            icon=":material/rotate_right:",
            help="A picture moved, turned, scaled and lit: what the answer and each layer make of it.",
        ),
    ],
}
# Streamlit keeps space free for a toolbar which this app does not show. And formulas, which are broken to fit a phone,
# must not become regions to scroll for a pixel or two, which no key could reach. Nor must a choice end off the screen.
# Small pictures that are compared stand two by two on a phone; Streamlit lets no chart be much narrower.
st.html("""<style>
.stMainBlockContainer { padding-top: 2rem }
.stApp .katex-display { overflow: hidden !important; padding: 2px 4px }
[data-testid=stButtonGroup] [role=radiogroup] { flex-wrap: wrap }
@media (max-width: 640px) {
  .st-key-abreast [data-testid=stColumn] { flex: 1 1 40%; min-width: 40% }
}
</style>""")
# Streamlit's own menu turns, on a phone, into lists that a screen reader cannot follow; a row of links wraps instead.
page = st.navigation(menu, position="hidden")
with st.container(horizontal=True, gap="small"):
    for screens in menu.values():
        for screen in screens:
            st.page_link(screen, width="content")
page.run()
