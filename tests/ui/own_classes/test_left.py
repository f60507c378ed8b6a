"""One's own classes, left for another process and found again by the page that had them."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui import own_photo
from cnnviz.ui.own_classes.own import OwnClass, Photo, read, written
from cnnviz.ui.photo_store import CLASSES

DRAW = np.random.default_rng(0)


def photo(number):
    return Photo(f"{number:064x}", DRAW.random(1280, np.float32), bytes(range(number + 1)))


MINE = [OwnClass("Katze, grün", [photo(1), photo(2)]), OwnClass("none yet"), OwnClass("cup", [photo(9)])]


def same(one, other):
    assert [each.name for each in one] == [each.name for each in other]
    for mine, theirs in zip(one, other, strict=True):
        assert [(each.sha256, each.thumbnail) for each in mine.photos] == [
            (each.sha256, each.thumbnail) for each in theirs.photos
        ]
        for ours, its in zip(mine.photos, theirs.photos, strict=True):
            assert np.array_equal(ours.features, its.features)


def test_classes_come_back_from_their_file():
    file = written(MINE)
    same(read(file), MINE)
    assert len(file) < 3 * 5120 + 4000


class Store:
    def __init__(self):
        self.kept = {}
        self.left = 0

    def leave(self, session, data, kind):
        self.kept[session, kind] = data
        self.left += 1

    def find(self, session, kind):
        return self.kept.get((session, kind))


def script():
    import streamlit as st

    from cnnviz.ui.own_classes.own import leave_copy, own

    if given := st.session_state.pop("given", None):
        own().classes = given
    own()
    leave_copy()


@pytest.fixture
def page(monkeypatch):
    store = Store()
    monkeypatch.setattr(own_photo, "store", lambda: store)

    def run(session, before="", given=None):
        monkeypatch.setattr(own_photo, "_session", lambda: session)
        monkeypatch.setattr(own_photo, "_session_before", lambda: before)
        app = AppTest.from_function(script, default_timeout=30)
        app.session_state["given"] = given
        return app.run()

    return run, store


def test_they_go_with_the_page_from_process_to_process(page):
    run, store = page
    app = run("one", given=MINE)
    assert not app.exception
    app.run()
    assert store.left == 1  # nothing new, nothing sent
    same(run("two", before="one").session_state["own-classes"].classes, MINE)
    del store.kept["one", CLASSES]
    same(run("three", before="two").session_state["own-classes"].classes, MINE)


def test_who_comes_anew_has_two_classes_without_photos(page):
    run, store = page
    run("one", given=MINE)
    found = run("two").session_state["own-classes"].classes
    assert [(each.name, len(each.photos)) for each in found] == [("Class 1", 0), ("Class 2", 0)]
    assert ("two", CLASSES) not in store.kept
