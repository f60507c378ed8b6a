"""What the library calls in English has its name in every other language: classes, cards, columns of tables."""

import csv
import io

import pandas as pd
import pytest

from cnnviz import lessons, models
from cnnviz.design import PRESETS
from cnnviz.design.small_networks import SMALL
from cnnviz.images.example_sets import EXAMPLE_SETS
from cnnviz.models import efficientnet_lite0, go_networks, shipped
from cnnviz.ui import downloads, names

OTHERS = [each for each in lessons.languages() if each != lessons.ENGLISH]
# Those that come with this project; torchvision's cards are asked of one, as all have ImageNet's classes.
CARDS = [*shipped.names(), *efficientnet_lite0.names(), *go_networks.NAMES, "resnet18"]


@pytest.fixture(params=OTHERS)
def spoken(request, monkeypatch):
    """A visit in a language other than English."""
    for module in (names, downloads):
        monkeypatch.setattr(module, "language", lambda: request.param)
    return request.param


def are_numbers(classes):
    """Return whether classes are digits, or points of a board."""
    return all(any(letter.isdigit() for letter in each) for each in classes)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_of_another_language_has_no_word_of_english(name, spoken):
    known, card = lessons.labels(spoken, "names", "cards"), models.card(name)
    missing = {each for each in (card.title, card.source, card.data, card.origin) if each and each not in known}
    # Names of their own.
    assert missing <= {"torchvision", "EfficientNet-Lite0", name, "Go"}
    shown = names.card(name)
    assert (shown.name, shown.parameters, len(shown.classes)) == (card.name, card.parameters, len(card.classes))
    if not are_numbers(card.classes):
        assert not {*shown.classes} & {*card.classes} - {"iPod"}
    assert len({*shown.classes}) == len({*card.classes})


def test_classes_of_the_sets_to_learn_from_have_names_that_differ(spoken):
    for each in EXAMPLE_SETS.values():
        shown = names.class_names(each.classes)
        assert len({*shown}) == len(each.classes)
        assert are_numbers(each.classes) or not {*shown} & {*each.classes}


def test_networks_of_the_calculator_have_titles(spoken):
    known = lessons.labels(spoken, "names", "cards")
    titles = {each.title for each in (*PRESETS.values(), *SMALL.values())}
    assert not {each for each in titles if " " in each and each not in known}


def test_classes_without_names_are_numbered(spoken):
    first, second = names.class_names(("class 0", "class 12"))
    assert (first.replace("0", "12"), first != "class 0") == (second, True)


def test_english_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(names, "language", lambda: "en")
    assert names.card("lenet5-fashion") == models.card("lenet5-fashion")
    assert names.class_names(("tabby", "class 3")) == ("tabby", "class 3")


def test_a_table_keeps_its_numbers_under_other_names(spoken):
    table = pd.DataFrame({"step": [1, 2], "weights, plain": [0.5, -1], "unit 3": ["a,b", "c"], "xyz": [1, 1]})
    text = downloads.csv_maker(lambda: table.to_csv(index=False))()
    assert text.startswith("\ufeff")  # for Excel
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert rows == [["1", "0.5", "a,b", "1"], ["2", "-1.0", "c", "1"]]
    assert len(head) == 4
    assert head[-1] == "xyz"
    assert not {*head[:-1]} & {*table}


def test_a_table_in_english_is_the_table(monkeypatch):
    for module in (names, downloads):
        monkeypatch.setattr(module, "language", lambda: "en")
    assert downloads.csv_maker("step,loss\r\n1,2\r\n")() == "step,loss\r\n1,2\r\n"
