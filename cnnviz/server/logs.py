"""The server's log: a line a record, an error's too, and nothing in it that a visitor brought.

What a program raises often quotes what it was given: a file's name, a part of a text, an address. So an error is logged
by its type and the lines of code that led to it, and not in its own words.
"""

import logging
import re
import threading
import traceback
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any

_PERSON = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MACHINE = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:]*:[\da-f.:]*)(?![\w])", re.IGNORECASE)
_SERVERS_OWN = ("0.0.0.0", "127.0.0.1", "::", "::1")
_FRAMES = 6

Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def keep_to_one_line() -> None:
    """Make every record that this process logs from now on one line without addresses; call once, at the start."""
    before = logging.getLogRecordFactory()

    def make(*arguments: Any, **keywords: Any) -> logging.LogRecord:
        return one_line(before(*arguments, **keywords))

    logging.setLogRecordFactory(make)
    # Who asked for what: of no use here, and a proxy before this server can tell it where it is wanted.
    logging.getLogger("uvicorn.access").addFilter(lambda record: False)
    logging.getLogger("uvicorn.error").addFilter(_is_told)
    logging.captureWarnings(True)
    threading.excepthook = _log_of_thread
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def one_line(record: logging.LogRecord) -> logging.LogRecord:
    """Return a record, changed: its message on one line without addresses, what was raised told at its end."""
    try:
        text = record.getMessage()
    except Exception:  # as logging itself: a line that can't be made is no reason to stop the program
        text = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    raised = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    text = _MACHINE.sub(_hidden, _PERSON.sub("…", " ".join(text.split())))
    record.msg = text if raised is None else f"{text} · {where(raised)}"
    record.args, record.exc_info, record.exc_text, record.stack_info = None, None, None, None
    return record


def where(error: BaseException) -> str:
    """Return an error's type and the last lines of code that led to it, the innermost first, and so its cause's."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    told = " < ".join((type(error).__name__, *places))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told if cause is None else f"{told}, after {type(cause).__name__}"


def _hidden(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:  # such as a time of day
        return found[0]
    return found[0] if found[0] in _SERVERS_OWN else "…"


def _short(path: str) -> str:
    """Return a file by its last three names: enough to find it, and without a home folder's."""
    return "/".join(Path(path).parts[-3:])


def _is_told(record: logging.LogRecord) -> bool:
    # uvicorn's message for a terminal would be filled with the arguments, which are gone.
    vars(record).pop("color_message", None)
    return '"WebSocket ' not in record.getMessage()


def _log_of_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is SystemExit or arguments.exc_value is None:
        return
    raised: Raised = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    logging.getLogger("cnnviz.server").error("A thread ended", exc_info=raised)
