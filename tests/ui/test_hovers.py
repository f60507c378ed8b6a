"""Hovers: their words in the visitor's language, their numbers as everywhere else."""

import re

import numpy as np
import pytest

from cnnviz import lessons
from cnnviz.figures.kernels import kernels
from cnnviz.figures.maps import feature_map
from cnnviz.figures.photo import photo
from cnnviz.figures.plain import plain_figure
from cnnviz.figures.statistics import histogram
from cnnviz.ui import hovers
from cnnviz.ui.numbers import short

RNG = np.random.default_rng(0)
MAP = RNG.normal(size=(3, 4))
FIGURES = {
    "map": feature_map(MAP),
    "kernels": kernels(RNG.normal(size=(2, 3, 3))),
    "photo": photo(RNG.integers(0, 255, (4, 4, 3), dtype=np.uint8)),
    "histogram": histogram(MAP),
}


@pytest.fixture
def speaks(monkeypatch):
    """Return a function that sets the language of the visit."""
    return lambda spoken: monkeypatch.setattr(hovers, "language", lambda: spoken)


def template(figure):
    (trace,) = hovers.told(figure)._data
    return trace["hovertemplate"]


def line(values, form):
    trace = {"type": "scatter", "x": np.arange(len(values)), "y": values, "hovertemplate": f"a: %{{y:{form}}}"}
    (told,) = hovers.told(plain_figure([trace], {}, height=90))._data
    return told


@pytest.mark.parametrize("spoken", [each for each in lessons.languages() if each != lessons.ENGLISH])
@pytest.mark.parametrize("name", FIGURES)
def test_no_word_of_a_hover_stays_english(name, spoken, speaks):
    speaks(spoken)
    told = template(FIGURES[name])
    assert not re.search("[A-Za-z]{2}", re.sub(r"%\{[^}]*\}|</?extra>", "", told))
    assert re.findall(r"%\{\w", told) == re.findall(r"%\{\w", FIGURES[name]._data[0]["hovertemplate"])


def test_english_words_stay_and_numbers_are_formatted_where_minus_signs_are_right(speaks):
    speaks("en")
    (trace,) = hovers.told(FIGURES["map"])._data
    assert trace["hovertemplate"] == "row %{y}, column %{x}: %{z}<extra></extra>"
    assert trace["zhoverformat"] == ".5g"
    assert "zhoverformat" not in FIGURES["map"]._data[0]


def test_numbers_with_an_exponent_are_written_as_everywhere_else(speaks):
    speaks("en")
    values = [-6.12e-7, 0.0, 0.25, np.nan, 12345.0]
    told = line(np.array(values), ".3g")
    assert told["hovertemplate"] == "a: %{hovertext}"
    assert told["hovertext"] == [short(each, 3) for each in values]
    assert told["hovertext"][0] == "−6.12·10⁻⁷"


@pytest.mark.parametrize(("values", "form"), [([0.5, -2.0], ".3g"), ([1e-9, 1.0], ".4f"), ([1e-9, 1.0], ".1%")])
def test_numbers_that_need_none_are_left_to_plotly(values, form, speaks):
    speaks("en")
    told = line(np.array(values), form)
    assert (told["hovertemplate"], told["yhoverformat"]) == ("a: %{y}", form)


def test_a_large_map_is_not_sent_twice(speaks):
    speaks("en")
    (told,) = hovers.told(feature_map(np.full((200, 200), 1e-9)))._data
    assert "hovertext" not in told
