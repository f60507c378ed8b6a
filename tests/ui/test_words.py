"""Words: sections with numbers, labels, what stands in for what is missing, and another language."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import lessons
from cnnviz.ui import words
from cnnviz.ui.words import Words


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Lessons of two languages in a folder of their own."""
    for language, name, lines in [
        (
            "en",
            "screen",
            "## labels\ntitle: A screen\nkind.a: first: of all\nkind.help: What it is\n\n## said\nIt is {n}.\n",
        ),
        ("en", "common", "## labels\nsize: Size\n\n## right\nRight.\n"),
        ("xx", "screen", "## labels\ntitle: [A screen]\n\n## only\n[only]\n"),
    ]:
        (tmp_path / language).mkdir(exist_ok=True)
        (tmp_path / language / f"{name}.md").write_text(lines, encoding="utf-8")
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for cached in (lessons.languages, lessons.sections, lessons.labels):
        cached.cache_clear()


def test_sections_take_numbers_and_labels_may_hold_a_colon(folder, monkeypatch):
    monkeypatch.setattr(words, "language", lambda: "en")
    screen = Words("screen")
    assert screen.text("said", n=7) == "It is 7."
    assert screen.label("title") == "A screen"
    assert screen.label("kind.a") == "first: of all"
    assert screen.help("kind") == "What it is"
    assert screen.help("title") is None
    # What a lesson lacks is everybody's.
    assert screen.label("size") == "Size"
    assert screen.text("right") == "Right."


def test_what_nobody_wrote_is_an_error_that_names_it(folder, monkeypatch):
    monkeypatch.setattr(words, "language", lambda: "en")
    with pytest.raises(KeyError, match="nothing"):
        Words("screen").text("nothing")
    with pytest.raises(KeyError, match="no_label"):
        Words("screen").label("no_label")
    with pytest.raises(KeyError):
        Words("no_lesson").text("said")


def test_another_language_is_a_folder_and_english_stands_in(folder, monkeypatch):
    monkeypatch.setattr(words, "language", lambda: "xx")
    screen = Words("screen")
    assert screen.label("title") == "[A screen]"
    assert screen.text("only") == "[only]"
    assert screen.text("said", n=7) == "It is 7."
    assert screen.label("size") == "Size"
    assert lessons.languages() == ("en", "xx")


def app() -> None:
    import streamlit as st

    from cnnviz.components.language import language
    from cnnviz.ui.words import Words

    st.text(language())
    st.title(Words("pooling").label("title"))


@pytest.mark.parametrize(("lang", "shown"), [("en", "en"), ("xx", "xx"), ("../en", "en"), ("", "en")])
def test_a_link_chooses_the_language_and_an_unknown_one_is_english(lang, shown, tmp_path, monkeypatch):
    shutil.copytree(lessons.LESSONS / "en", tmp_path / "en")
    shutil.copytree(lessons.LESSONS / "en", tmp_path / "xx")
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    forget()
    started = AppTest.from_function(app, default_timeout=30)
    if lang:
        started.query_params["lang"] = lang
    started.run()
    forget()
    assert not started.exception
    assert started.text[0].value == shown


@pytest.mark.parametrize(
    ("spoken", "names", "parts"), [("en", "a, b, {c}", "a; b; {c}"), ("zh", "a、b、{c}", "a；b；{c}")]
)
def test_each_language_lists_in_its_own_marks(spoken, names, parts, monkeypatch):
    monkeypatch.setattr(words, "language", lambda: spoken)
    assert words.listed(["a", "b", "{c}"]) == names
    assert words.clauses(iter(["a", "b", "{c}"])) == parts
    assert (words.listed([]), words.listed(["a"])) == ("", "a")
