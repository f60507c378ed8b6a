"""Class: a room that students join by a code, where pages follow the teacher's and all answer together."""

import streamlit as st

from cnnviz.components.room_desk import room_desk
from cnnviz.ui.part import stage_of
from cnnviz.ui.room.lessons import ready
from cnnviz.ui.screen import close_screen, open_screen, say_rest
from cnnviz.ui.words import Words

WORDS = Words("room")

open_screen(WORDS)
with stage_of("room", 360):
    room_desk(ready(), code=st.query_params.get("code", ""))
say_rest(WORDS)
close_screen(WORDS)
