"""Turns of whole pages, with real threads: who goes before whom, and that nobody keeps the others for long."""

import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.turns import REST, STAGE, Turns

PATIENCE = 10.0  # seconds
LOG: list[str] = []


def wait(happened):
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def held():
    """Return turns, one of which is taken, and it."""
    turns = Turns(long=PATIENCE)
    return turns, turns.take(STAGE, lambda: None)


def test_every_stage_comes_before_the_rest_of_any_page_and_all_in_order():
    turns, first = held()
    log, inside = [], []

    def page(number):
        turn = turns.take(STAGE, lambda: None)
        for what in ("stage", "rest"):
            inside.append(number)
            assert inside == [number]
            log.append((what, number))
            time.sleep(0.001)
            inside.clear()
            turns.give(turn)
            if what == "stage":
                turn = turns.take(REST, lambda: None)

    pages = [threading.Thread(target=page, args=(number,)) for number in range(20)]
    for number, each in enumerate(pages):
        each.start()
        wait(lambda number=number: len(turns._waiting[STAGE]) == number + 1)
    turns.give(first)
    for each in pages:
        each.join(PATIENCE)
    assert log == [("stage", number) for number in range(20)] + [("rest", number) for number in range(20)]


def test_whoever_stepped_aside_takes_no_turn_from_the_next_one_by_ending():
    turns, first = held()
    turns.give(first)
    second = turns.take(STAGE, lambda: None)
    turns.give(first)
    assert turns._holder is second


def test_whoever_takes_long_keeps_nobody():
    turns = Turns(long=0.05)
    turns.take(STAGE, lambda: None)
    began = time.monotonic()
    turns.take(STAGE, lambda: None)
    assert 0.05 <= time.monotonic() - began < 2


def test_a_run_that_is_to_end_waits_no_longer_and_leaves_its_place():
    turns, first = held()

    def end():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        turns.take(STAGE, end)
    assert not turns._waiting[STAGE]
    turns.give(first)
    began = time.monotonic()
    turns.give(turns.take(REST, lambda: None))
    assert time.monotonic() - began < 0.2


def page(how):
    import streamlit as st

    from cnnviz.ui.turns import after_the_stage, aside, in_turn, let_others_have_their_stage
    from tests.ui.test_turns import LOG

    LOG.clear()

    def write(what):
        st.text(what)
        LOG.append(what)

    @st.fragment
    def part():
        if how == "waits":
            with aside():
                LOG.append("waited")
        if how == "fails":
            raise ValueError
        write("stage")
        if how != "has no stage":
            let_others_have_their_stage()
        write("rest")

    with in_turn():
        with st.container():
            after_the_stage(lambda: write("menu"))
        part()


@pytest.mark.parametrize(
    ("how", "order"),
    [
        ("has a stage", ["stage", "menu", "rest"]),
        ("waits", ["menu", "waited", "stage", "rest"]),
        ("has no stage", ["stage", "rest", "menu"]),
        ("fails", ["menu"]),
    ],
)
def test_what_stands_around_a_screen_comes_after_its_stage_and_stands_where_it_was_asked_for(how, order):
    app = AppTest.from_function(page, args=(how,)).run()
    assert order == LOG
    assert [each.value for each in app.text] == [each for each in ("menu", "stage", "rest") if each in order]
    assert bool(app.exception) == (how == "fails")
