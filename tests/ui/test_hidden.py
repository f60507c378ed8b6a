"""Lean links: what a teacher hides is not there, all else is, and it stays so for the visit."""

import pytest

from cnnviz.ui.hidden import PARTS
from tests.pages.opening import assert_well, open_screen, said

POOLING = "pages/basics/pooling.py"


def labels(app):
    return [each.label for each in app.expander]


def has_settings(app):
    return any(each.key == "pooling.kernel_size" for each in app.number_input)


def test_without_the_word_all_is_there():
    app = open_screen(POOLING)
    assert labels(app) == ["Predict", "The same in Python", "Try this"]
    assert has_settings(app)
    assert app.pills


@pytest.mark.parametrize(
    ("part", "expander"), [("questions", "Predict"), ("code", "The same in Python"), ("try", "Try this")]
)
def test_an_expander_is_left_out_alone(part, expander):
    app = open_screen(POOLING, hide=part)
    assert_well(app)
    assert set(labels(app)) == {"Predict", "The same in Python", "Try this"} - {expander}


def test_all_but_the_stage_can_go():
    app = open_screen(POOLING, hide=",".join(PARTS), stride="1")
    assert_well(app)
    assert not labels(app)
    assert not has_settings(app)
    assert not app.pills
    assert len(said(app)) < len(said(open_screen(POOLING, stride="1"))) / 4


def test_it_stays_for_the_visit_and_a_strange_word_hides_nothing():
    app = open_screen(POOLING, hide="settings,nonsense")
    assert not has_settings(app)
    app.switch_page("pages/basics/convolution.py").run()
    assert_well(app)
    assert app.query_params["hide"] == "settings,nonsense"


def test_what_is_no_part_is_told_and_the_others_go_with_blanks_or_without():
    app = open_screen(POOLING, hide="quiz, questions,")
    assert not app.exception
    assert labels(app) == ["The same in Python", "Try this"]
    assert [each.value for each in app.warning] == [
        "The link hides `quiz`, which is no part of a screen. What `hide` takes: "
        + ", ".join(f"`{part}`" for part in PARTS)
        + "."
    ]
    assert not open_screen(POOLING, hide="questions").warning
