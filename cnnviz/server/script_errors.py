"""What a visitor sees where a script raises: one sentence, with the number under which it stands in the log."""

import logging

from cnnviz.errors import new_number

_log = logging.getLogger(__name__)
_streamlit_log = logging.getLogger("streamlit.error_util")


def tell(error: Exception) -> bool:
    """Log an error and show its number in place; return True, for Streamlit then shows nothing of its own.

    For the `on_script_error` of st.App, which is also called in callbacks and in fragments.
    """
    import streamlit as st

    from cnnviz.ui.words import COMMON

    number = new_number()
    _log.error("Error %s", number, exc_info=error)
    st.error(COMMON.text("script_error", number=number), icon=":material/error:")
    return True


def log_once() -> None:
    """Leave out what Streamlit itself writes of an error that `tell` logs too; call once, at the start."""
    from streamlit import config

    config.set_option("logger.enableRich", False)
    _streamlit_log.addFilter(lambda record: not record.getMessage().startswith("Uncaught app execution"))
