"""The frame of every screen: its title and idea above, things to try below."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.components.kept import draw_kept
from cnnviz.ui import links
from cnnviz.ui.hidden import shows
from cnnviz.ui.words import COMMON, Words


def open_screen(words: Words) -> None:
    """Draw the title and the idea, one or two lines."""
    st.title(words.label("title"))
    say_idea(words)


def say_idea(words: Words) -> None:
    """Say the idea, of which a phone shows the line that ends it: the rest stands there below the stage."""
    if not shows("idea"):
        return
    with st.container(key=f"{words.name}-idea-line"):
        st.markdown(f"{words.text('idea')}\n\n{words.text('idea_line')}")


def say_rest(words: Words) -> None:
    """Say the rest of the idea; only a phone shows it."""
    if not shows("idea"):
        return

    def draw() -> None:
        with st.container(key=f"{words.name}-idea-rest"):
            words.say("idea")

    draw_kept(("idea", words), draw)


def choose_part(words: Words, parts: Sequence[str], former: str = "", carried: Sequence[str] = ()) -> str:
    """Draw the title of a screen of several parts and the choice beside it; return the open one, "" for the first.

    `parts` are their names in a link; the lesson calls them part.NAME, and the first part.first. `former` is a pattern
    that the parameters of old links begin with, `carried` the names that parts share, set alike in all.
    """
    links.keep_to(words.name, parts, former)
    key, now = f"{words.name}.part", links.part_of(words.name)
    if st.session_state.get(key) != now:
        st.session_state[key] = now
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key=f"{words.name}-parts-row"):
        st.title(words.label("title"), width="content")
        st.segmented_control(
            COMMON.label("part"),
            parts,
            default=now,
            format_func=lambda part: words.label(f"part.{part or 'first'}"),
            key=key,
            on_change=lambda: links.open_part(words.name, st.session_state[key], carried),
            label_visibility="collapsed",
            required=True,
            width="content",
        )
    return now


def close_screen(words: Words) -> None:
    """Draw what there is to know beside the stage, where the lesson has more, and things to change."""
    if not shows("try"):
        return
    with st.expander(COMMON.label("try"), icon=":material/explore:"):
        words.say("try")
