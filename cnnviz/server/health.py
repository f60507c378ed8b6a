"""GET /api/health: whether this process serves, for a proxy or a container's health check."""

from dataclasses import asdict

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from cnnviz.server.warm_up import WarmUp

PATH = "/api/health"
# Longer than most acts take. An act that takes longer makes one answer a 503, so a proxy should wait for a second one.
MOMENT = 2.0  # seconds
# Threads of its own: who asks while the worker hangs shall not hold up the uploads, which share the usual ones.
_AT_ONCE = 4


def health_route(warm_up: WarmUp) -> Route:
    """Return the route.

    200 with the engine's state as JSON; 503 while PyTorch and the first network are being loaded, where that failed,
    and where the engine's worker takes no work within MOMENT.
    """

    limiter = CapacityLimiter(_AT_ONCE)

    async def health(request: Request) -> JSONResponse:
        state, engine = warm_up.state, warm_up.engine
        if state == "ready" and engine is not None:
            answers = await to_thread.run_sync(engine.answers, MOMENT, limiter=limiter)
            state = state if answers else "silent"
        body = {"state": state, "engine": None if engine is None else asdict(engine.statistics())}
        if warm_up.fault:
            body["fault"] = warm_up.fault
        return JSONResponse(body, 200 if state == "ready" else 503, {"cache-control": "no-store"})

    return Route(PATH, health)
