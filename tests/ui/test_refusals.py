"""Refusals in another language: each sentence of the library has its words there, with the same numbers."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnviz
from cnnviz import lessons
from cnnviz.errors import CnnvizError
from cnnviz.ui import refusals

PACKAGE = Path(cnnviz.__file__).parent
# What only the operator sees at a terminal, or who writes a component or a recipe.
NOT_ON_A_PAGE = ("components", "server", "cli.py", "cli_models.py", "training")
BUT = "training/live"


def errors():
    """Return the names of CnnvizError and of all that are one."""
    every = [CnnvizError]
    for each in every:
        every.extend(each.__subclasses__())
    return {each.__name__ for each in every}


def template(node):
    """Return the sentence of a literal, with numbers in braces for what is filled in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    count = iter(range(1, len(node.values) + 1))
    return "".join(each.value if isinstance(each, ast.Constant) else f"{{{next(count)}}}" for each in node.values)


def sentences():
    """Return what the library refuses with, as far as it is written where it is raised, by file."""
    names, found = errors(), {}
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if place.startswith(NOT_ON_A_PAGE) and not place.startswith(BUT):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", ""))
            for each in filter(None, map(template, node.args)) if called in names else ():
                # A part of a sentence that another one is made of ends in no full stop.
                if each.endswith("."):
                    found[each] = place
    return found


@pytest.fixture
def greek(tmp_path, monkeypatch):
    """Lessons with some refusals in a second language, "el"."""
    (tmp_path / "en").mkdir()
    (tmp_path / "el").mkdir()
    pairs = ("{1} needs {2}.\nΧρειάζεται {2}: {1}.", "The p of {1} is {2}.\nΤο p του {1} είναι {2}.")
    (tmp_path / "el" / "errors.md").write_text("## all\n" + "\n\n".join(pairs), encoding="utf-8")
    caches = (lessons.languages, lessons.sections, lessons.labels, refusals._pairs)
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    for each in caches:
        each.cache_clear()
    yield "el"
    for each in caches:
        each.cache_clear()


def test_a_sentence_keeps_its_numbers_and_may_change_their_order(greek):
    assert refusals.in_language("A fold needs 3 rows.", greek) == "Χρειάζεται 3 rows: A fold."
    assert refusals.in_language("A fold needs 3 rows.", "en") == "A fold needs 3 rows."


def test_the_sentence_that_says_most_itself_is_taken(greek):
    assert refusals.in_language("The p of what it needs is 2.", greek) == "Το p του what it needs είναι 2."


def test_what_no_pair_fits_stays_english(greek):
    assert refusals.in_language("Nothing of the kind.", greek) == "Nothing of the kind."


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_is_filled_in_is_not_read_as_a_pattern(one, two):
    pattern = re.compile(refusals._pattern("The p (of) {1} is {2}."), re.DOTALL)
    found = pattern.fullmatch(f"The p (of) {one} is {two}.")
    assert found is not None
    assert f"{found[1]} is {found[2]}" == f"{one} is {two}"


@pytest.mark.parametrize("spoken", [each for each in lessons.languages() if each != lessons.ENGLISH])
def test_every_refusal_is_there_in_every_language_with_its_numbers(spoken):
    blocks = "\n\n".join(lessons.sections(spoken, "errors").values()).split("\n\n")
    pairs = dict(block.strip().split("\n") for block in blocks)
    missing = {sentence: place for sentence, place in sentences().items() if sentence not in pairs}
    assert not missing
    for english, other in pairs.items():
        assert sorted(re.findall(r"\{\d+\}", english)) == sorted(set(re.findall(r"\{\d+\}", other))), english
