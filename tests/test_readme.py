"""The README's Python runs, block after block in one namespace, and its commands are those that there are."""

import re
import shlex
from pathlib import Path

import pytest

from cnnviz import cli, images, models
from cnnviz.training.recipes import RECIPES

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")


def blocks(language, text=TEXT):
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_python_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(models.registered, "_TABLE", {})
    images.gallery_image("coffee").save("photo.jpg")
    names = {}
    assert len(blocks("python")) == 3
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), names)
    said = capsys.readouterr().out
    assert re.search(r"^768000$", said, re.MULTILINE)
    assert re.search(r"^39730$", said, re.MULTILINE)
    assert "mine" in models.names()


COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("cnnviz ")
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_commands_are_understood(command):
    given = cli._parser().parse_args(command)
    assert given.run
    if command[0] == "train":
        assert given.name in RECIPES


def test_there_are_commands_and_links_lead_somewhere():
    assert {command[0] for command in COMMANDS} == {"serve", "analyze", "train"}
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT + CHINESE):
        assert (ROOT / link).exists(), link


@pytest.mark.parametrize("language", ["sh", "python"])
def test_the_chinese_readme_has_the_same_code(language):
    ours, theirs = ([re.sub(r" *# .*", "", block) for block in blocks(language, text)] for text in (TEXT, CHINESE))
    assert ours == theirs


def test_the_chinese_readme_has_a_row_for_every_screen():
    ours, theirs = (len(re.findall(r"^\| \*\*", text, flags=re.MULTILINE)) for text in (TEXT, CHINESE))
    assert ours == theirs
