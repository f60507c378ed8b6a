import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.probes.variance import INPUTS, draw_inputs, lines


@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 7), st.integers(0, 999), st.floats(-2, 2))
def test_every_line_is_what_numpy_finds(samples, outputs, fan_in, seed, shift):
    random = np.random.default_rng(seed)
    x, w = random.normal(shift, 1, (samples, fan_in)), random.normal(0, 1, (outputs, fan_in))
    found = lines(torch.tensor(x), torch.tensor(w))
    products = np.einsum("ni,oi->noi", x, w)
    expected = {
        "outputs": products.sum(axis=2).var(),
        "products": fan_in * products.var(),
        "independent": fan_in * ((x**2).mean() * (w**2).mean() - x.mean() ** 2 * w.mean() ** 2),
        "weights_centred": fan_in * (x**2).mean() * w.var(),
        "both_centred": fan_in * x.var() * w.var(),
    }
    for name, value in expected.items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-6, abs=1e-9), name


@pytest.mark.parametrize(("kind", "square", "variance"), [("normal", 1, 1), ("relu", 1 / 2, 1 / 2 - 1 / (2 * np.pi)),
                                                          ("uniform", 1 / 3, 1 / 12)])  # fmt: skip
def test_all_lines_agree_with_the_output_unless_the_inputs_are_not_centred(kind, square, variance):
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(1024, 1000, generator=generator) / 1000**0.5
    found = lines(draw_inputs(kind, 1000, generator), weights)
    for each in (found.outputs, found.products, found.independent, found.weights_centred):
        # Three standard deviations of a variance from 1,024 units that share their inputs' mean.
        assert each == pytest.approx(square, rel=0.1)
    assert found.both_centred == pytest.approx(variance, rel=0.02)
    assert kind in INPUTS
