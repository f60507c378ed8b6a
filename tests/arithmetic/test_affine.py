"""Thetas against NumPy's matrices."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.arithmetic.affine import IDENTITY, applied, composed, determinant, inverse, product
from cnnviz.errors import ShapeError

THETA = st.tuples(*[st.floats(-4, 4, allow_nan=False)] * 6)
SCALE = st.floats(0.05, 3)


def matrix(theta):
    return np.array([[*theta[:3]], [*theta[3:]], [0, 0, 1.0]])


@given(THETA, THETA, st.floats(-2, 2), st.floats(-2, 2))
def test_the_product_is_that_of_matrices_and_reads_the_last_output_first(first, then, x, y):
    np.testing.assert_allclose(matrix(product(first, then)), matrix(first) @ matrix(then), atol=1e-9)
    assert applied(product(first, then), x, y) == pytest.approx(applied(first, *applied(then, x, y)), abs=1e-9)
    assert determinant(first) == pytest.approx(np.linalg.det(matrix(first)), abs=1e-9)


@given(THETA)
def test_the_inverse_is_numpys(theta):
    assume(abs(determinant(theta)) > 1e-3)
    np.testing.assert_allclose(matrix(inverse(theta)), np.linalg.inv(matrix(theta)), rtol=1e-6, atol=1e-6)


def test_where_no_theta_leads_back_one_sentence_says_so():
    with pytest.raises(ShapeError, match=r"1 · 0 − 0 · 0 = 0.*\.$"):
        inverse((1, 0, 0.5, 0, 0, 0))
    with pytest.raises(ShapeError, match=r"0\.5 · 0\.5 − \(-0\.5\) · \(-0\.5\) = 0"):
        inverse((0.5, -0.5, 0, -0.5, 0.5, 0))


@given(st.floats(-179, 179), SCALE, SCALE, st.booleans(), st.floats(-2, 2))
def test_what_is_composed_is_a_turn_after_a_shear_after_a_scale(rotation, along, down, mirrored, shear):
    down = -down if mirrored else down
    theta = composed(rotation=rotation, scale=(along, down), shear=shear, shift=(0.25, -1))
    cos, sin = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
    four = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, shear], [0, 1]]) @ np.diag([along, down])
    np.testing.assert_allclose(matrix(theta)[:2, :2], four, atol=1e-12)
    assert theta[2::3] == (0.25, -1)


def test_a_positive_rotation_turns_the_box_clockwise():
    quarter = composed(rotation=90, scale=(1, 1), shear=0, shift=(0, 0))
    # y runs down: the middle of the right side goes to the bottom.
    assert applied(quarter, 1, 0) == pytest.approx((0, 1))
    assert applied(IDENTITY, 0.3, -0.2) == (0.3, -0.2)
