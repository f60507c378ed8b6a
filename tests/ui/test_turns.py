"""Turns of runs, with real threads: who goes before whom, and that nobody keeps the others for long."""

import threading
import time
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui import turns as module
from cnnviz.ui.turns import ACT, MOVING, REST, STAGE, Turns

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
            if what == "stage":
                # Whoever had a stage before stands in line for the rest, which else were a matter of luck.
                wait(lambda: len(turns._waiting[REST]) == number)
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
    began = time.monotonic()
    turns.take(STAGE, lambda: None)
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
    assert time.monotonic() - began < PATIENCE / 2


def test_acts_come_before_pages_and_pages_before_what_moves_by_itself(monkeypatch):
    monkeypatch.setattr(module, "_LOOK", PATIENCE)
    turns, first = held()
    log = []

    def run(what):
        turn = turns.take(what, lambda: None)
        log.append(what)
        turns.give(turn)

    threads = [threading.Thread(target=run, args=(what,)) for what in (MOVING, REST, STAGE, ACT)]
    for each in threads:
        each.start()
    wait(lambda: all(turns._waiting))
    turns.give(first)
    for each in threads:
        each.join(PATIENCE)
    assert log == [ACT, STAGE, REST, MOVING]


def test_what_moves_by_itself_is_kept_no_longer_than_a_look():
    turns, first = held()
    moving = threading.Thread(target=lambda: turns.take(MOVING, lambda: None))
    moving.start()
    wait(lambda: turns._waiting[REST])
    rest = threading.Thread(target=lambda: turns.take(REST, lambda: None))
    rest.start()
    wait(lambda: len(turns._waiting[REST]) == 2)
    turns.give(first)
    moving.join(PATIENCE)
    assert not moving.is_alive()
    turns.give(turns._holder)
    rest.join(PATIENCE)


def test_a_run_inside_another_has_its_turn_and_one_that_steps_aside_comes_back(monkeypatch):
    context = SimpleNamespace(yield_check=lambda: None)
    monkeypatch.setattr(module, "get_script_run_ctx", lambda suppress_warning: context)
    with module.in_turn(ACT), module.in_turn(STAGE):
        what, turn = vars(context)["cnnviz-turn"]
        assert (what, module._TURNS._holder) == (ACT, turn)
        module.step_aside()
        assert module._TURNS._holder is None
        module.come_back(REST)
        what, turn = vars(context)["cnnviz-turn"]
        assert (what, module._TURNS._holder) == (REST, turn)
    assert module._TURNS._holder is None
    module.come_back()
    assert module._TURNS._holder is None


def act(sent):
    """Return the context of a run of a part, whose messages are noted in `sent`."""
    return SimpleNamespace(yield_check=lambda: None, fragment_ids_this_run=["part"], _enqueue=sent.append)


def test_messages_of_an_act_go_out_together_only_where_others_wait(monkeypatch):
    sent, other = [], threading.Event()
    context = act(sent)
    monkeypatch.setattr(module, "get_script_run_ctx", lambda suppress_warning: context)
    turns = Turns(long=PATIENCE)
    monkeypatch.setattr(module, "_TURNS", turns)
    before = context._enqueue

    @module.in_turn(ACT)
    def fails():
        context._enqueue(1)
        assert sent == [1]
        turns._waiting[MOVING].append(other)
        context._enqueue(2)
        context._enqueue(3)
        assert sent == [1]
        module.step_aside()
        assert sent == [1, 2, 3]
        assert turns._holder is other
        turns.give(other)
        module.come_back(REST)
        turns._waiting[MOVING].append(other)
        context._enqueue(4)
        turns._waiting[MOVING].clear()
        context._enqueue(5)
        assert sent == [1, 2, 3, 4, 5]
        turns._waiting[MOVING].append(other)
        context._enqueue(6)
        raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        fails()
    # What was drawn before it failed is there, and whoever draws next finds all as it was.
    assert sent == [1, 2, 3, 4, 5, 6]
    assert context._enqueue == before


def test_a_whole_page_holds_nothing(monkeypatch):
    sent = []
    context = act(sent)
    context.fragment_ids_this_run = None
    monkeypatch.setattr(module, "get_script_run_ctx", lambda suppress_warning: context)
    turns = Turns(long=PATIENCE)
    monkeypatch.setattr(module, "_TURNS", turns)
    with module.in_turn(STAGE):
        turns._waiting[MOVING].append(threading.Event())
        context._enqueue(1)
        assert sent == [1]


def page(how):
    import streamlit as st

    from cnnviz.ui.turns import REST, STAGE, after_the_stage, come_back, draw_around, in_turn, step_aside
    from tests.ui.test_turns import LOG

    LOG.clear()

    def write(what):
        st.text(what)
        LOG.append(what)

    @st.fragment
    def part():
        if how == "waits":
            step_aside()
            draw_around()
            LOG.append("waited")
            come_back()
        if how == "fails":
            raise ValueError
        write("stage")
        if how != "has no stage":
            step_aside()
            come_back(REST)
        write("rest")

    with in_turn(STAGE):
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
    app = AppTest.from_function(page, args=(how,), default_timeout=30).run()
    assert order == LOG
    assert [each.value for each in app.text] == [each for each in ("menu", "stage", "rest") if each in order]
    assert bool(app.exception) == (how == "fails")
