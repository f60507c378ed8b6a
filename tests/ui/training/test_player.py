"""How often a page that moves by itself is drawn, and that a class's pages are drawn one after the other."""

import threading
import time
from types import SimpleNamespace

import pytest

from cnnviz.ui.training import player


@pytest.fixture
def fragments(monkeypatch):
    """The functions that are told to run again, and every how many seconds."""
    told = []
    monkeypatch.setattr(
        player.st, "fragment", lambda function, run_every: told.append((function, run_every)) or function
    )
    return told


def playing(pace=0.0):
    return SimpleNamespace(playing=True, pace=pace, wake=lambda: None, wait=lambda seconds: False)


@pytest.mark.parametrize(("pace", "seconds"), [(0, 0.5), (0.7, 0.5), (0.8, 1), (1.4, 1), (1.6, 2), (30, 2)])
def test_where_views_are_rare_the_page_is_drawn_less_often(fragments, pace, seconds):
    player.moving(playing(pace), lambda: 0, lambda seen: None)
    assert fragments[0][1] == seconds


def test_of_pages_whose_pace_has_changed_one_at_a_time_runs_again(fragments, monkeypatch):
    anew = []
    monkeypatch.setattr(player.st, "rerun", lambda: anew.append(1))
    monkeypatch.setattr(player, "_GATE", player._Gate(0.05))
    runs = [playing() for _ in range(3)]
    for run in runs:
        player.moving(run, lambda: 0, lambda seen: None, leads=True)
        run.pace = 2.0
    assert not anew
    for again, _ in fragments:
        again()
    assert len(anew) == 1
    time.sleep(0.06)
    fragments[1][0]()
    assert len(anew) == 2


def test_pages_that_move_by_themselves_are_drawn_in_turn_and_who_pressed_a_key_waits_for_none(fragments):
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
    threads = [threading.Thread(target=again) for again, _ in fragments]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    assert (sorted(drawn[4:]), most) == ([0, 1, 2, 3], 1)
    with player._TURN:
        player.moving(playing(), lambda: 4, draw)
    assert drawn[-1] == 4
