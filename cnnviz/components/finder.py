"""A list of places in the app, to find by typing or to read in order; each can be opened, or its link copied.

finder(entries, key="find", search=True, words=…, on_open=…)     # shows what fits the typed words
finder(entries, key="path", search=False, words=…, on_open=…)    # shows all
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from cnnviz.components.register import register

_HTML = """
<div class="root">
  <label class="find"><span></span><input type="search" autocomplete="off" spellcheck="false"></label>
  <ol class="list"></ol>
  <p class="count" role="status"></p>
</div>
"""

_mount = register("finder", _HTML)


@dataclass(frozen=True)
class Entry:
    """A place: its title, a sentence about it, the address below the app's root, and more words that lead to it."""

    title: str
    note: str
    address: str
    words: str = ""


def finder(
    entries: Sequence[Entry], *, key: str, search: bool, words: Mapping[str, str], on_open: Callable[[str], None]
) -> None:
    """Draw the list; `on_open` is told the address of the entry that was opened, in a callback.

    `words` are find, placeholder, none, copy and copied, in the visitor's language.
    """

    def opened() -> None:
        address = st.session_state[key].open
        if address is not None:
            on_open(str(address))

    data = {"entries": [asdict(entry) for entry in entries], "search": search, "words": dict(words)}
    _mount(data=data, key=key, on_open_change=opened)
