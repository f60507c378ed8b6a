"""The style inside the first page: whatever the request, and only there."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from cnnviz.server.first_paint import FirstPaint

PAGE = "<html><head><title>Streamlit</title><meta content='é'></head><body>" + 2000 * "x" + "</body></html>"
STYLE = "h1 { color: red }"
BROWSER = {"accept": "text/html,application/xhtml+xml", "accept-encoding": "gzip"}


async def page(request):
    return HTMLResponse(PAGE, headers={"etag": '"1"'})


async def parts(request):
    return StreamingResponse((PAGE[at : at + 7] for at in range(0, len(PAGE), 7)), media_type="text/html")


async def numbers(request):
    return JSONResponse({"head": "</head>"})


@pytest.fixture
def client():
    routes = [Route("/", page), Route("/parts", parts), Route("/numbers", numbers)]
    inner = Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=100)])
    return TestClient(FirstPaint(inner, STYLE, "cnnviz", lambda: "api/code.js"))


@pytest.mark.parametrize("path", ["/", "/parts"])
def test_a_page_has_the_style_at_the_end_of_its_head(client, path):
    answer = client.get(path, headers=BROWSER)
    named = PAGE.replace("<title>Streamlit<", "<title>cnnviz<")
    module = '<link rel="modulepreload" href="./api/code.js">'
    assert answer.text == named.replace("</head>", f"{module}<style>{STYLE}</style></head>")


@pytest.mark.parametrize("takes", ["gzip", "identity"])
def test_a_page_is_compressed_for_who_takes_it(client, takes):
    answer = client.get("/", headers={**BROWSER, "accept-encoding": takes})
    assert STYLE in answer.text
    assert (int(answer.headers["content-length"]) < len(answer.text) / 3) is (takes == "gzip")
    assert answer.headers["vary"].lower() == "accept-encoding"


def test_a_page_that_the_browser_has_is_sent_again_for_its_style_may_be_another(client):
    answer = client.get("/", headers={**BROWSER, "if-none-match": '"1"'})
    assert answer.status_code == 200
    assert STYLE in answer.text


def test_anything_else_goes_through_untouched(client):
    assert client.get("/numbers", headers=BROWSER).json() == {"head": "</head>"}
    assert client.get("/", headers={"accept": "*/*"}).text == PAGE
