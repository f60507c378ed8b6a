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


def trees():
    """Return the package's files that a page may reach, parsed, by place."""
    places = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
    seen = {at: path for at, path in places.items() if not at.startswith(NOT_ON_A_PAGE) or at.startswith(BUT)}
    return {at: ast.parse(path.read_text(encoding="utf-8")) for at, path in seen.items()}


def errors(parsed):
    """Return the names of CnnvizError and of all that are one, imported already or not."""
    found = [node for tree in parsed.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names = {CnnvizError.__name__}
    while more := {node.name for node in found if names & {getattr(base, "id", "") for base in node.bases}} - names:
        names |= more
    return names


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
    parsed, found = trees(), {}
    names = errors(parsed)
    for place, tree in parsed.items():
        for node in ast.walk(tree):
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
    pairs = (
        "{1} needs {2}.\nΧρειάζεται {2}: {1}.",
        "The p of {1} is {2}.\nΤο p του {1} είναι {2}.",
        "In {1}: {2}\nΣτο {1}: {2}",
        "In {1}: {2}; {3}.\nΣτο {1}: {2}; {3}.",
        "2; right\n2; σωστό",
    )
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


def test_a_sentence_within_another_may_begin_small_and_is_read_before_what_is_around_it(greek):
    """Of two ways to read one, "a needs b" within "In a: b" leaves fewer words than the pair of the whole."""
    assert refusals.in_language("In x: the p of z is 2; right.", greek) == "Στο x: Το p του z είναι 2; σωστό."


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_is_filled_in_is_not_read_as_a_pattern(one, two):
    found = refusals._filled_in(["The p (of) ", " is ", "."], f"The p (of) {one} is {two}.")
    assert found is not None
    assert f"{found[0]} is {found[1]}" == f"{one} is {two}"


@given(st.lists(st.text("ab", max_size=2), min_size=1, max_size=4), st.text("ab", max_size=9))
def test_places_are_filled_as_a_regular_expression_without_greed_fills_them(around, sentence):
    pattern = "(.*?)".join(map(re.escape, around))
    found = re.fullmatch(f"(?i:{pattern[0]}){pattern[1:]}" if around[0] else pattern, sentence)
    assert refusals._filled_in(around, sentence) == (found and list(found.groups()))


@pytest.mark.parametrize("spoken", [each for each in lessons.languages() if each != lessons.ENGLISH])
def test_every_refusal_is_there_in_every_language_with_its_numbers(spoken):
    blocks = "\n\n".join(lessons.sections(spoken, "errors").values()).split("\n\n")
    pairs = dict(block.strip().split("\n") for block in blocks)
    missing = {sentence: place for sentence, place in sentences().items() if sentence not in pairs}
    assert not missing
    for english, other in pairs.items():
        assert sorted(re.findall(r"\{\d+\}", english)) == sorted(set(re.findall(r"\{\d+\}", other))), english


def reasons():
    """Return why a layer has no one receptive field, as each is written in the analysis, its names filled in."""
    found = set()
    for path in sorted((PACKAGE / "analysis").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Lost", "lose", "settled"):
                found.update(filter(None, map(template, node.args)))
    return sorted(re.sub(r"\{\d+\}", "7", each) for each in found)


@pytest.mark.parametrize("spoken", [each for each in lessons.languages() if each != lessons.ENGLISH])
def test_why_a_layer_has_no_one_field_is_there_in_every_language(spoken):
    assert len(reasons()) > 10
    for reason in reasons():
        found = refusals.in_language(f"No one receptive field describes this layer: {reason}.", spoken)
        left = re.findall("[a-z]{2,}", found)
        assert left in ([], ["interpolate"], ["antialias", "interpolate"]), found
