"""Memory is given back once after people have left, and not while they come and go."""

import asyncio
import time
import weakref
from contextlib import suppress
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from cnnviz.engine import Layers, ModelChoice
from cnnviz.engine.local import LocalEngine
from cnnviz.server import idle_memory
from cnnviz.server.visits import CountVisits, Visits


async def until(happens, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not happens() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    return happens()


@pytest.fixture
def clock(monkeypatch):
    """The time of day, which goes on where the test says so."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(idle_memory, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def released(monkeypatch):
    calls = []
    monkeypatch.setattr(idle_memory, "_LOOK", 0.01)
    monkeypatch.setattr(idle_memory, "release", calls.append)
    return calls


def test_it_is_given_back_once_after_the_last_has_left(released, clock):
    async def story():
        visits = Visits()
        task = asyncio.create_task(idle_memory.give_back(visits, SimpleNamespace(engine="the engine")))
        await asyncio.sleep(0.1)
        assert not released, "nobody was there"
        for _ in range(2):
            visits.left = clock.now
            clock.now += idle_memory._KEPT
            await asyncio.sleep(0.1)
            assert not released, "somebody left a moment ago"
        clock.now += 1
        assert await until(lambda: released)
        assert released == ["the engine"]
        clock.now += 10 * idle_memory._KEPT
        await asyncio.sleep(0.1)
        assert len(released) == 1
        visits.open, visits.left = 1, clock.now
        clock.now += idle_memory._KEPT + 1
        assert await until(lambda: len(released) == 2)
        assert released[1] is None, "somebody is still there"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(story())


def test_a_page_that_closes_is_noted():
    async def page(socket):
        await socket.accept()
        await socket.close()

    visits = Visits()
    app = Starlette(routes=[WebSocketRoute("/", page)], middleware=[Middleware(CountVisits, visits=visits)])
    before = time.monotonic()
    with TestClient(app).websocket_connect("/"):
        pass
    assert visits.open == 0
    assert before <= visits.left <= time.monotonic()


def test_an_engine_forgets_and_answers_anew():
    engine = LocalEngine(device="cpu")
    try:
        request = Layers(ModelChoice("lenet-relu-mnist"))
        first = engine.ask(request)
        assert engine.statistics().result_bytes > 0
        computed = engine.statistics().computed
        idle_memory.release(engine)
        assert engine.statistics().result_bytes == 0
        assert engine.ask(request) == first
        assert engine.statistics().computed == 2 * computed
    finally:
        engine.close()


def test_it_can_be_asked_without_a_server():
    idle_memory.release(None)


def test_sessions_go_when_their_time_is_over_and_not_before(monkeypatch, clock):
    class Page:
        def __init__(self, name):
            self.id = name

    storage = MemorySessionStorage()
    storage._cache = type(storage._cache)(8, 120, timer=lambda: clock.now)  # Streamlit's own two minutes
    manager = SimpleNamespace(_session_storage=storage)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(_session_mgr=manager))
    page = Page("left")
    storage.save(SimpleNamespace(session=page))
    gone = weakref.ref(page)
    del page
    clock.now += idle_memory._KEPT - 2
    idle_memory.let_sessions_go()
    assert gone() is not None, "it may come back"
    clock.now += 2
    idle_memory.let_sessions_go()
    assert gone() is None
