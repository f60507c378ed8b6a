"""A tour through a screen: a card with a few words a step at the foot of the window, and the button that begins it.

    tour("photo", steps, at=None, key="tour", on_step=print)

On a map of a network the tour is part of `network_map` instead.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from cnnviz.components.language import words_of
from cnnviz.components.register import register

BEGIN = '<button class="begin" type="button" hidden></button>'
CARD = """
<section class="tour" hidden>
  <div class="said" aria-live="polite"></div>
  <div class="turns">
    <button class="back" type="button"></button>
    <button class="next" type="button"></button>
    <button class="leave" type="button">✕</button>
  </div>
</section>
"""

_mount = register("tour", f'<div class="root">{BEGIN}{CARD}</div>')


def tour(
    name: str, steps: Sequence[Mapping[str, Any]], *, at: int | None, key: str, on_step: Callable[[int | None], None]
) -> None:
    """Draw the button, and the card of the step `at`, None for none.

    A step has its `words`, and what it may `set` by the names in a link. `on_step` hears of the one that is gone to,
    and of None when the tour is left.
    """

    def told() -> None:
        step = st.session_state[key].step
        if step is not None:
            on_step(None if step < 0 else int(step))

    data = {"name": name, "steps": [dict(step) for step in steps], "at": at, "words": words_of("tour", None)}
    _mount(data=data, key=key, on_step_change=told)
