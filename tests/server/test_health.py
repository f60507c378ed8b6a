"""Whether a process says that it serves, by the state of an engine that the test holds in its hand."""

import asyncio
import threading
import time
from types import SimpleNamespace

import anyio
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cnnviz.engine.interface import Statistics
from cnnviz.server import health
from cnnviz.server.health import health_route
from cnnviz.server.metrics import metrics_route
from cnnviz.server.visits import CountVisits, Visits
from cnnviz.server.warm_up import WarmUp
from cnnviz.ui import engine as engine_of_pages

COUNTS = Statistics(
    hits=1, misses=2, joined=3, computed=4, failed=5, dropped=6, waiting=7, result_bytes=8, model_bytes=9, device="cpu"
)


class Engine:
    def __init__(self):
        self.free = threading.Event()
        self.free.set()

    def answers(self, timeout):
        return self.free.wait(timeout)

    def statistics(self):
        return COUNTS


@pytest.fixture
def warm_up():
    return WarmUp()


@pytest.fixture
def client(warm_up):
    visits = Visits()
    app = Starlette(routes=[health_route(warm_up), metrics_route(warm_up, visits)])
    return TestClient(CountVisits(app, visits))


def test_while_it_starts_it_is_unavailable(client):
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()) == (503, {"state": "starting", "engine": None})
    assert answer.headers["cache-control"] == "no-store"
    assert "cnnviz_ready 0.0" in client.get("/api/metrics").text


def test_ready_with_the_engine_s_state(client, warm_up):
    warm_up.engine = Engine()
    warm_up.over.set()
    answer = client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json()["state"] == "ready"
    assert answer.json()["engine"] | {"hits": 1, "waiting": 7, "device": "cpu"} == answer.json()["engine"]


def test_a_worker_that_hangs_is_told_soon_and_is_well_again_when_it_answers(client, warm_up, monkeypatch):
    monkeypatch.setattr(health, "MOMENT", 0.2)
    warm_up.engine = Engine()
    warm_up.over.set()
    warm_up.engine.free.clear()
    began = time.monotonic()
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()["state"]) == (503, "silent")
    assert 0.2 <= time.monotonic() - began < 5
    warm_up.engine.free.set()
    assert client.get("/api/health").status_code == 200


def test_many_who_ask_while_the_worker_hangs_hold_up_nobody_elses_threads(warm_up, monkeypatch):
    monkeypatch.setattr(health, "MOMENT", 30)
    warm_up.engine = Engine()
    warm_up.over.set()
    warm_up.engine.free.clear()
    endpoint = health_route(warm_up).endpoint

    async def story():
        # More than there are threads for all that Starlette and Streamlit do in one.
        asked = [asyncio.create_task(endpoint(None)) for _ in range(100)]
        try:
            await asyncio.sleep(0.1)
            with anyio.fail_after(10):
                return await anyio.to_thread.run_sync(lambda: "an upload")
        finally:
            warm_up.engine.free.set()
            assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}

    assert asyncio.run(story()) == "an upload"


def test_visitors_wait_for_its_imports_and_not_for_its_last_picture(warm_up, monkeypatch):
    class Slow(Engine):
        def __init__(self):
            super().__init__()
            self.asked, self.shown = [], threading.Event()

        def ask(self, request, timeout):
            self.asked.append((type(request).__name__, engine_of_pages.SETTLED.is_set()))
            if len(self.asked) == 1:
                return SimpleNamespace(rows=[SimpleNamespace(name="conv", kind="Conv2d", shape=(4, 8, 8))])
            return self.shown.wait(30)

    slow = Slow()
    monkeypatch.setattr(engine_of_pages, "engine", lambda: slow)
    monkeypatch.setattr("cnnviz.engine.garbage.settle", lambda: None)
    engine_of_pages.SETTLED.clear()
    bringing = threading.Thread(target=warm_up._bring)
    bringing.start()
    try:
        assert engine_of_pages.SETTLED.wait(60)
        assert warm_up.state == "starting"
    finally:
        slow.shown.set()
        bringing.join()
    assert warm_up.state == "ready"
    assert slow.asked == [("Layers", False), ("Maps", True)]


def test_a_warm_up_that_failed_says_why(client, warm_up):
    warm_up.fault = "CNNVIZ_RESULT_CACHE_MB is a number of megabytes such as 512, not 'lots'."
    warm_up.over.set()
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()["state"]) == (503, "failed")
    assert "not 'lots'" in answer.json()["fault"]


def test_every_count_of_the_engine_is_in_the_metrics(client, warm_up):
    warm_up.engine = Engine()
    lines = client.get("/api/metrics").text.splitlines()
    requests = {"hits": 1, "misses": 2, "joined": 3, "computed": 4, "failed": 5, "dropped": 6}
    for name, count in requests.items():
        assert f"cnnviz_requests_{name}_total {count}.0" in lines
    for line in (
        "cnnviz_queue 7.0",
        'cnnviz_cache_bytes{cache="results"} 8.0',
        'cnnviz_cache_bytes{cache="models"} 9.0',
    ):
        assert line in lines


def test_open_pages_and_what_is_done_on_them_are_counted():
    async def page(scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (await receive())["type"] == "websocket.receive":
            pass

    visits = Visits()
    client = TestClient(CountVisits(page, visits))
    with client.websocket_connect("/one") as one, client.websocket_connect("/two") as two:
        for socket, acts in ((one, 3), (two, 2)):
            for _ in range(acts):
                socket.send_bytes(b"x")
        deadline = time.monotonic() + 10
        while visits.acts < 5 and time.monotonic() < deadline:
            time.sleep(0.005)
        assert (visits.open, visits.opened, visits.acts) == (2, 2, 5)
    while visits.open and time.monotonic() < deadline:
        time.sleep(0.005)
    assert (visits.open, visits.opened, visits.acts) == (0, 2, 5)
