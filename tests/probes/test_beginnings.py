import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import ModelError
from cnnviz.probes.beginnings import BEGINNINGS, begin


def begun(beginning, shape, amount=0.01, seed=0):
    return begin(torch.empty(shape), beginning, amount, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("beginning", "variance"),
    [("xavier", 2 / (9 * 64 + 9 * 128)), ("kaiming_in", 2 / (9 * 64)), ("kaiming_out", 2 / (9 * 128))],
)
def test_variances_of_a_convolution_count_the_kernel(beginning, variance):
    weights = begun(beginning, (128, 64, 3, 3))
    assert weights.var().item() == pytest.approx(variance, rel=0.03)
    assert abs(weights.mean().item()) < 4 * (variance / weights.numel()) ** 0.5


@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 99))
def test_orthogonal_rows_or_columns_have_length_1_and_are_perpendicular(out, into, seed):
    weights = begun("orthogonal", (out, into), seed=seed)
    product = weights @ weights.T if out <= into else weights.T @ weights
    torch.testing.assert_close(product, torch.eye(min(out, into)), atol=1e-5, rtol=0)


@given(st.floats(-2, 2, width=32), st.floats(0.001, 2))
def test_the_amount_is_the_constant_or_the_deviation(constant, deviation):
    assert (begun("constant", (5, 7), constant) == constant).all()
    assert (begun("zeros", (5, 7), constant) == 0).all()
    # 5000 draws: a deviation is within 4 % but for one in ten thousand.
    assert begun("normal", (50, 100), deviation).std().item() == pytest.approx(deviation, rel=0.05)


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_the_same_seed_gives_the_same_weights(beginning):
    assert torch.equal(begun(beginning, (6, 6), seed=3), begun(beginning, (6, 6), seed=3))


def test_another_beginning_is_refused():
    with pytest.raises(ModelError, match="'lecun'"):
        begun("lecun", (3, 3))
