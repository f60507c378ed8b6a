"""The lessons as files: well formed, and another language falls back on English word by word."""

import re

import pytest
from PIL import Image

from cnnviz import assets, lessons
from cnnviz.ui.menu import SCREENS

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


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 photo is"), ("1", "1 photo is"), (0, "0 photos are"), ("1,001", "1,001 photos are")]
)
def test_a_word_has_the_form_of_its_number(count, said):
    assert (
        lessons.filled("{count} {count:photo is|photos are} held out |x|", {"count": count}) == f"{said} held out |x|"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_forms_of_words_go_with_numbers_of_their_text(path):
    for key, text in lessons.sections(lessons.ENGLISH, path.stem).items():
        for one in text.splitlines() if key == "labels" or path.stem == "components" else [text]:
            for number, single, several in re.findall(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}", one):
                assert f"{{{number}}}" in one, (key, number)
                assert single != several, (key, single)


FILLED = {
    "model": "alexnet-tiny",
    "load": 'cnnviz.models.load("alexnet-tiny")',
    "layer": "conv2",
    "channel": 3,
    "index": 5,
}


@pytest.mark.parametrize(
    ("screen", "section"), [("activations", "code"), ("filters", "code_first"), ("filters", "code_deeper")]
)
def test_the_lines_of_python_on_the_screens_run(screen, section, tmp_path, monkeypatch, capsys):
    Image.new("RGB", (90, 60), "orange").save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    lines = lessons.sections(lessons.ENGLISH, screen)[section].format(**FILLED)
    exec(compile(lines, section, "exec"), {})
    assert capsys.readouterr().out.strip()


def test_every_section_that_the_code_names_exists_and_every_section_is_named():
    folders = "pages", "cnnviz/ui", "cnnviz/components", "cnnviz/server"
    source = "\n".join(p.read_text() for folder in folders for p in (assets.ROOT / folder).rglob("*.py"))
    # A section may also be named by its beginning or its end: f"mode_{mode}", f"{screen}_link".
    begun, ended = set(re.findall(r'f"(\w+_)\{', source)), set(re.findall(r'\}(_\w+)"', source))
    named = set(re.findall(r"[\"'](\S+?)(?=[\"'])", source))
    for path in FILES:
        for key in lessons.sections(lessons.ENGLISH, path.stem).keys() - {"labels"}:
            known = key in named or key.startswith(tuple(begun)) or key.endswith(tuple(ended))
            assert known, f"{path.stem}: {key}"


@pytest.mark.parametrize("screen", [screen.name for screen in SCREENS if screen.section])
def test_every_screen_has_what_every_screen_has(screen):
    sections = lessons.sections(lessons.ENGLISH, screen)
    assert {"idea", "try"} <= sections.keys()
    # A class asks what other screens ask, and the code of a run that learns is a script that the library writes.
    fewer = {"training": ("predict",), "regularization": ("predict",), "room": ()}
    kinds = fewer.get(screen, ("predict", "code"))
    assert all(any(key.startswith(kind) for key in sections) for kind in kinds)
    assert 2 <= sections["try"].count("\n- ") + sections["try"].startswith("- ") <= 3
