"""A run that plays by itself: as far as it should, at the rates it was told, and no longer than somebody looks."""

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.torch import load

from cnnviz.engine.local import LocalEngine
from cnnviz.errors import CnnvizError
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings
from cnnviz.ui.training import driver as drivers
from cnnviz.ui.training.driver import Driver

POINTS = Settings("Linear 6, ReLU, Linear 2", "circles", batch_size=20, rate=0.01)


@pytest.fixture
def engine():
    made = LocalEngine(device="cpu")
    yield made
    made.close()


def until(condition, patience=20.0):
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_rests_on_the_start_and_goes_as_far_as_it_is_told(engine):
    run = Driver(engine, POINTS)
    assert run.look().step == 0
    assert not run.playing
    for step in (1, 21):
        run.play(step - run.step)
        assert run.wait(20)
        view = run.look()
        assert (view.step, run.step, run.playing) == (step, step, False)
        assert view.tests[-1, 0] == step
    alone = LiveRun(POINTS)
    alone.advance(steps=21)
    assert view.losses.tolist() == np.float32(alone.losses).tolist()


def test_a_rate_changed_on_the_way_is_part_of_the_run(engine):
    run = Driver(engine, POINTS)
    run.play()
    until(lambda: run.step > 20)
    run.change_rate(0.002)
    until(lambda: len(run.rates) == 2)
    changed = max(run.rates)
    until(lambda: run.step > changed + 20)
    run.pause()
    assert run.wait(20)
    view = run.look()
    assert run.rates == {0: 0.01, changed: 0.002}
    alone = LiveRun(POINTS)
    alone.advance(steps=changed)
    alone.change_rate(0.002)
    alone.advance(steps=view.step)
    assert view.losses.tolist() == np.float32(alone.losses).tolist()
    for name, tensor in load(run.weights()).items():
        assert tensor.tolist() == alone.network.state_dict()[name].tolist()


def test_a_forgotten_run_goes_on_where_it_was(engine):
    run = Driver(engine, POINTS)
    run.play(50)
    run.wait(20)
    engine._kept.clear()
    run.play(10)
    assert run.wait(20)
    assert run.look().step == 60


def test_pressing_again_at_once_is_one_run(engine):
    run = Driver(engine, POINTS)
    for _ in range(5):
        run.play()
        run.pause()
    run.play(3)
    assert run.wait(20)
    assert not run.playing
    alone = LiveRun(POINTS)
    alone.advance(steps=run.step)
    assert run.look().losses.tolist() == np.float32(alone.losses).tolist()


def test_a_run_that_nobody_looks_at_stops(engine, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(drivers, "time", SimpleNamespace(monotonic=lambda: now))
    run = Driver(engine, POINTS)
    run.play()
    for _ in range(3):
        run.look()
        now += 0.9 * drivers.ALONE
        made = run.step
        until(lambda made=made: run.step > made + 20)
    assert run.playing

    def is_later():
        nonlocal now
        now += drivers.ALONE  # again and again: some of it is taken for the pace of its views
        return not run.playing

    until(is_later)
    assert run.wait(20)
    assert not run.playing
    assert drivers.ALONE < 5
    stopped = run.step
    assert run.look().step == stopped
    assert not run.playing
    # The page that it played on was only late.
    run.wake()
    until(lambda: run.step > stopped)
    run.pause()
    assert run.wait(20)
    run.wake()
    assert not run.playing


def test_a_press_has_a_bound_and_another_press_goes_on(engine, monkeypatch):
    monkeypatch.setattr(drivers, "BUDGET", 0.1)
    run = Driver(engine, POINTS)
    run.look()  # to make it takes time, too, which a busy machine has little of
    for _ in range(2):
        before = run.step
        run.play()
        assert run.wait(20)
        assert run.step > before
        assert 0.1 <= run.spent < 1


def test_a_refusal_is_told(engine):
    run = Driver(engine, Settings("Linear 3", "circles"))
    with pytest.raises(CnnvizError, match="ends in 3 and there are 2 classes"):
        run.look()
    run.play()
    until(lambda: run.error is not None)
    assert not run.playing


def test_settings_are_its_own_at_any_rate(engine):
    run = Driver(engine, POINTS)
    assert run.is_of(Settings("Linear 6, ReLU, Linear 2", "circles", batch_size=20, rate=0.5))
    assert not run.is_of(Settings("Linear 6, ReLU, Linear 2", "circles", batch_size=21, rate=0.01))


def test_a_run_expects_its_views_as_seldom_as_the_engine_is_full(engine, monkeypatch):
    full = replace(engine.statistics(), waiting=30)
    monkeypatch.setattr(engine, "statistics", lambda: full)
    run = Driver(engine, POINTS)
    assert run.pace == 0
    run.play(1)
    assert run.pace == 30 * drivers.ROUND
    assert run.wait(20)
