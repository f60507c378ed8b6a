import re

import pytest
from PIL import Image

from cnnviz.ui import lesson

FILLED = {"model": "alexnet-tiny", "layer": "conv2", "channel": 3, "index": 5}


@pytest.mark.parametrize(
    ("screen", "section"), [("activations", "code"), ("filters", "code_first"), ("filters", "code_deeper")]
)
def test_the_lines_of_python_on_the_screens_run(screen, section, tmp_path, monkeypatch, capsys):
    Image.new("RGB", (90, 60), "orange").save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    exec(compile(lesson.text(screen, section, **FILLED), section, "exec"), {})
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("path", sorted(lesson.LESSONS.glob("*.md")), ids=lambda path: path.stem)
def test_lessons_have_distinct_sections_and_no_empty_ones(path):
    keys = re.findall(r"^## (\S+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(keys) == len(set(keys))
    assert all(lesson._sections(path.stem)[key] for key in keys)


def test_every_section_that_the_code_names_exists_and_every_section_is_named():
    root = lesson.LESSONS.parents[2]
    folders = "pages", "cnnviz/ui", "cnnviz/components"
    source = "\n".join(p.read_text() for folder in folders for p in (root / folder).rglob("*.py"))
    # A section may also be named by its beginning or its end: f"mode_{mode}", f"{screen}_link".
    begun, ended = set(re.findall(r'f"(\w+_)\{', source)), set(re.findall(r'\}(_\w+)"', source))
    for path in lesson.LESSONS.glob("*.md"):
        # The labels are read by cnnviz.lessons.
        for key in lesson._sections(path.stem).keys() - {"labels"}:
            named = re.search(f"[\"']{key}[\"']", source)
            assert named or key.startswith(tuple(begun)) or key.endswith(tuple(ended)), f"{path.stem}: {key}"


@pytest.mark.parametrize("screen", sorted((lesson.LESSONS.parents[2] / "pages").glob("*/*.py")), ids=lambda p: p.stem)
def test_every_screen_has_what_every_screen_has(screen):
    sections = lesson._sections(screen.stem)
    assert {"idea", "try"} <= sections.keys()
    assert all(any(key.startswith(kind) for key in sections) for kind in ("predict", "code"))
    assert 2 <= sections["try"].count("\n- ") + sections["try"].startswith("- ") <= 3
