"""A page in another site's frame, as a learning platform shows it."""

import io
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.ready import SLOW, settle, wait_until

# The app is at localhost, and 127.0.0.1 is another site to a browser; one from elsewhere could show nothing local.
PAGE = """<!doctype html><iframe src="{}" width="1200" height="800" allow="camera; clipboard-write; fullscreen"
sandbox="allow-scripts allow-same-origin allow-forms allow-downloads"></iframe>"""


class Platform(BaseHTTPRequestHandler):
    """A page with a frame of the address that is asked for."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.format(unquote(self.path[1:])).encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def platform():
    """The platform's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Platform) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def shown(new_tab, platform):
    """Return a function that shows an address in a frame of the platform: the platform's page, and the frame."""
    pages = []

    def show(address):
        page = new_tab(first=True)
        pages.append(page)
        page.goto(f"{platform}/{quote(address, safe='')}")
        return page, page.frame_locator("iframe")

    yield show
    for page in pages:
        page.close()


def test_a_platform_that_is_named_shows_pages_and_takes_photos_and_has_rooms(serve, shown, platform):
    app = serve("app.py", CNNVIZ_FRAME_ANCESTORS=platform)
    page, frame = shown(f"{app}/pooling?embed=true&stride=1")
    expect(frame.get_by_role("heading", name="Pooling", exact=True)).to_be_visible(timeout=SLOW)
    number = frame.get_by_role("spinbutton", name="Stride")
    expect(number).to_have_value("1", timeout=SLOW)
    settle(page.frames[1])
    number.fill("3")
    number.press("Enter")
    expect(frame.get_by_role("slider", name="Stride")).to_have_value("3", timeout=SLOW)
    # No cookie of ours is kept in another site's frame, and an upload needs none.
    _, frame = shown(f"{app}/training?embed=true&part=Your own classes&collection=own")
    expect(frame.get_by_text("Class 1 has 0 photos")).to_be_visible(timeout=SLOW)
    picture = io.BytesIO()
    Image.linear_gradient("L").save(picture, "PNG")
    file = {"name": "a.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    frame.locator("input[type=file]").first.set_input_files(file, timeout=SLOW)
    expect(frame.get_by_text("Class 1 has 1 photo")).to_be_visible(timeout=SLOW)
    # A room, which the page remembers alone where the browser gives a frame no memory; and a key that asks before it
    # acts without a dialog, which a frame has none of.
    page, frame = shown(f"{app}/room?embed=true")
    frame.get_by_role("button", name="Open a room").click(timeout=SLOW)
    code = frame.locator("p.big")
    expect(code).to_have_text(re.compile("^[A-Z]{6}$"), timeout=SLOW)
    known = code.inner_text()
    _, student = shown(f"{app}/room?embed=true&code={known}")
    student.get_by_role("button", name="Join", exact=True).click(timeout=SLOW)
    expect(frame.get_by_text("1 student here").first).to_be_visible(timeout=SLOW)
    frame.get_by_role("button", name="End the room", exact=True).click()
    sure = frame.get_by_role("button", name="End the room for everybody?")
    expect(sure).to_be_visible()
    page.wait_for_timeout(500)
    sure.click()
    for each in (frame, student):
        expect(each.get_by_text("The room is closed.")).to_be_visible(timeout=SLOW)


def test_a_site_that_is_not_named_shows_nothing(serve, shown):
    page, frame = shown(f"{serve('app.py')}/pooling?embed=true")
    wait_until(page, lambda: [each.url for each in page.frames[1:]] == ["chrome-error://chromewebdata/"])
    expect(frame.get_by_role("heading", name="Pooling")).to_have_count(0)
