"""What a visitor and the log are told where a script raises."""

import logging
import re

from streamlit.testing.v1 import AppTest

from cnnviz.server.script_errors import log_once


def script():
    import streamlit as st

    from cnnviz.server.script_errors import tell

    try:
        raise KeyError("anna-meier.jpg")
    except KeyError as error:
        st.caption(f"tell returned {tell(error)}")


def test_one_sentence_whose_number_is_in_the_log(caplog):
    page = AppTest.from_function(script).run()
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
    first, second = (AppTest.from_function(script).run().error[0].value for _ in range(2))
    assert first != second


def test_streamlit_s_own_line_about_the_same_error_is_left_out_and_its_others_are_not():
    log = logging.getLogger("streamlit.error_util")
    before = [*log.filters]
    log_once()
    try:
        texts = ["Uncaught app execution", "on_script_error handler raised an exception"]
        records = [logging.LogRecord(log.name, logging.ERROR, "f.py", 1, text, (), None) for text in texts]
        assert [bool(log.filter(record)) for record in records] == [False, True]
    finally:
        log.filters[:] = before
