"""Eight bits a value: how far off, and what stays exact. The reader here is written from the format's description."""

import hypothesis.extra.numpy as arrays
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.components.quantise import MINUS_INFINITY, NAN, PLUS_INFINITY, TOP, ZERO, quantise

FLOATS = st.floats(width=32, allow_nan=True, allow_infinity=True)
MAPS = arrays.arrays(np.float32, arrays.array_shapes(min_dims=3, max_dims=3, max_side=6), elements=FLOATS)
SPECIAL = {ZERO: 0.0, MINUS_INFINITY: -np.inf, PLUS_INFINITY: np.inf, NAN: np.nan}


def read(code: int, least: float, greatest: float) -> float:
    return SPECIAL[code] if code > TOP else float(np.linspace(least, greatest, TOP + 1, dtype=np.float64)[code])


@given(MAPS)
def test_every_value_comes_back_within_half_a_step(maps: np.ndarray) -> None:
    codes, ranges = quantise(maps)
    assert codes.shape == maps.shape
    for k in range(len(maps)):
        least, greatest = map(float, ranges[k])
        half = (greatest - least) / TOP * 0.52 + 1e-45
        for value, code in zip(maps[k].ravel(), codes[k].ravel(), strict=True):
            got = read(int(code), least, greatest)
            if np.isfinite(value):
                assert abs(got - value) <= half
                assert value != 0 or got == 0
                assert value not in (least, greatest) or got == value
            else:
                np.testing.assert_equal(got, float(value))


def test_the_ends_are_the_finite_ones() -> None:
    maps = np.array([[[1, np.nan], [np.inf, 3]], [[-np.inf, np.nan], [np.nan, np.nan]]], np.float32)
    _, ranges = quantise(maps)
    assert ranges.tolist() == [[1, 3], [0, 0]]


def test_a_layer_after_relu_keeps_its_zeros() -> None:
    maps = np.maximum(np.random.default_rng(0).normal(size=(8, 14, 14)), 0).astype(np.float32)
    codes, ranges = quantise(maps)
    assert (ranges[:, 0] == 0).all()
    assert ((codes == 0) >= (maps == 0)).all()
