"""What a visitor and the log are told where a script raises."""

import re
import subprocess
import sys

from streamlit.testing.v1 import AppTest


def script():
    import streamlit as st

    from cnnviz.server.script_errors import tell

    try:
        raise KeyError("anna-meier.jpg")
    except KeyError as error:
        st.caption(f"tell returned {tell(error)}")


def test_one_sentence_whose_number_is_in_the_log(caplog):
    page = AppTest.from_function(script, default_timeout=30).run()
    [told] = [error.value for error in page.error]
    assert not page.exception
    assert page.caption[0].value == "tell returned True"
    number = re.search(r"error \*\*(\d{8})\*\*", told)[1]
    assert "anna" not in told
    assert "Traceback" not in told
    [record] = [record for record in caplog.records if record.name == "cnnviz.server.script_errors"]
    assert record.getMessage() == f"Error {number}"
    assert record.exc_info[0] is KeyError


def test_two_errors_have_two_numbers():
    first, second = (AppTest.from_function(script, default_timeout=30).run().error[0].value for _ in range(2))
    assert first != second


RAISING = """
from streamlit.error_util import handle_user_script_exception
from cnnviz.server.logs import keep_to_one_line
from cnnviz.server.script_errors import log_once, tell

keep_to_one_line()
log_once()
for _ in range(2):
    try:
        raise KeyError("anna-meier.jpg")
    except KeyError as error:
        handle_user_script_exception(error, tell)
"""


def test_the_log_has_one_line_an_error_and_none_of_streamlit_s_own():
    ran = subprocess.run([sys.executable, "-c", RAISING], capture_output=True, text=True, check=True, timeout=60)
    text = ran.stdout + ran.stderr
    assert "anna" not in text
    # Outside of a server Streamlit also says that it is there.
    lines = [line for line in text.splitlines() if re.search("error|exception|raise|traceback", line, re.IGNORECASE)]
    assert len(lines) == 2
    for line in lines:
        assert re.search(r"ERROR cnnviz.server.script_errors: Error \d{8} · KeyError < <string>:10 <module>$", line)
