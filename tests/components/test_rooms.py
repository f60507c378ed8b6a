"""The components of rooms: every word that their code asks for is there, and every sentence of a refusal."""

import re

from cnnviz import lessons
from cnnviz.assets import ROOT
from cnnviz.components.bundle import HERE

# What a page reaches only by being no page: a form of another site, a guess.
UNSAID = {"form", "option", "closed", "step", "streams"}


def words(*sections):
    return {name for each in sections for name in lessons.labels("en", "components", each)}


def asked(*files):
    """Return the names by which files look into their words."""
    text = "\n".join((HERE / f"{name}.js").read_text() for name in files)
    return {*re.findall(r"\bwords\.(\w+)", text), *re.findall(r"\bof\(\"(\w+)\"", text)}


def test_the_strip_has_its_words():
    there = words("room_send", "room_question", "room")
    # How a room was over is a sentence by name.
    wanted = asked("room", "room_panel") - {"of"} | {"over", "restarted", "restarted_teacher", "refused_removed"}
    assert wanted <= there, wanted - there


def test_the_desk_has_its_words():
    there = words("room_question", "room", "room_send", "room_desk") | {"language"}
    wanted = asked("room_desk", "room_lesson", "room_panel")
    wanted |= {"copy_link", "copy_secret", "up", "down", "remove", "go_step_to"}
    assert wanted <= there, wanted - there


def test_the_keys_beside_a_question_have_their_words():
    assert asked("room_send") <= words("room_send")


def test_every_refusal_has_a_sentence():
    source = "\n".join(path.read_text() for path in (ROOT / "cnnviz" / "server" / "rooms").glob("*.py"))
    named = set(re.findall(r"RefusedError\(\s*\"(\w+)\"", source))
    assert len(named) > 12
    there = {name.removeprefix("refused_") for name in words("room", "room_desk") if name.startswith("refused_")}
    assert named - UNSAID <= there, named - UNSAID - there
