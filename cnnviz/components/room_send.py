"""Two keys beside a screen's question, which the teacher of a room alone sees: ask the room, keep it in the lesson."""

from collections.abc import Sequence

from cnnviz.components.language import words_of
from cnnviz.components.register import register

_mount = register("room_send", '<div class="root"><div class="acts" hidden></div></div>')


def room_send(asked: str, options: Sequence[str], right: int, why: str, *, key: str) -> None:
    """Draw the keys for a question; `right` is the place of its answer in `options`."""
    question = {"asked": asked, "options": list(options), "right": right, "why": why}
    _mount(data={"question": question, "words": words_of("room_send", None)}, key=key)
