"""A server of rooms alone, in a thread of this process or in one of its own, and somebody who speaks with it.

    python -m tests.server.rooms.serving 8501 15

serves at port 8501, and says every 15 s on a silent stream that it is there.
"""

import asyncio
import contextlib
import json
import sys
import threading
import time
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from cnnviz.server import health
from cnnviz.server.rooms import hub
from cnnviz.server.rooms.office import Office
from cnnviz.server.rooms.routes import room_routes

PATIENCE = 10.0  # seconds


@contextmanager
def served():
    """Give the port of a server, and its office, until the end."""
    office = Office()
    app = Starlette(routes=room_routes(office))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    ended = threading.Thread(target=asyncio.run, args=(server.serve(),), daemon=True)
    ended.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield port, office
    finally:
        # A stream never ends by itself, and the server waits for it.
        asyncio.run_coroutine_threadsafe(_end(office), server.servers[0].get_loop()).result(PATIENCE)
        server.should_exit = True
        ended.join(PATIENCE)
        assert not ended.is_alive()


async def _end(office):
    office.hub.end()


class Somebody:
    """Somebody with a token in a room, or without one, and with the cookie of a proxy, which is kept as it comes."""

    cookie = ""

    def __init__(self, port, code="", token="", address=None):
        self.port, self.code, self.token, self.address = port, code, token, address

    def ask(self, method, path, given=None, **headers):
        """Return the status and what an answer holds, None where that is no JSON."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        body = None if given is None else json.dumps(given)
        with contextlib.closing(connection):
            connection.request(method, f"/api/rooms{path}", body, self._headers() | headers)
            answer = connection.getresponse()
            text = answer.read()
            self._keep(answer)
        with contextlib.suppress(ValueError):
            return answer.status, json.loads(text)
        return answer.status, text.decode() or None

    def act(self, name, **given):
        """Do an act and return the status."""
        return self.ask("POST", f"/{self.code}/{name}", given)[0]

    @contextmanager
    def listening(self):
        """Give a function that returns the next event, its name and what it holds; it raises EOFError at the end."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", f"/api/rooms/{self.code}/events", headers=self._headers())
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            self._keep(answer)

            def heard():
                name = ""
                while True:
                    try:
                        line = answer.readline().decode()
                    except (HTTPException, ConnectionError):
                        line = ""
                    if not line:
                        raise EOFError
                    line = line.rstrip("\n")
                    if line.startswith("event: "):
                        name = line[7:]
                    elif line.startswith("data: "):
                        return name, json.loads(line[6:])

            yield heard

    def _keep(self, answer):
        if cookie := answer.getheader("set-cookie"):
            self.cookie = cookie.partition(";")[0]

    def _headers(self):
        headers = {"content-type": "application/json"}
        if self.cookie:
            headers["cookie"] = self.cookie
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        if self.address:
            headers["x-forwarded-for"] = self.address
        return headers


def opened(port):
    """Open a room and return its teacher."""
    teacher = Somebody(port)
    status, made = teacher.ask("POST", "", {})
    assert status == 201, made
    teacher.code, teacher.token = made["code"], made["token"]
    return teacher


def joined(teacher, nickname="", port=None):
    """Join a teacher's room and return the student."""
    somebody = Somebody(port or teacher.port, teacher.code)
    status, made = somebody.ask("POST", f"/{teacher.code}/join", {"nickname": nickname})
    assert status == 201, made
    somebody.token = made["token"]
    return somebody


def until(heard, happened):
    """Return the first event that holds what is waited for."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        name, told = heard()
        if happened(name, told):
            return told
    raise AssertionError("It did not happen.")


def main(port, alive):
    """Serve at a port in this process, beside what a proxy asks and the port itself, for who wants to know it."""
    hub.ALIVE = float(alive)
    routes = [
        Route(health.PATH, lambda request: JSONResponse({})),
        Route("/api/rooms/which", lambda request: JSONResponse(int(port))),
    ]
    app = Starlette(routes=[*routes, *room_routes(Office())])
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error")


if __name__ == "__main__":
    main(*sys.argv[1:])
