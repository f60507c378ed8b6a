"""The ASGI application, for `streamlit run cnnviz/server/application.py` or uvicorn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

from cnnviz.assets import APP, ASSETS
from cnnviz.errors import CnnvizError
from cnnviz.server.addresses import ask_nobody_outside
from cnnviz.server.components import components_path, components_route, serve_components
from cnnviz.server.ending import when_told_to_end
from cnnviz.server.first_paint import FirstPaint
from cnnviz.server.headers import Headers, content_security_policy, frame_ancestors, is_embedded
from cnnviz.server.health import health_route
from cnnviz.server.idle_memory import give_back
from cnnviz.server.logs import keep_to_one_line
from cnnviz.server.metrics import metrics_route
from cnnviz.server.packing import KeepPacked
from cnnviz.server.rooms.office import Office
from cnnviz.server.rooms.routes import room_routes
from cnnviz.server.script_errors import log_once, tell
from cnnviz.server.theme import theme_once
from cnnviz.server.uploads import UploadLimits
from cnnviz.server.visits import CountVisits, Visits
from cnnviz.server.warm_up import WarmUp

# Beside an app.py, Streamlit takes a folder pages/ for the screens themselves until app.py has run for the first time,
# and tells the first visitor of any screen that there is no such page.
PagesManager.uses_pages_directory = False
ask_nobody_outside()

_PAGE = Path(st.__file__).parent / "static" / "index.html"

try:
    ancestors = frame_ancestors()
except CnnvizError as error:
    raise SystemExit(str(error)) from None
if is_embedded(ancestors):
    # In another site's frame browsers keep back the cookie that Streamlit compares, and every upload would be refused.
    # An upload's address names its session all the same, which no other page knows.
    config.set_option("server.enableXsrfProtection", False)
warm_up, visits, office = WarmUp(), Visits(), Office()


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    # Of a server's own process only: a notebook's that shows its network has a log of its own.
    keep_to_one_line()
    log_once()
    theme_once()
    when_told_to_end(office.hub.end)
    serve_components()
    giving_back = asyncio.create_task(give_back(visits, warm_up))
    async with warm_up.lifespan(app):
        yield
    giving_back.cancel()


app = st.App(
    str(APP),
    lifespan=_lifespan,
    routes=[components_route(), health_route(warm_up), metrics_route(warm_up, visits), *room_routes(office)],
    middleware=[
        Middleware(Headers, policy=content_security_policy(_PAGE.read_text(encoding="utf-8"), ancestors)),
        Middleware(CountVisits, visits=visits),
        Middleware(UploadLimits),
        Middleware(
            FirstPaint,
            style=(ASSETS / "app.css").read_text(encoding="utf-8"),
            title="cnnviz",
            module=components_path,
        ),
        Middleware(KeepPacked),
    ],
    on_script_error=tell,
)
