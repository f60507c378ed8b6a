"""Activation functions against SymPy's own formulas and derivatives, and against what is known of them."""

import math

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz.probes.activation_functions import FUNCTIONS, MODULES, STEP, costs, facts, function, gap, sampled, slopes

X = sympy.Symbol("x", real=True)
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


def below(low, high=X):
    """A function that is `low` below 0 and `high` above."""
    return sympy.Piecewise((low, X < 0), (high, True))


SIGMOID = 1 / (1 + sympy.exp(-X))
SOFTPLUS = sympy.log(1 + sympy.exp(X))
FORMULAS = {
    "sigmoid": SIGMOID,
    "tanh": sympy.tanh(X),
    "relu": below(0 * X),
    "leaky_relu": below(X / 100),
    "prelu": below(0.25 * X),
    "elu": below(sympy.exp(X) - 1),
    "selu": below(SCALE * ALPHA * (sympy.exp(X) - 1), SCALE * X),
    "gelu": X / 2 * (1 + sympy.erf(X / sympy.sqrt(2))),
    "gelu_tanh": X / 2 * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (X + 0.044715 * X**3))),
    "gelu_sigmoid": X / (1 + sympy.exp(-1.702 * X)),
    "silu": X * SIGMOID,
    "softplus": SOFTPLUS,
    "hardswish": sympy.Piecewise((0 * X, X < -3), (X, X > 3), (X * (X + 3) / 6, True)),
    "mish": X * sympy.tanh(SOFTPLUS),
}
WANTED = {
    name: [sympy.lambdify(X, each, "math") for each in (formula, sympy.diff(formula, X))]
    for name, formula in FORMULAS.items()
}
KINKS = (-3, 0, 3)
places = st.floats(-8, 8).filter(lambda x: min(abs(x - kink) for kink in KINKS) > 1e-6)


def test_every_function_has_a_formula():
    assert FORMULAS.keys() == FUNCTIONS.keys()
    assert len(MODULES) == len(FUNCTIONS) - 1  # two of GELU's forms are one module of torch


@pytest.mark.parametrize("name", FUNCTIONS)
@given(x=places)
def test_values_and_slopes_are_those_of_the_formula(name, x):
    module, at = function(name).double(), torch.tensor([x], dtype=torch.float64)
    value, slope = (float(each(x)) for each in WANTED[name])
    assert float(module(at).detach()) == pytest.approx(value, abs=1e-12)
    assert float(slopes(module, at)) == pytest.approx(slope, abs=1e-9)


def test_samples_lie_on_round_numbers_and_are_the_formulas():
    found = sampled(FUNCTIONS)
    assert found.x.tolist() == [round(-8 + STEP * at, 2) for at in range(1601)]
    for row, name in enumerate(FUNCTIONS):
        for at in range(3, 1601, 97):
            value, slope = (float(each(found.x[at])) for each in WANTED[name])
            assert found.values[row, at] == pytest.approx(value, abs=1e-12)
            assert found.slopes[row, at] == pytest.approx(slope, abs=1e-9)


@given(slope=st.floats(-1, 1))
def test_prelu_has_the_slope_that_it_is_told(slope):
    x = torch.linspace(-4, 4, 9)
    torch.testing.assert_close(function("prelu", slope)(x), functional.prelu(x, torch.tensor(slope)))


@pytest.mark.parametrize(("name", "low", "high", "steepest"), [
    ("sigmoid", 0, 1, 0.25),
    ("tanh", -1, 1, 1),
    ("relu", 0, math.inf, 1),
    ("leaky_relu", -math.inf, math.inf, 1),
    ("elu", -1, math.inf, 1),
    ("selu", -SCALE * ALPHA, math.inf, SCALE * ALPHA),
    ("gelu", -0.16997, math.inf, 1.12890),
    ("silu", -0.27846, math.inf, 1.09984),
    ("softplus", 0, math.inf, 1),
    ("hardswish", -0.375, math.inf, 1.5),
    ("mish", -0.30884, math.inf, 1.08850),
])  # fmt: skip
def test_ranges_and_largest_slopes(name, low, high, steepest):
    found = facts(name)
    assert (found.low, found.high, found.steepest) == pytest.approx((low, high, steepest), abs=2e-5)


def test_means_and_variances_for_normal_inputs():
    assert facts("sigmoid").mean == pytest.approx(0.5)
    assert facts("tanh").mean == pytest.approx(0, abs=1e-12)
    assert facts("relu").mean == pytest.approx(1 / math.sqrt(2 * math.pi))
    assert facts("relu").variance == pytest.approx(0.5 - 1 / (2 * math.pi))
    assert facts("gelu").mean == pytest.approx(1 / (2 * math.sqrt(math.pi)))
    # What SELU's two constants were chosen for (Klambauer et al. 2017).
    assert facts("selu").mean == pytest.approx(0, abs=1e-7)
    assert facts("selu").variance == pytest.approx(1, abs=1e-7)


def test_how_far_the_two_shorter_forms_are_from_gelu():
    assert gap("gelu_sigmoid").largest == pytest.approx(0.0203, abs=5e-5)
    assert gap("gelu_sigmoid").at == pytest.approx(2.27, abs=0.005)
    assert gap("gelu_tanh").largest == pytest.approx(4.732e-4, abs=1e-7)
    at = torch.linspace(-8, 8, 50_001, dtype=torch.float64)
    apart = (at * torch.sigmoid(1.702 * at) - functional.gelu(at)).abs()
    assert float(apart.max()) == pytest.approx(gap("gelu_sigmoid").largest, rel=1e-6)


def test_costs_are_times_that_of_relu():
    found = costs(("relu", "mish"), count=2**14, rounds=5)
    assert (found["relu"].forward, found["relu"].both) == (1, 1)
    assert found["mish"].forward > 1
    assert np.isfinite(found["mish"].both)
