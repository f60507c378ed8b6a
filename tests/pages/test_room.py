"""The page of a class, without a browser: what it hands to the browser."""

from cnnviz.components import room_desk
from tests.pages.opening import assert_well, open_screen


def test_the_browser_gets_the_lessons_the_code_and_every_word(monkeypatch):
    sent = {}
    monkeypatch.setattr(room_desk, "_mount", lambda **given: sent.update(given["data"]))
    app = open_screen("pages/class/room.py", code="ABCDEFGH")
    assert_well(app)
    assert sent["code"] == "ABCDEF"
    assert [lesson["title"] for lesson in sent["lessons"]] == ["Convolution and pooling", "Architectures", "Training"]
    assert sent["words"]["language"] == "en"
