"""A photo of one's own, and the page that comes back to another process: by the session that it had before."""

import io

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz import images
from cnnviz.engine.requests import Picture
from cnnviz.ui import own_photo
from cnnviz.ui.photo_store import PHOTO


def file(shade):
    buffer = io.BytesIO()
    Image.new("RGB", (9, 7), (shade, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


class Store:
    """Photos by sessions' names, and who was asked for."""

    def __init__(self):
        self.kept, self.asked = {}, []

    def leave(self, session, data, kind=PHOTO):
        assert kind == PHOTO
        self.kept[session] = data

    def find(self, session, kind=PHOTO):
        self.asked.append(session)
        return self.kept.get(session)


def script():
    import streamlit as st

    from cnnviz.ui.own_photo import own_photo, take_photo

    if given := st.session_state.pop("given", None):
        take_photo(given)
    photo = own_photo()
    st.text("none" if photo is None else photo.sha256)


@pytest.fixture
def page(monkeypatch):
    """Return a function (session, former session) -> a page's run, and the store that all pages share."""
    store = Store()
    monkeypatch.setattr(own_photo, "store", lambda: store)

    def run(session, before="", given=None):
        monkeypatch.setattr(own_photo, "_session", lambda: session)
        monkeypatch.setattr(own_photo, "_session_before", lambda: before)
        app = AppTest.from_function(script, default_timeout=30)
        app.session_state["given"] = given
        return app.run()

    return run, store


def shown(app):
    assert not app.exception
    return app.text[0].value


def test_a_photo_goes_with_the_page_from_process_to_process(page):
    run, store = page
    photo = Picture.of(images.decode(file(200))).sha256
    assert shown(run("one", given=file(200))) == photo
    assert store.asked == []
    assert shown(run("two", before="one")) == photo
    # The first is forgotten by then.
    del store.kept["one"]
    assert shown(run("three", before="two")) == photo
    assert store.kept["three"] == file(200)


def test_a_page_that_is_opened_anew_asks_for_nobodys_photo(page):
    run, store = page
    run("one", given=file(200))
    assert shown(run("two")) == "none"
    assert store.asked == []


def test_a_page_asks_once(page):
    run, store = page
    app = run("two", before="one")
    assert shown(app) == "none"
    app.run()
    assert store.asked == ["one"]


def test_what_is_no_photo_any_more_is_none(page):
    run, store = page
    store.leave("one", b"something else")
    assert shown(run("two", before="one")) == "none"
    assert "two" not in store.kept


def test_a_photo_that_cannot_be_read_leaves_the_former(page):
    run, store = page
    app = run("one", given=file(200))
    before = shown(app)
    app.session_state["given"] = b"no photo"
    app.run()
    assert app.exception
    app.run()
    assert shown(app) == before
    assert store.kept["one"] == file(200)


@pytest.mark.parametrize(
    ("header", "session"),
    [
        (None, ""),
        ("streamlit", ""),
        ("streamlit, token", ""),
        ("streamlit, token, 1f-2e", "1f-2e"),
        ("streamlit,token,1f-2e", "1f-2e"),
    ],
)
def test_a_page_tells_the_session_that_it_had_in_the_third_place(monkeypatch, header, session):
    headers = {} if header is None else {"Sec-WebSocket-Protocol": header}
    monkeypatch.setattr(own_photo.st, "context", type("Context", (), {"headers": headers}))
    assert own_photo._session_before() == session
