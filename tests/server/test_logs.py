"""One line a record, in another process as it is kept there: with what raised, and without what a visitor brought."""

import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.server.logs import one_line, where

SCRIPT = """
import logging, threading, warnings
from cnnviz.server.logs import keep_to_one_line
keep_to_one_line()
own = logging.getLogger("streamlit.somewhere")
own.propagate = False
own.addHandler(logging.StreamHandler())

def reads(name):
    try:
        raise FileNotFoundError(2, "No such file", name)
    except OSError as error:
        raise ValueError(f"cannot read\\n{name}") from error

try:
    reads("anna-meier.jpg")
except ValueError as error:
    logging.getLogger("cnnviz.x").error("Error %s", 12345678, exc_info=error)
    own.exception("first\\nsecond")
warnings.warn("mind\\nthis")
logging.getLogger("uvicorn.access").error("203.0.113.7 - GET /?photo=anna")
logging.getLogger("uvicorn.error").error('%s - "WebSocket %s" [accepted]', "203.0.113.7", "/_stcore/stream")
thread = threading.Thread(target=reads, args=("anna-meier.jpg",))
thread.start()
thread.join()
"""


def test_a_process_writes_a_line_a_record_whoever_logs():
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    lines = ran.stderr.splitlines()
    assert len(lines) == 4
    assert ran.stdout == ""
    assert "anna" not in ran.stderr
    assert "ERROR cnnviz.x: Error 12345678 · ValueError < <string>:13 reads < <string>:16 <module>" in lines[0]
    assert lines[0].endswith(", after FileNotFoundError")
    assert lines[1].startswith("first second · ValueError < ")
    assert "mind this" in lines[2]
    assert "A thread ended · ValueError < <string>:13 reads" in lines[3]


def told(message, *arguments):
    return one_line(logging.LogRecord("x", logging.INFO, "f.py", 1, message, arguments, None)).getMessage()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("from 203.0.113.7:5123 it came", "from …:5123 it came"),
        ("from [2001:db8::8a2e:370:7334]:5123", "from […]:5123"),
        ("anna.meier@students.example.org wrote", "… wrote"),
        ("running on http://127.0.0.1:8501 and 0.0.0.0", "running on http://127.0.0.1:8501 and 0.0.0.0"),
        ("at 12:34:56, torch 2.11.0, std::move, ratio 3:4", "at 12:34:56, torch 2.11.0, std::move, ratio 3:4"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
    ],
)
def test_addresses_are_left_out_and_times_are_not(text, kept):
    assert told("%s", text) == kept


@given(text=st.text(), numbers=st.tuples(*[st.integers(0, 255)] * 4))
def test_no_message_has_two_lines_or_a_machine_s_address(text, numbers):
    address = ".".join(map(str, numbers))
    found = told("%s %s", text, address)
    assert len(found.splitlines()) <= 1
    assert address in ("0.0.0.0", "127.0.0.1") or address not in found


def test_arguments_that_do_not_fit_are_no_error_of_the_log():
    assert told("%d files", "three") == "%d files"


def test_where_tells_the_innermost_line_first():
    def inner():
        return {}["key"]

    try:
        inner()
    except KeyError as error:
        found = where(error)
    assert found.startswith("KeyError < tests/server/test_logs.py:")
    assert found.index(" inner") < found.index(" test_where")
    assert "'key'" not in found
