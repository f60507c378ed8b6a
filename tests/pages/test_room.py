"""The page of a class, without a browser: it opens without torch, for it is the first that a student's phone loads."""

import subprocess
import sys

from cnnviz.components import room_desk
from tests.pages.opening import ROOT, assert_well, open_screen


def test_it_opens_without_torch():
    code = (
        "import sys; from tests.pages.opening import open_screen;"
        "app = open_screen('pages/class/room.py', code='ABCDEF');"
        "assert app.title[0].value == 'Class', app.title; assert not app.exception;"
        "assert 'torch' not in sys.modules, 'torch was imported'"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_browser_gets_the_lessons_the_code_and_every_word(monkeypatch):
    sent = {}
    monkeypatch.setattr(room_desk, "_mount", lambda **given: sent.update(given["data"]))
    app = open_screen("pages/class/room.py", code="ABCDEFGH")
    assert_well(app)
    assert sent["code"] == "ABCDEF"
    assert [lesson["title"] for lesson in sent["lessons"]] == ["Convolution and pooling", "Architectures", "Training"]
    assert sent["words"]["language"] == "en"
