"""The lessons as files: well formed, and another language falls back on English word by word."""

import re

import pytest

from cnnviz import assets, lessons

FILES = sorted((assets.LESSONS / lessons.ENGLISH).glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_sections_are_distinct_and_none_is_empty(path):
    keys = re.findall(r"^## (\S+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(keys) == len(set(keys))
    assert all(lessons.sections(lessons.ENGLISH, path.stem)[key] for key in keys)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_section_of_labels_has_nothing_else_and_no_name_twice(path):
    lines = lessons.sections(lessons.ENGLISH, path.stem).get("labels", "").splitlines()
    assert all(re.match(r"[^\s:][^:]*: \S", line) for line in lines)
    names = [line.split(": ", 1)[0] for line in lines]
    assert len(names) == len(set(names))


def test_what_a_language_lacks_is_english(tmp_path, monkeypatch):
    for language, text in (("en", "## labels\na: one\nb: two\n\n## said\nHello {n}\n"), ("zh", "## labels\nb: 二\n")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "some.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    for each in (lessons.languages, lessons.sections, lessons.labels):
        each.cache_clear()
    try:
        assert lessons.languages() == ("en", "zh")
        assert lessons.labels("zh", "some") == {"a": "one", "b": "二"}
        assert lessons.sections("zh", "some")["said"] == "Hello {n}"
    finally:
        for each in (lessons.languages, lessons.sections, lessons.labels):
            each.cache_clear()
