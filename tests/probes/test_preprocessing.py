"""A cloud of points made ready five ways, against NumPy, the closed forms of a quadratic, and torch's own optimiser."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.probes.preprocessing import WAYS, cloud, loss_of, place, prepared

CENTRES = st.tuples(st.floats(-6, 6), st.floats(-6, 6))
SPREADS = st.tuples(st.floats(0.2, 4), st.floats(0.2, 4))


def found(centre, spread, turn, *, seed=0, count=40, apart=1.0, rate=0.02, steps=8, rotate=5.0):
    base, labels = cloud(count, apart, seed)
    points = place(base, centre, spread, turn)
    made = prepared(torch.tensor(points), torch.tensor(labels), rate=rate, steps=steps, turn=rotate)
    return points, labels, made


@given(count=st.integers(10, 80), apart=st.floats(0.2, 2), seed=st.integers(0, 99))
def test_a_cloud_has_mean_0_and_covariance_1_and_as_many_points_of_each_class(count, apart, seed):
    base, labels = cloud(count, apart, seed)
    np.testing.assert_allclose(base.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.cov(base.T, bias=True), np.eye(2), atol=1e-12)
    assert labels.sum() == 0
    assert len(base) == count // 2 * 2


@given(centre=CENTRES, spread=SPREADS, turn=st.floats(-90, 90))
def test_each_way_has_the_covariance_that_it_is_named_for(centre, spread, turn):
    points, _, made = found(centre, spread, turn)
    assert tuple(made) == WAYS
    np.testing.assert_allclose(points.mean(axis=0), centre, atol=1e-9)
    # Worked by hand: the eigenvalues of the cloud are the squares of the spreads that it was given.
    squares = sorted(np.square(spread), reverse=True)
    expected = {
        "raw": np.cov(points.T, bias=True),
        "centred": np.cov(points.T, bias=True),
        "standardised": np.corrcoef(points.T),
        "decorrelated": np.diag(squares),
        "whitened": np.eye(2),
    }
    for name, each in made.items():
        np.testing.assert_allclose(each.covariance, expected[name], atol=1e-8, err_msg=name)
        np.testing.assert_allclose(np.cov(each.points.T, bias=True), expected[name], atol=1e-8, err_msg=name)
        np.testing.assert_allclose(each.points.mean(axis=0), centre if name == "raw" else 0, atol=1e-9)
        turned = each.eigenvectors @ np.diag(each.eigenvalues) @ each.eigenvectors.T
        np.testing.assert_allclose(turned, each.covariance, atol=1e-8)
        assert np.linalg.det(each.eigenvectors) == pytest.approx(1)
        assert each.eigenvectors[0, 0] >= 0
    np.testing.assert_allclose(made["whitened"].hessian, 2 * np.eye(2), atol=1e-8)
    assert made["whitened"].condition == pytest.approx(1)
    # Distances stay when points are only moved and rotated.
    apart = [np.linalg.norm(made[name].points[:1] - made[name].points, axis=1) for name in ("raw", "decorrelated")]
    np.testing.assert_allclose(*apart, atol=1e-9)


@given(centre=CENTRES, spread=SPREADS, turn=st.floats(-90, 90), rate=st.floats(0.001, 1))
def test_descent_is_that_of_a_quadratic_and_the_best_weights_have_no_gradient(centre, spread, turn, rate):
    _, labels, made = found(centre, spread, turn, rate=rate, steps=5)
    for each in made.values():
        values, vectors = np.linalg.eigh(each.hessian)
        start = vectors.T @ -each.best
        for step in range(6):
            # In the Hessian's axes every step multiplies what is left by 1 - rate * curvature.
            left = vectors @ (start * (1 - rate * values) ** step)
            np.testing.assert_allclose(
                each.path[step], each.best + left, rtol=1e-6, atol=1e-6 * np.abs(left).max() + 1e-9
            )
            gap = left @ each.hessian @ left / 2
            assert each.losses[step] == pytest.approx(each.least + gap, rel=1e-6, abs=1e-9)
        at = torch.tensor(each.best, requires_grad=True)
        loss_of(at, torch.tensor(each.points), torch.tensor(labels)).backward()
        np.testing.assert_allclose(at.grad, 0, atol=1e-7)
        assert each.fastest == pytest.approx(2 / np.linalg.norm(each.hessian, 2))
        assert each.condition == pytest.approx(np.linalg.cond(each.hessian), rel=1e-6)


def test_the_path_is_that_of_torchs_sgd():
    _, labels, made = found((4, 3), (2.5, 0.6), 30, rate=0.03, steps=20)
    for each in made.values():
        weights = torch.zeros(2, dtype=torch.float64, requires_grad=True)
        optimiser = torch.optim.SGD([weights], lr=0.03)
        points = torch.tensor(each.points)
        for step in range(21):
            np.testing.assert_allclose(each.path[step], weights.detach(), atol=1e-12)
            optimiser.zero_grad()
            torch.nn.functional.mse_loss(points @ weights, torch.tensor(labels, dtype=torch.float64)).backward()
            optimiser.step()


@given(centre=CENTRES, spread=SPREADS, turn=st.floats(-90, 90), rotate=st.floats(-30, 30))
def test_the_points_that_change_side_are_those_between_both_lines(centre, spread, turn, rotate):
    _, _, made = found(centre, spread, turn, rotate=rotate)
    for each in made.values():
        # Angles from the best weights: a point is on their side within 90 degrees.
        angle = np.degrees(np.arctan2(each.points[:, 1], each.points[:, 0]) - np.arctan2(each.best[1], each.best[0]))
        side, then = (np.cos(np.radians(angle - by)) for by in (0, rotate))
        clear = np.minimum(np.abs(side), np.abs(then)) > 1e-9
        expected = np.flatnonzero((side > 0) != (then > 0))
        assert set(expected[clear[expected]]) <= set(each.changed.tolist())
        assert set(each.changed[clear[each.changed]].tolist()) <= set(expected.tolist())


def test_far_from_the_origin_a_small_rotation_changes_more_sides():
    _, _, made = found((4, 3), (2.5, 0.6), 30, count=200)
    assert len(made["raw"].changed) > 2 * len(made["whitened"].changed) > 0
