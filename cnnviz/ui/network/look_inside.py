"""The network on the screens that look into one: with random weights, or with those of a file."""

import streamlit as st

from cnnviz import models
from cnnviz.design import LIBRARY
from cnnviz.errors import ModelError
from cnnviz.images.example_sets import EXAMPLE_SETS, PATCHES
from cnnviz.ui import links
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.model_choice import OWN
from cnnviz.ui.network.state import FORM, WORDS, model_name
from cnnviz.ui.own_weights import choose_own_weights
from cnnviz.ui.refusals import translated

# The screens where any network can be chosen.
_LOOK_INSIDE = ("activations", "filters", "receptive_field", "why", "invariance")
# By the size of what a network reads, the link to what it can learn from live.
_EXAMPLES: dict[tuple[int, ...], dict[str, str]] = {
    EXAMPLE_SETS["mnist"].size: {},
    EXAMPLE_SETS[PATCHES].size: {"examples": PATCHES},
}
say, text = WORDS.say, WORDS.text


def look_inside(net: str, input_size: tuple[int, ...]) -> None:
    """Offer the screens for a network that works on (N, C, H, W), and for one's own a file of weights."""
    own = not net.startswith(LIBRARY)
    name = model_name(net, input_size)
    st.subheader(WORDS.label("look_inside"))
    try:
        card = models.card(name)
    except ModelError as error:
        st.caption(translated(error))
        return
    say("look_inside" if own else "look_inside_library")
    link = {**links.visit(), "model": name}
    if own:
        with st.container(key=FORM.key("weights")):
            if choose_own_weights(FORM, name, edited=True) is not None:
                link["weights"] = OWN
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=FORM.key("look-inside")):
        opens = "opens_with_own" if "weights" in link else "opens" if card.trained else "opens_with_random"
        st.caption(text(opens), width="content")
        for screen in SCREENS:
            if screen.name in _LOOK_INSIDE:
                st.page_link(
                    screen.path,
                    label=screen.label,
                    icon=f":material/{screen.icon}:",
                    query_params=link,
                    width="content",
                )
    if own and (examples := _EXAMPLES.get(tuple(input_size[1:]))) is not None:
        train = next(screen for screen in SCREENS if screen.name == "training")
        st.page_link(
            train.path,
            label=text("train"),
            icon=f":material/{train.icon}:",
            query_params={**links.visit(), "net": net, **examples},
        )
