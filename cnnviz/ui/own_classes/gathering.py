"""Where photos of one's own are put into classes: names, files, the camera."""

import re

import streamlit as st

from cnnviz import images
from cnnviz.images.source import MAX_BYTES
from cnnviz.training.live.settings import KINDS
from cnnviz.ui.own_classes.own import WORDS, Own, OwnClass, own
from cnnviz.ui.own_classes.state import FORM
from cnnviz.ui.refusals import refuse
from cnnviz.ui.words import listed

text = WORDS.text
_LONGEST = 24  # letters of a name
_TOLD = 3  # refusals in full
_CAMERA = "camera"


def gather() -> None:
    """Draw the choice of a class, its name, and what puts photos into it or takes them away."""
    mine = own()
    _choose_class(mine)
    name = mine.classes[mine.current].name
    key = FORM.key(f"files-{mine.round}")
    st.file_uploader(
        text("files", name=name),
        key=key,
        help=text("files_help", kinds=listed(images.KINDS)),
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 2**20,
        on_change=lambda: mine.receive(st.session_state[key]),
    )
    for told in mine.refused[:_TOLD]:
        refuse(told)
    if len(mine.refused) > _TOLD:
        st.caption(text("refused_more", count=len(mine.refused) - _TOLD))
    _draw_camera(mine, name)
    _edit_class(mine)
    st.caption(text("kept_where"))


def _choose_class(mine: Own) -> None:
    key = FORM.key("current")
    if st.session_state.get(key) != mine.current:
        st.session_state[key] = mine.current

    def choose() -> None:
        mine.current = st.session_state[key]
        st.session_state.pop(FORM.key("name"), None)

    st.segmented_control(
        WORDS.label("current"),
        range(len(mine.classes)),
        format_func=lambda number: f"{mine.classes[number].name} ({len(mine.classes[number].photos)})",
        key=key,
        on_change=choose,
        required=True,
        width="content",
    )


def _edit_class(mine: Own) -> None:
    key = FORM.key("name")
    if key not in st.session_state:
        st.session_state[key] = mine.classes[mine.current].name

    def rename() -> None:
        # What Markdown and Plotly would take for signs of theirs is left out.
        written = re.sub(r"[^\w .,’'+-]|_", "", st.session_state[key]).strip()
        mine.classes[mine.current].name = ""
        mine.classes[mine.current].name = st.session_state[key] = mine.free_name(written)

    def add() -> None:
        mine.classes.append(OwnClass(mine.free_name()))
        mine.current = len(mine.classes) - 1
        st.session_state.pop(key, None)

    def remove() -> None:
        mine.classes.pop(mine.current)
        mine.current = max(0, mine.current - 1)
        st.session_state.pop(key, None)

    def undo() -> None:
        mine.classes[mine.current].photos.pop()

    st.text_input(WORDS.label("name"), key=key, max_chars=_LONGEST, on_change=rename)
    acts = {
        "add": ("add", add, len(mine.classes) >= KINDS[1]),
        "remove": ("delete", remove, len(mine.classes) <= KINDS[0]),
        "undo": ("undo", undo, not mine.classes[mine.current].photos),
    }
    with st.container(horizontal=True, gap="small", key=FORM.key("classes-row")):
        for name, (icon, act, disabled) in acts.items():
            st.button(WORDS.label(name), icon=f":material/{icon}:", key=FORM.key(name), on_click=act, disabled=disabled)


def _draw_camera(mine: Own, name: str) -> None:
    if not st.toggle(WORDS.label("camera"), key=FORM.key(_CAMERA)):
        return
    key = FORM.key(f"camera-{mine.round}")

    def take() -> None:
        if (photo := st.session_state[key]) is not None:
            mine.receive([photo])

    st.camera_input(text("camera", name=name), key=key, on_change=take)
