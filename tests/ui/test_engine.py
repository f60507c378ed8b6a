"""How a page asks the engine: what it asks now stands in the queue in place of what it asked before."""

import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.engine.jobs import LocalTicket
from cnnviz.errors import CnnvizError
from cnnviz.ui.engine import SETTLED


class Engine:
    """An engine that notes what it is asked, and refuses all of it."""

    def __init__(self):
        self.asked = []

    def submit(self, request, *, session=None, supersedes=False):
        self.asked.append((type(request).__name__, session, supersedes))
        ticket = LocalTicket()
        ticket.set_exception(CnnvizError("Not today."))
        return ticket


@pytest.fixture
def engine(monkeypatch):
    engine = Engine()
    monkeypatch.setattr("cnnviz.ui.engine.engine", lambda: engine)
    return engine


def page():
    import streamlit as st

    from cnnviz.engine.requests import Layers, ModelChoice
    from cnnviz.ui.engine import ask
    from cnnviz.ui.network.library import of_library

    st.write(ask(Layers(ModelChoice("resnet18"))))
    st.write(of_library("resnet18", (1, 3, 224, 224)).error)


def test_every_request_of_a_page_supersedes_its_session_s_older_one(engine):
    first, second = (AppTest.from_function(page, default_timeout=30).run() for _ in range(2))
    assert not first.exception
    assert [error.value for error in first.error] == ["Not today."]
    first.run()
    assert {kind for kind, _, _ in engine.asked} == {"Layers", "Analyze"}
    assert all(supersedes for _, _, supersedes in engine.asked)
    sessions = [session for _, session, _ in engine.asked]
    # Two pages are two sessions, and a page stays the same one.
    assert sessions[:2] == sessions[4:]
    assert len({*sessions}) == 2
    assert not second.exception


def waiting():
    import streamlit as st

    from cnnviz.ui.engine import settle

    settle()
    st.caption("the screen")


def test_a_screen_waits_while_another_thread_imports_torch():
    SETTLED.clear()
    timer = threading.Timer(0.6, SETTLED.set)
    began = time.monotonic()  # before the timer's own start, else a slow start counts as an early end
    timer.start()
    page = AppTest.from_function(waiting).run(timeout=20)
    assert time.monotonic() - began >= 0.6
    assert [caption.value for caption in page.caption] == ["the screen"]
    page.run(timeout=20)
    assert not page.exception
