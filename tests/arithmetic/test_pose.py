"""Poses against a picture's corners sent by NumPy, and back."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.arithmetic.affine import applied, determinant
from cnnviz.arithmetic.pose import AXES, Pose, pose_of, similarity
from cnnviz.errors import ShapeError

THETA = st.tuples(*[st.floats(-4, 4, allow_nan=False)] * 6)
SCALE = st.floats(0.05, 3)
SIDES = st.tuples(st.integers(2, 60), st.integers(2, 60))


def poses(*, mirrors: bool = True):
    down = st.one_of(SCALE, SCALE.map(lambda scale: -scale)) if mirrors else SCALE
    amounts = st.floats(-179, 179), st.tuples(SCALE, down), st.floats(-2, 2), st.floats(-9, 9), st.floats(-9, 9)
    return st.builds(Pose, *amounts)


@given(poses(), SIDES, SIDES, st.floats(-1, 1), st.floats(-1, 1))
def test_a_place_of_the_picture_stands_where_numpy_sends_it(pose, canvas, picture, x, y):
    cos, sin = math.cos(math.radians(pose.degrees)), math.sin(math.radians(pose.degrees))
    # Pixels about the middle, y down: counter-clockwise takes the right side up.
    turn, shear = np.array([[cos, sin], [-sin, cos]]), np.array([[1, pose.shear], [0, 1]])
    pixels = np.array([x * picture[1], y * picture[0]]) / 2
    sent = turn @ shear @ np.diag(pose.scale) @ pixels + [pose.right, pose.down]
    expected = sent * 2 / [canvas[1], canvas[0]]
    place = applied(pose.box(canvas, picture), x, y)
    np.testing.assert_allclose(place, expected, rtol=1e-9, atol=1e-9)
    assume(abs(determinant(pose.box(canvas, picture))) > 1e-6)
    np.testing.assert_allclose(applied(pose.theta(canvas, picture), *place), (x, y), atol=1e-6)


@given(poses(), SIDES, SIDES)
def test_a_pose_comes_back_from_its_box(pose, canvas, picture):
    found = pose_of(pose.box(canvas, picture), canvas, picture)
    assert found.degrees == pytest.approx(pose.degrees, abs=1e-6)
    assert found.scale == pytest.approx(pose.scale, abs=1e-9)
    assert found.shear == pytest.approx(pose.shear, abs=1e-6)
    assert (found.right, found.down) == pytest.approx((pose.right, pose.down))


@given(THETA)
def test_any_theta_is_the_box_of_its_pose_unless_it_squeezes(theta):
    assume(abs(determinant(theta)) > 1e-3 and math.hypot(theta[0], theta[3]) > 1e-3)
    assert pose_of(theta, 2).box(2) == pytest.approx(theta, abs=1e-6)


@given(THETA)
def test_the_size_is_that_of_the_area(theta):
    # The square, since a root makes much of what is lost near 0.
    assert pose_of(theta, 42, 28).size ** 2 == pytest.approx(abs(determinant(theta)) * (42 / 28) ** 2, abs=1e-6)


@pytest.mark.parametrize("axis", AXES)
def test_one_amount_is_changed_and_the_others_stay(axis):
    pose = similarity(degrees=10, scale=0.5, right=3, down=4)
    changed = pose.changed(axis, 2.0)
    assert {each: changed.along(each) for each in AXES} == {**{each: pose.along(each) for each in AXES}, axis: 2.0}


def test_what_is_squeezed_to_a_line_cannot_be_drawn():
    squeezed = Pose(scale=(0.8, 0.0))
    assert pose_of(squeezed.box(2), 2) == squeezed
    with pytest.raises(ShapeError, match="no theta leads back"):
        squeezed.theta(28)
