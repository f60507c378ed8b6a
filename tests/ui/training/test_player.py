"""How often a page that moves by itself is drawn, and that a class's pages are drawn one after the other."""

import threading
import time
from types import SimpleNamespace

import pytest

from cnnviz.ui import turns
from cnnviz.ui.training import player


@pytest.fixture
def fragments(monkeypatch):
    """The functions that are fragments, in the order in which they were made."""
    made = []
    monkeypatch.setattr(player.st, "fragment", lambda function: made.append(function) or function)
    return made


@pytest.fixture
def told(monkeypatch):
    """What the browser was told: every how many seconds it is to run a fragment, 0 for no more."""
    told = []
    monkeypatch.setattr(player, "current_fragment", lambda: "here")
    monkeypatch.setattr(player, "run_every", lambda seconds, fragment: told.append((seconds, fragment)))
    return told


def playing(pace=0.0):
    return SimpleNamespace(
        playing=True,
        step=0,
        pace=pace,
        presses=1,
        moves={},
        wake=lambda: None,
        pause=lambda: None,
        wait=lambda seconds: False,
    )


def resting():
    run = playing()
    run.playing, run.presses, run.wait = False, 0, lambda seconds: True
    return run


@pytest.mark.parametrize(("pace", "seconds"), [(0, 0.5), (0.7, 0.5), (0.8, 1), (1.4, 1), (1.6, 2), (30, 2)])
def test_where_views_are_rare_the_page_is_drawn_less_often(fragments, told, pace, seconds):
    player.moving(playing(pace), lambda: 0, lambda seen: None)
    assert told == [(seconds, "here")]


def test_a_page_whose_pace_has_changed_tells_it_and_is_not_drawn_as_a_whole(fragments, told, anew):
    run = playing()
    player.moving(run, lambda: 0, lambda seen: None, leads=True)
    for pace in (0.0, 2.0, 2.1, 0.0):
        run.pace = pace
        fragments[0]()
    assert told == [(0.5, "here"), (2.0, "here"), (0.5, "here")]
    assert not anew


@pytest.fixture
def keys(monkeypatch):
    """The keys that were drawn: label, and settings."""
    keys = []
    monkeypatch.setattr(player.st, "button", lambda label, **settings: keys.append((label, settings)))
    return keys


@pytest.fixture
def anew(monkeypatch):
    """As many ones as the whole page was run again."""
    anew = []
    monkeypatch.setattr(player.st, "rerun", lambda: anew.append(1))
    return anew


FORM = SimpleNamespace(words=SimpleNamespace(label=str), key=str)


def test_play_draws_the_keys_alone_and_has_what_moves_begin(fragments, told, keys, anew):
    run = resting()
    run.play = lambda steps: vars(run).update(playing=True, presses=1, pace=0.8)
    player.draw_keys(FORM, run, {"one_step": ("skip_next", 1)}, most=7)
    player.moving(run, lambda: 0, lambda seen: None, leads=True)
    assert ([label for label, _ in keys], told) == (["play", "one_step", "anew"], [(0.0, "here")])
    row, move = fragments
    keys[0][1]["on_click"]()
    row()
    assert (told[1:], keys[3][0], keys[4][1]["disabled"], anew) == ([(1.0, "here")], "pause", True, [])
    # It comes to rest before there was a picture.
    run.playing, run.wait = False, lambda seconds: True
    move()
    assert anew == [1]


def test_any_other_key_has_the_whole_page_run(fragments, told, keys, anew):
    player.draw_keys(FORM, resting(), {})
    fragments[0]()
    assert anew == [1]


def test_pages_that_move_by_themselves_are_drawn_in_turn(fragments, told, monkeypatch):
    contexts = threading.local()

    def context(suppress_warning=False):
        if not hasattr(contexts, "mine"):
            contexts.mine = SimpleNamespace(yield_check=lambda: None)
        return contexts.mine

    monkeypatch.setattr(turns, "get_script_run_ctx", context)
    within, most, drawn = 0, 0, []

    def draw(seen):
        nonlocal within, most
        within += 1
        most = max(most, within)
        time.sleep(0.02)
        within -= 1
        drawn.append(seen)

    for number in range(4):
        player.moving(playing(), lambda number=number: number, draw)
    threads = [threading.Thread(target=again) for again in fragments]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    assert (sorted(drawn[4:]), most) == ([0, 1, 2, 3], 1)
