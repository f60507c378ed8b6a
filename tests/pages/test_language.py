"""Another language is only files: a pseudo-language that brackets every word leaves no word of a screen without."""

import re
import shutil

import pytest

from cnnviz import assets, lessons
from cnnviz.ui.menu import SCREENS
from tests.pages.opening import ASKS, SAYS, open_screen

OPEN, SHUT = "⟦", "⟧"
CACHES = (lessons.languages, lessons.sections, lessons.labels)
# What is called the same in every language.
NAMES = {"PyTorch"}


def bracketed(text: str) -> str:
    """Return a lesson with every label and every section of text in brackets; formulas and code stay."""
    out = []
    for part in re.split(r"(?=^## )", text, flags=re.MULTILINE):
        head, _, body = part.partition("\n")
        key = head.removeprefix("## ").strip()
        if re.match(r"\w[^\n:]*: ", body.strip()) and (key == "labels" or "\n\n" not in body.strip()):
            lines = [re.sub(r"^([^:]+: )(.*)$", rf"\1{OPEN}\2{SHUT}", line) for line in body.splitlines()]
            out.append("\n".join([head, *lines]) + "\n")
        elif key.startswith("code") or "\\" in re.sub(r"\$[^$\n]*\$", "", body):
            out.append(part)
        else:
            out.append(f"{head}\n{OPEN}{body.strip()}{SHUT}\n\n")
    return "".join(out)


@pytest.fixture(scope="module", autouse=True)
def pseudo(tmp_path_factory):
    """Lessons in two languages: English, and "xx", in which all is in brackets."""
    folder = tmp_path_factory.mktemp("lessons")
    shutil.copytree(assets.LESSONS / "en", folder / "en")
    (folder / "xx").mkdir()
    for path in (folder / "en").glob("*.md"):
        (folder / "xx" / path.name).write_text(bracketed(path.read_text(encoding="utf-8")), encoding="utf-8")
    before, lessons.LESSONS = lessons.LESSONS, folder
    for each in CACHES:
        each.cache_clear()
    yield
    lessons.LESSONS = before
    for each in CACHES:
        each.cache_clear()


def shown(app):
    """Return the texts on a page that are words for a person, with what kind of element has them."""
    for kind in SAYS:
        yield from ((kind, each.value) for each in getattr(app, kind))
    for kind in ASKS:
        yield from ((kind, each.label) for each in getattr(app, kind))
    yield from (("expander", each.label) for each in app.expander)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_no_word_is_left_in_code(screen):
    app = open_screen(screen.path, lang="xx")
    assert not app.exception
    left = {(kind, text) for kind, text in shown(app) if text and OPEN not in text and re.search(r"[A-Za-z]{3}", text)}
    assert not {(kind, text) for kind, text in left if text not in NAMES}


def test_the_language_stays_with_the_visit():
    app = open_screen("pages/home.py", lang="xx")
    app.query_params.clear()
    app.run()
    assert OPEN in app.title[0].value


def test_a_list_of_classes_begins_with_a_word_of_the_lesson():
    app = open_screen("pages/train/training.py", lang="xx")
    for name in ("right", "said"):
        options = app.selectbox(key=f"training.{name}").options
        assert options == [f"{OPEN}any{SHUT}", *map(str, range(10))]
