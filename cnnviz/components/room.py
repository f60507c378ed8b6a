"""The line of every page to the room that it is in: a strip at its foot, the question, and the teacher's keys.

All of it is between the browser and /api/rooms; no script runs for it.
"""

from cnnviz.components.language import words_of
from cnnviz.components.register import register

ASKING = '<section class="asking" hidden></section>'

_mount = register("room", f'<div class="root">{ASKING}<section class="strip" hidden></section></div>')


def room() -> None:
    """Join the page to its room, where it is in one; call once a run of the whole script."""
    names = ("room_send", "room_question", "room")
    words = {name: text for each in names for name, text in words_of(each, None).items()}
    _mount(data={"words": words}, key="room")
