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


def acted_in(fragment: str) -> bool:
    """Return whether the run can be due to an act on a widget of a fragment, "" for one outside of any; in a callback.

    An act runs the widget's own fragment again, or the page. Where another fragment runs, the browser did so by itself,
    and sent along what its widgets showed before it heard what was set here meanwhile: nobody did that.
    """
    context = get_script_run_ctx(suppress_warning=True)
    running = None if context is None else context.fragment_ids_this_run
    return not running or fragment in running


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
