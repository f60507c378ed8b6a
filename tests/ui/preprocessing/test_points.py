"""Every number of the part on points: its state, its questions, what goes to the browser and comes back."""

import re
from math import sqrt

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.components.cloud import message
from cnnviz.components.pack import unpack
from cnnviz.engine.local import LocalEngine
from cnnviz.errors import ShapeError
from cnnviz.probes.preprocessing import WAYS
from cnnviz.ui.form_controls import written
from cnnviz.ui.preprocessing.points.question import question
from cnnviz.ui.preprocessing.points.state import (
    APART,
    AT,
    COUNT,
    PLACE,
    PRESETS,
    RATE,
    ROTATE,
    SEED,
    STEPS,
    WORDS,
    point,
    read,
)
from tests.ui.opened import opened, values

CONTROLS = (*PLACE, RATE, ROTATE, AT, COUNT, APART, SEED)


@pytest.fixture(scope="module")
def engine():
    started = LocalEngine(device="cpu")
    yield started
    started.close()


@given(data=st.data())
def test_any_setting_is_computed_and_the_points_are_those_asked_for(engine, data):
    chosen = {each.name: data.draw(values(each)) for each in CONTROLS}
    with opened(**chosen):
        state = read()
    found = engine.ask(state.request()).found
    assert list(found.ways) == list(WAYS)
    raw = found.ways["raw"]
    assert len(raw.points) == len(found.labels) == chosen["points"] // 2 * 2
    np.testing.assert_allclose(raw.points.mean(axis=0), [chosen["x"], chosen["y"]], atol=1e-9)
    squares = sorted((chosen["long"] ** 2, chosen["short"] ** 2), reverse=True)
    np.testing.assert_allclose(np.linalg.eigvalsh(np.cov(raw.points.T, bias=True))[::-1], squares, rtol=1e-7)
    for each in found.ways.values():
        assert np.isfinite(each.losses).all()
        assert len(each.losses) == STEPS + 1
        assert each.losses[0] == pytest.approx(1)
        # Below the largest rate every step goes down.
        if state.rate < 0.99 * each.fastest:
            assert (np.diff(each.losses) <= 1e-12).all()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_what_there_is_to_set(name):
    known = {each.name: each for each in CONTROLS}
    for key, value in PRESETS[name].items():
        assert known[key].parse(written(value)) == value
        assert value != known[key].default


def test_the_presets_show_what_they_are_called(engine):
    conditions = {}
    for name, preset in PRESETS.items():
        with opened(**preset):
            state = read()
        ways = engine.ask(state.request()).found.ways
        conditions[name] = [each.condition for each in ways.values()]
        diverges = [state.rate >= each.fastest for each in ways.values()]
        assert diverges == [name == "too_fast", *[False] * 4], name
    enough = {name: next(i for i, each in enumerate(row) if each < 1.001) for name, row in conditions.items()}
    assert enough == {"usual": 4, "far": 1, "scales": 2, "correlated": 4, "too_fast": 4, "right": 0}
    # Uncorrelated to begin with, and of equal variances: standardising, or rotating, changes nothing.
    assert conditions["correlated"][1] == pytest.approx(conditions["correlated"][3])
    assert conditions["correlated"][1] == pytest.approx(conditions["correlated"][2])


def test_a_point_beyond_the_cloud_is_the_first():
    with opened(points=20, point=70):
        assert read().point == 0
    assert point(20).high == 19


def numbers(text: str) -> list[float]:
    return [float(each.replace("−", "-")) for each in re.findall(r"−?\d+(?:\.\d+)?", text)]


@given(seed=st.integers(0, 999), turn=st.integers(0, 20))
def test_a_question_is_answered_as_torch_answers_it(seed, turn):
    with opened(seed=seed):
        state = read()
    enough, fastest, whitened, correlation = (question(state, None, 4 * turn + kind) for kind in range(4))
    for each in (enough, fastest, whitened, correlation):
        assert len(each.options) >= 3
        assert str(each.right) in each.options
    large, small = numbers(fastest.asked)
    hessian = torch.diag(torch.tensor([2 * large, 2 * small], dtype=torch.float64))
    for factor, converges in ((0.98, True), (1.02, False)):
        weights = torch.ones(2, dtype=torch.float64)
        for _ in range(2000):
            weights = weights - factor * float(fastest.right) * hessian @ weights
        assert (weights[0].abs() < 1) == converges
    x, y, first, second = numbers(whitened.asked)
    np.testing.assert_allclose(numbers(whitened.right), [x / sqrt(first), y / sqrt(second)], atol=0.006)
    first, second, between = numbers(correlation.asked)[:3]
    covariance = np.array([[first, between], [between, second]])
    draws = np.linalg.cholesky(covariance) @ np.array([[1.0, 1, -1, -1], [1, -1, 1, -1]])
    assert numbers(correlation.right)[0] == pytest.approx(np.corrcoef(draws)[0, 1], abs=0.006)
    check_enough(enough)


def check_enough(asked) -> None:
    """Make data with the moments that a question tells, and look which way first has a round loss."""
    from cnnviz.probes.preprocessing import five_ways

    told = numbers(asked.asked)
    base = torch.tensor([[1.0, 1], [1, -1], [-1, 1], [-1, -1]], dtype=torch.float64)
    centre, matrix = [0.0, 0.0], [1.0, 0.0, 1.0]
    if "mean is (" in asked.asked:
        centre, told = told[:2], told[2:]
    else:
        told = told[1:]
    if "0.6" in asked.asked:
        matrix = [1, 0.6, 1]
    elif "variances are" in asked.asked:
        matrix = [told[0], told[2] if len(told) > 2 else 0, told[1]]
    root = torch.linalg.cholesky(torch.tensor([[matrix[0], matrix[1]], [matrix[1], matrix[2]]], dtype=torch.float64))
    ways = five_ways(base @ root.T + torch.tensor(centre, dtype=torch.float64))
    first = next(name for name, each in ways.items() if torch.linalg.cond(each.T @ each) < 1.001)
    assert asked.right == WORDS.label(f"way.{first}")


def test_the_buffer_holds_the_cloud_and_what_torch_computed():
    base, labels = np.ones((6, 2)), np.ones(6, np.int8)
    covariances, losses = np.zeros((5, 2, 2)), np.ones((5, 4))
    place = dict.fromkeys(("x", "y", "long", "short", "turn"), 1.0)
    limits = dict.fromkeys((*place, "rate", "rotate"), (-1.0, 1.0))
    settings = {"place": place, "limits": limits, "rate": 0.1, "rotate": 5.0}
    meta, arrays = unpack(message(base, labels, covariances, losses, at=9, point=9, words={"play": "跑"}, **settings))
    assert [each.shape for each in arrays] == [(6, 2), (6,), (5, 2, 2), (5, 4)]
    assert (meta["steps"], meta["at"], meta["point"], meta["words"]["play"]) == (3, 3, 5, "跑")
    assert meta["cloud"] == place
    for wrong in ((base[:, :1], labels, covariances, losses), (base, labels[:4], covariances, losses),
                  (base, labels, covariances[:3], losses), (base, labels, covariances, losses[0])):  # fmt: skip
        with pytest.raises(ShapeError, match=r"\d.*\.$"):
            message(*wrong, **settings)


@pytest.mark.parametrize(("value", "heard"), [
    ({"cloud": {"x": 1, "turn": -3.5}}, [{"x": 1.0, "turn": -3.5}]),
    ({"rate": 0.2}, [{"rate": 0.2}]),
    ({"at": 7}, [{"at": 7.0}]),
    ({"rate": float("nan")}, []),
    ({"other": 1}, []),
])  # fmt: skip
def test_what_comes_back_is_heard_if_it_is_known_and_a_number(monkeypatch, value, heard):
    from cnnviz.components import cloud as module

    said: list[dict[str, float]] = []
    monkeypatch.setattr(module, "picked", lambda mount, data, key, tell: tell(value))
    place = dict.fromkeys(("x", "y", "long", "short", "turn"), 1.0)
    module.cloud(np.ones((6, 2)), np.ones(6), np.zeros((5, 2, 2)), np.ones((5, 4)), place=place, key="cloud",
                 limits={**dict.fromkeys(place, (-9.0, 9.0)), "rate": (0.0, 1.0)}, rate=0.1, rotate=5.0,
                 on_change=said.append)  # fmt: skip
    assert said == heard
