"""How often the browser has fragments run again by itself, told from within: as often as it changes, and to no end.

Streamlit's `run_every` is told where a fragment is made, and so only by a run of all that is around it.
"""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState


def current_fragment() -> str:
    """Return the id of the fragment that runs, "" outside of any."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ""
    return ThreadState.get().fragment_id or ""


def run_every(seconds: float, fragment: str) -> None:
    """Have a fragment run every so many seconds from now on, with 0 no more."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not fragment:
        return
    message = ForwardMsg()
    if seconds:
        message.auto_rerun.fragment_id, message.auto_rerun.interval = fragment, seconds
    else:
        message.stop_auto_rerun.fragment_ids.append(fragment)
    context.enqueue(message)
