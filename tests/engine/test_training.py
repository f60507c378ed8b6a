"""Runs in slices through the engine: the same as a run at one go, kept or forgotten, alone or among others."""

import json
import pickle
from dataclasses import asdict

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load

from cnnviz.engine.compute import training as compute
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import TakeFrames, TakeWeights, TrainSlice
from cnnviz.errors import CnnvizError
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings

POINTS = Settings("Linear 6, ReLU, Dropout 0.2, Linear 2", "circles", batch_size=20)
IMAGES = Settings("Conv 4 5, ReLU, MaxPool 4, Flatten, Linear 10", batch_size=50)
RATES = ((0, 0.01), (15, 0.002), (40, 0.05))


@pytest.fixture
def engine():
    made = LocalEngine(device="cpu")
    yield made
    made.close()


def slice_of(run, settings, *given, **named):
    return TrainSlice(run, tuple(asdict(settings).items()), *given, **named)


def at_one_go(settings, rates, steps):
    run = LiveRun(settings)
    for step, rate in rates:
        if step < steps:
            run.advance(steps=step)
            run.change_rate(rate)
    run.advance(steps=steps)
    run.finish_test()
    return run


def in_slices(engine, run, settings, rates, steps):
    slices, seconds = 0, 0.002
    while (found := engine.ask(slice_of(run, settings, rates, steps, seconds))).step < steps:
        slices += 1
    assert slices > 2
    return engine.ask(slice_of(run, settings, rates, found.step, look=True, tested=True)).view


@pytest.mark.parametrize("settings", [POINTS, IMAGES])
def test_slices_make_the_run_that_is_made_at_one_go(engine, settings):
    whole = at_one_go(settings, RATES, 60)
    view = in_slices(engine, "one", settings, RATES, 60)
    assert view.losses.tolist() == np.float32(whole.losses).tolist()
    assert view.step == len(view.losses) == 60
    assert view.epochs == pytest.approx(60 * settings.batch_size / len(whole.examples.labels))
    assert view.confusion.sum() == len(view.answers) == len(whole.examples.test_labels)
    right = whole.examples.test_labels.numpy()
    assert view.tests[-1, 2] == pytest.approx((view.answers == right).mean())
    assert view.sizes.shape == (3, 6, 2)
    assert view.measured.tolist() == [0, 10, 20, 30, 40, 50]


def test_runs_of_two_people_do_not_mix_and_a_forgotten_run_comes_to_the_same(engine):
    rates = ((0, 0.01),)
    wanted = at_one_go(POINTS, rates, 30).losses
    for name in ("one", "other"):
        engine.ask(slice_of(name, POINTS, rates, 10, 9.0))
    engine._kept.clear()
    for name in ("other", "one"):
        view = engine.ask(slice_of(name, POINTS, rates, 30, 9.0, look=True)).view
        assert view.losses.tolist() == np.float32(wanted).tolist()


def test_a_slice_takes_no_longer_than_it_should(engine):
    engine.ask(slice_of("one", IMAGES, until=1, seconds=9.0))
    began, steps = 1, []
    for _ in range(5):
        found = engine.ask(slice_of("one", IMAGES, until=10**9, seconds=0.02))
        steps.append(found.step - began)
        began = found.step
        assert found.view is None
    assert min(steps) >= 1
    assert max(steps) < 200


def test_slices_are_not_cached(engine):
    before = engine.statistics().result_bytes
    for _ in range(3):
        engine.ask(slice_of("one", POINTS, until=10**9, seconds=0.01, look=True))
    kept = engine.statistics()
    assert kept.computed == 3
    # The run itself, for whose curves four megabytes are reserved.
    assert kept.result_bytes - before < 4_100_000


def test_a_run_has_an_end_and_its_memory_a_bound(engine, monkeypatch):
    monkeypatch.setattr(compute, "MOST_STEPS", 500)
    points = Settings("Linear 2", "blobs")
    view = engine.ask(slice_of("one", points, until=10**9, seconds=60.0, look=True)).view
    assert view.step == 500
    assert len(view.tests) == 1 + 500 // 7
    kept = engine.statistics().result_bytes
    # 20,000 steps are forty times as many.
    (live,) = (each.live for each, _ in engine._kept._entries.values())
    assert 40 * len(pickle.dumps((live.losses, live.accuracies, live.movements, live.tested[:-1]))) < 2 * kept
    assert all(each.answers.numel() == each.sure.numel() == 0 for each in live.tested[:-1])


def values(panel):
    return panel.low + panel.codes / 255 * (panel.high - panel.low)


def assert_same(panels, wanted):
    for panel, whole in zip(panels, wanted, strict=True):
        assert panel.name == whole.name
        step = (panel.high - panel.low) / 255
        np.testing.assert_allclose(values(panel), whole.values.numpy(), atol=0.51 * step + 1e-6)


def test_the_view_is_what_the_network_shows_of_the_chosen_image(engine):
    run = at_one_go(IMAGES, (), 12)
    view = engine.ask(slice_of("one", IMAGES, until=12, seconds=60.0, look=True, shown=40)).view
    assert view.frame.step == 12
    assert_same(view.frame.panels, run.film.frame(None, run.examples.test_inputs[40:41]))


def test_the_film_is_that_of_the_run_even_of_one_that_went_on_or_was_forgotten(engine):
    run = at_one_go(POINTS, RATES, 50)
    engine.ask(slice_of("one", POINTS, RATES, 50, 60.0))
    given = tuple(asdict(POINTS).items())
    for until in (30, 50):
        frames, since = [], -1
        while found := engine.ask(TakeFrames("one", given, RATES, until, since=since, most=5)).frames:
            assert len(found) <= 5
            frames += found
            since = found[-1].step
        assert [frame.step for frame in frames] == [step for step in run.film.steps if step <= until]
        for frame in frames:
            assert_same(frame.panels, run.film.frame(frame.step, run.examples.test_inputs[:1]))
        engine._kept.clear()


def test_a_run_ends_with_the_first_test_that_is_good_enough(engine):
    settings = Settings("Linear 8, Tanh, Linear 2", "blobs", rate=0.01)
    found = engine.ask(slice_of("one", settings, ((0, 0.01),), 5000, 60.0, look=True, enough=0.9))
    tests = found.view.tests
    assert found.enough
    assert tests[-1, 2] >= 0.9
    assert (tests[:-1, 2] < 0.9).all()
    assert found.step == tests[-1, 0] == at_one_go(settings, (), found.step).tested[-1].step
    # Pressed again, it goes on to the next one.
    more = engine.ask(slice_of("one", settings, ((0, 0.01),), 5000, 60.0, enough=0.9, since=found.step))
    assert more.step == found.step + 7


def test_the_view_has_all_first_weights_and_the_plane(engine):
    run = at_one_go(POINTS, (), 25)
    view = engine.ask(slice_of("one", POINTS, until=25, seconds=9.0, look=True)).view
    assert torch.equal(torch.tensor(view.filters)[:, 0], run.network[0].weight.detach())
    for row, column in ((5, 7), (0, 59), (40, 3)):
        point = torch.tensor([[-6 + 0.2 * (column + 0.5), 6 - 0.2 * (row + 0.5)]])
        with torch.no_grad():
            sure = run.network.eval()(point).softmax(1)[0, 1].item()
        assert view.plane[row, column] == pytest.approx(sure, abs=1e-5)
    assert engine.ask(slice_of("two", IMAGES, until=2, seconds=9.0, look=True)).view.plane is None


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        ("Conv 6 5, ReLU, MaxPool 4, Flatten, Linear 10", (6, 5, 5, 3)),
        ("Flatten, Linear 10", (10, 32, 32, 3)),
        ("Conv 6 3 g3, ReLU, MaxPool 4, Flatten, Linear 10", (6, 3, 3)),
    ],
)
def test_of_colours_the_first_weights_are_colours(engine, network, shape):
    settings = Settings(network, "patches", batch_size=20)
    run = at_one_go(settings, (), 8)
    view = engine.ask(slice_of("one", settings, until=8, seconds=60.0, look=True, shown=11)).view
    assert view.filters.shape == shape
    weight = next(each.detach() for each in run.network.parameters() if each.ndim > 1)
    across = weight.reshape(len(weight), -1, *shape[1:3])
    for colour in range(across.shape[1]):
        found = view.filters[..., colour] if len(shape) == 4 else view.filters
        np.testing.assert_array_equal(found, across[:, colour].numpy())
    assert_same(view.frame.panels, run.film.frame(None, run.examples.test_inputs[11:12]))


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        ("Flatten, Linear 10", (10, 28, 28)),
        ("MaxPool 4, Flatten, Linear 10", (10, 7, 7)),
        ("AvgPool 2, Conv 5 3, Flatten, Linear 10", (5, 3, 3)),
        ("MaxPool 2, Conv 90 5, AdaptiveAvgPool 1, Flatten, Linear 10", (64, 5, 5)),
    ],
)
def test_the_first_weights_lie_as_they_read(engine, network, shape):
    view = engine.ask(slice_of("one", Settings(network), until=0, look=True)).view
    assert view.step == 0
    assert view.filters.shape == shape
    assert view.frame.panels[0].codes.shape == (min(16, shape[0]), *shape[1:])


def test_weights_are_those_of_the_step_whatever_came_after(engine, tmp_path):
    whole = at_one_go(POINTS, RATES, 20)
    for reached in (20, 50):
        engine.ask(slice_of("one", POINTS, RATES, reached, 9.0))
        file = engine.ask(TakeWeights("one", tuple(asdict(POINTS).items()), RATES, 20)).file.tobytes()
        for name, tensor in load(file).items():
            assert torch.equal(tensor, whole.network.state_dict()[name]), name
    (tmp_path / "weights.safetensors").write_bytes(file)
    with safe_open(tmp_path / "weights.safetensors", "pt") as opened:
        about = opened.metadata()
    assert Settings(**json.loads(about["settings"])) == POINTS
    assert about["step"] == "20"


def test_what_cannot_run_is_told(engine):
    with pytest.raises(CnnvizError, match="ends in 7 and there are 10 classes"):
        engine.ask(slice_of("one", Settings("Flatten, Linear 7"), until=1, look=True))
