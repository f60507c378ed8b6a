"""Number inputs, lists and sliders that look one value up, where Streamlit puts all of the session together for each.

For that it makes every component's value anew, and a class for each: a sixth of an act on Activations, and of one by
hand on Spatial transformer.
"""

from dataclasses import dataclass
from typing import Any

from streamlit.elements.widgets import number_input, selectbox, slider
from streamlit.runtime.state import get_session_state

_WIDGETS: tuple[Any, ...] = (number_input, selectbox, slider)


@dataclass(frozen=True)
class _Session:
    """What the widgets ask a session: whether a key is in its state, and what it holds, which they may set right."""

    filtered_state: Any

    def reset_state_value(self, key: str, value: object) -> None:
        """Set what a key holds that is out of the range of its widget now."""
        self.filtered_state.reset_state_value(key, value)


def look_up_single_values() -> None:
    """Let these widgets do so from now on; once is enough."""
    for module in _WIDGETS:
        # A Streamlit that has it otherwise is left as it is.
        if getattr(module, "get_session_state", None) is get_session_state:
            module.get_session_state = lambda: _Session(get_session_state())
