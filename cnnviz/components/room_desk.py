"""The page of a class: its doors, and the desk of a teacher whose room is open; between the browser and /api/rooms.

room_desk(lessons, code="ABCDEF")
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnviz.components.language import language, words_of
from cnnviz.components.register import register

_mount = register("room_desk", '<div class="root"></div>')


def room_desk(lessons: Sequence[Mapping[str, Any]], *, code: str) -> None:
    """Draw it; `lessons` are ready ones, as a room takes them, and `code` is one that a link brought, or ""."""
    names = ("room_question", "room", "room_send", "room_desk")
    words = {name: text for each in names for name, text in words_of(each, None).items()}
    data = {"lessons": [dict(each) for each in lessons], "code": code[:6], "words": {**words, "language": language()}}
    _mount(data=data, key="room-desk")
