"""The place in the queue while a class trains: each run is told how many have their turn before it, and each moves."""

import time
from dataclasses import asdict, replace

from cnnviz.engine.requests import TrainSlice
from cnnviz.training.live.settings import Settings
from cnnviz.ui.training import driver as drivers
from cnnviz.ui.training.driver import Driver

PEOPLE = 30


def settings_of(number):
    return Settings("Linear 4, ReLU, Linear 2", "circles", batch_size=20, seed=number)


def slice_of(number):
    return TrainSlice(f"run {number}", tuple(asdict(settings_of(number)).items()), until=5, seconds=60.0)


def waiting(condition, patience=20.0):
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_everybody_is_told_their_place_and_has_their_turn(build, desk):
    engine = build()
    held = desk.hold(engine)
    slices = [engine.submit(slice_of(number), session=f"run {number}") for number in range(PEOPLE)]
    assert [engine.ahead(f"run {number}") for number in range(PEOPLE)] == list(range(PEOPLE))
    # One who looks at something meanwhile comes before those who train.
    looked = engine.submit(desk.Probe(7), session="looker")
    came: list[int] = []
    looked.add_done_callback(lambda _: came.append(sum(each.done() for each in slices)))
    again = engine.submit(slice_of(0), session="run 0")
    assert engine.ahead("looker") == 0
    assert engine.ahead("run 0") == 0
    assert engine.ahead("nobody") is None
    desk.gate.set()
    assert held.result(20) is not None
    assert [each.result(20).step for each in slices] == [5] * PEOPLE
    assert looked.result(20).values[0] == 7
    assert came[0] <= 1
    assert again.result(20).step == 5
    assert engine.ahead("run 3") is None


def test_runs_that_play_are_told_places_and_none_is_left_behind(build, desk, monkeypatch):
    monkeypatch.setattr(drivers, "ALONE", 1e9)  # here nobody looks
    engine = build()
    runs = [Driver(engine, settings_of(number)) for number in range(8)]
    for run in runs:
        assert run.look().step == 0
        assert run.ahead == 0
    held = desk.hold(engine)
    for run in runs:
        run.play(60)
    waiting(lambda: sorted(run.ahead for run in runs) == list(range(8)))
    desk.gate.set()
    held.result(20)
    assert all(run.wait(60) for run in runs)
    assert [run.step for run in runs] == [60] * 8
    assert [run.ahead for run in runs] == [0] * 8


def test_the_test_before_the_first_step_lets_others_through(build):
    engine = build()
    request = slice_of(1)
    first = replace(request, until=0, seconds=1e-9, look=True)
    looks = 0
    while (found := engine.ask(first, session="run 1")).view is None:
        looks += 1
        assert looks < 1000
    assert looks
    assert found.step == 0
    assert found.view.tests.shape[0] == 1
    whole = engine.ask(replace(slice_of(1), run="another", until=0, seconds=0.0, look=True))
    assert (whole.view.tests == found.view.tests).all()
