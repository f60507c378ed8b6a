"""The rooms' part of the API: /api/rooms to open one, /api/rooms/CODE/... for everything in it.

Who somebody is stands in the header Authorization alone, which no form of another site and no log has. A refusal is
JSON: the name of its sentence, which the page has in the visitor's language, and the numbers in it.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial, wraps
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from cnnviz import lessons
from cnnviz.server.rooms import room
from cnnviz.server.rooms.checks import RefusedError
from cnnviz.server.rooms.codes import is_code
from cnnviz.server.rooms.office import Entered, Office
from cnnviz.server.rooms.sheets import answers, gift, worksheet
from cnnviz.server.rooms.views import to_csv

PATH = "/api/rooms"
MOST_BYTES = 64 * 2**10  # of a message; a lesson of an hour has some ten thousand
_NO_STORE = {"cache-control": "no-store"}
_STATUS = {
    "missing": 404,
    "stranger": 403,
    "removed": 403,
    "locked": 403,
    "wait": 429,
    "fast": 429,
    "streams": 429,
    "long": 413,
    "away": 503,
    "several": 503,
    "rooms": 503,
}

Answer = Callable[[Request], Awaitable[Response]]


def room_routes(office: Office) -> list[Route]:
    """Return the routes."""

    async def opened(request: Request) -> Response:
        await _given(request)
        return _said(await office.open(_address(request)), 201)

    async def joined(request: Request) -> Response:
        given = await _given(request)
        return _said(await office.join(_code(request), _address(request), given.get("nickname", "")), 201)

    async def events(request: Request) -> Response:
        entered = await _entered(office, request)
        code, member = entered.room.code, entered.member
        office.hub.check(code, member)
        if member is not None:
            await office.store.change(code, partial(room.arrive, member=member))
        headers = {**_NO_STORE, "x-accel-buffering": "no"}
        stream = _until_left(office, code, member)
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def acted(request: Request) -> Response:
        entered, given = await _entered(office, request), await _given(request)
        await office.act(entered, request.path_params["act"], given)
        return Response(status_code=204, headers=_NO_STORE)

    async def results(request: Request) -> Response:
        found = await _of_teacher(office, request)
        return Response(to_csv(found.room), media_type="text/csv", headers=_NO_STORE)

    async def sheet(request: Request) -> Response:
        lesson = (await _of_teacher(office, request)).room.lesson
        if lesson is None:
            raise RefusedError("step", most=0)
        language = request.query_params.get("lang", "")
        language = language if language in lessons.languages() else lessons.ENGLISH
        words = lessons.labels(language, "room")
        if request.query_params.get("answers"):
            return HTMLResponse(answers(lesson, words, language), headers=_NO_STORE)
        return HTMLResponse(worksheet(lesson, words, language, str(request.base_url)), headers=_NO_STORE)

    async def questions(request: Request) -> Response:
        lesson = (await _of_teacher(office, request)).room.lesson
        return PlainTextResponse(gift(lesson) if lesson else "", headers=_NO_STORE)

    within = f"{PATH}/{{code}}"
    return [
        Route(PATH, _told(office, opened), methods=["POST"]),
        Route(f"{within}/join", _told(office, joined), methods=["POST"]),
        Route(f"{within}/events", _told(office, events), methods=["GET"]),
        Route(f"{within}/results.csv", _told(office, results), methods=["GET"]),
        Route(f"{within}/worksheet.html", _told(office, sheet), methods=["GET"]),
        Route(f"{within}/questions.gift", _told(office, questions), methods=["GET"]),
        Route(f"{within}/qr.svg", _told(office, _qr), methods=["GET"]),
        Route(f"{within}/{{act}}", _told(office, acted), methods=["POST"]),
    ]


async def _until_left(office: Office, code: str, member: str | None) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(office.hub.stream(code, member)) as events:
            async for event in events:
                yield event
    finally:
        if member is not None and not office.hub.is_open(code, member):
            # Whoever is gone waits for nothing, and this runs while its own task is being cancelled.
            _LEAVING.add(task := asyncio.create_task(_depart(office, code, member)))
            task.add_done_callback(_LEAVING.discard)


_LEAVING: set[asyncio.Task[None]] = set()


async def _depart(office: Office, code: str, member: str) -> None:
    try:
        await office.store.change(code, partial(room.depart, member=member))
    except RefusedError:
        # The room is over, or out of reach.
        return


async def _qr(request: Request) -> Response:
    """Return the address at which one joins a room as a QR code. It tells nothing of whether there is such a room."""
    origin = urlsplit(request.query_params.get("origin", ""))
    # Of this server alone: nobody shall be sent elsewhere by a code of ours.
    if (
        origin.scheme not in ("http", "https")
        or origin.netloc != request.headers.get("host")
        or not is_code(_code(request))
    ):
        raise RefusedError("missing")
    # Only here: a server whose class reads no picture starts without it.
    import segno

    link = f"{origin.scheme}://{origin.netloc}{origin.path.rstrip('/')}/room?code={_code(request)}"
    drawn = segno.make_qr(link, error="m").svg_inline(scale=8, border=4, dark="#000", light="#fff")
    svg = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(svg, media_type="image/svg+xml")


def _told(office: Office, answer: Answer) -> Answer:
    """Return an answer of which a refusal is told as JSON."""

    @wraps(answer)
    async def told(request: Request) -> Response:
        try:
            return await answer(request)
        except RefusedError as refused:
            body = {"refused": refused.name, **refused.numbers, "process": office.process}
            return _said(body, _STATUS.get(refused.name, 400))

    return told


async def _given(request: Request) -> dict[str, Any]:
    """Return what a message holds; raise RefusedError where it is no JSON, or too long."""
    # Which no form of another site can send.
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise RefusedError("form")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise RefusedError("long", most=MOST_BYTES)
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise RefusedError("form") from None
    if not isinstance(given, dict):
        raise RefusedError("form")
    return given


async def _entered(office: Office, request: Request) -> Entered:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return await office.enter(_code(request), token if scheme == "Bearer" else "", _address(request))


async def _of_teacher(office: Office, request: Request) -> Entered:
    entered = await _entered(office, request)
    if entered.member is not None:
        raise RefusedError("stranger")
    return entered


def _code(request: Request) -> str:
    return str(request.path_params["code"]).upper()


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _said(what: dict[str, Any], status: int) -> Response:
    return JSONResponse(what, status, _NO_STORE)
