"""Every component's script: one scope in which nothing is declared twice, missing or left out."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cnnviz import colours
from cnnviz.components.bundle import HERE, script, style

COMPONENTS = sorted(path.stem for path in HERE.glob("*.css") if path.stem != "shared")
NODE = shutil.which("node")


def test_components_are_found() -> None:
    assert len(COMPONENTS) >= 10


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_script_is_one_scope_with_one_default_export(name: str) -> None:
    text = script(name)
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert re.findall(r"^export .*", text, re.MULTILINE) == re.findall(
        r"^export default function .*", text, re.MULTILINE
    )
    assert len(re.findall(r"^export default", text, re.MULTILINE)) == 1
    declared = re.findall(r"^(?:async )?(?:function|class) (\w+)", text, re.MULTILINE)
    assert len(declared) == len(set(declared))


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
@pytest.mark.parametrize("name", COMPONENTS)
def test_a_script_parses_as_a_module(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.mjs"
    file.write_text(script(name), encoding="utf-8")
    subprocess.run([str(NODE), "--check", file], check=True)


def test_a_file_comes_once_and_after_what_it_needs() -> None:
    text = script("warp")
    places = [text.index(line) for line in ("const TABLES", "function unpack", "function cellUnder", "export default")]
    assert places == sorted(places)
    assert text.count("function clamp") + text.count("const clamp") == 1


def test_no_file_is_too_long_and_none_is_left_over() -> None:
    used = "".join(script(name) for name in COMPONENTS)
    for path in HERE.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300, path.name
        exported = re.findall(r"^export ((?:function|const) \w+)", text, re.MULTILINE)
        assert path.stem in COMPONENTS or exported, path.name
        assert all(each in used for each in exported), path.name


def test_accents_have_one_place() -> None:
    """No file beside cnnviz/colours.py repeats an accent; components name it."""
    hexes = {shade for pair in colours.ACCENTS.values() for shade in pair}
    for path in [*HERE.glob("*.js"), *HERE.glob("*.css")]:
        text = path.read_text(encoding="utf-8").lower()
        assert not [shade for shade in hexes if shade in text], path.name
    for name in COMPONENTS:
        for accent in re.findall(r"var\(--(?!st-)(\w+)\)", style(name)):
            known = accent in colours.ACCENTS or f"--{accent}:" in style(name) or f'"--{accent}"' in script(name)
            assert known, f"{name}: --{accent}"
