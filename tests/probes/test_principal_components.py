"""Principal components against torch.linalg.eigh, and pictures rebuilt from them against torch's own unfolding."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz import images
from cnnviz.probes.principal_components import (
    assembled,
    coefficients,
    cut,
    decomposed,
    principal_components,
    rebuilt,
    whitened,
)


def patches(seed: int, count: int, length: int) -> torch.Tensor:
    draw = torch.Generator().manual_seed(seed)
    made = torch.randn(count, length, generator=draw, dtype=torch.float64)
    return made @ torch.randn(length, length, generator=draw, dtype=torch.float64) + 3


@given(seed=st.integers(0, 99), count=st.integers(3, 30), length=st.integers(2, 12))
def test_components_are_those_of_the_covariance(seed, count, length):
    rows = patches(seed, count, length)
    found = principal_components(rows)
    values, vectors = torch.linalg.eigh(torch.cov(rows.T, correction=0).reshape(length, length))
    kept = len(found.eigenvalues)
    assert kept == min(length, count - 1)
    np.testing.assert_allclose(found.eigenvalues, values.flip(0)[:kept], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.mean, rows.mean(dim=0), atol=1e-12)
    # The same lines, whichever way each eigenvector points.
    dots = np.abs((torch.tensor(found.basis) @ vectors.flip(1)[:, :kept]).diagonal())
    apart = np.diff(found.eigenvalues, prepend=np.inf) < -1e-6
    if apart.all():
        np.testing.assert_allclose(dots, 1, atol=1e-5)
    np.testing.assert_allclose(found.basis @ found.basis.T, np.eye(kept), atol=1e-9)
    assert (found.basis[np.arange(kept), np.abs(found.basis).argmax(axis=1)] > 0).all()
    numbers = coefficients(rows, found)
    np.testing.assert_allclose(rebuilt(numbers, found, kept), rows, atol=1e-8)
    # Whitened in the components' own axes, every one of them has variance 1 and none is correlated with another.
    own = whitened(numbers, found, kept) @ torch.tensor(found.basis).T
    np.testing.assert_allclose(torch.cov(own.T, correction=0).reshape(kept, kept), np.eye(kept), atol=1e-6)


@given(seed=st.integers(0, 99), rows=st.integers(1, 4), columns=st.integers(1, 4), side=st.integers(1, 4),
       channels=st.sampled_from((1, 3)))  # fmt: skip
def test_a_picture_is_cut_as_torch_unfolds_it_and_put_together_again(seed, rows, columns, side, channels):
    draw = np.random.default_rng(seed)
    pixels = torch.tensor(draw.integers(0, 256, (rows * side, columns * side, channels)))
    pieces = cut(pixels, side)
    unfolded = functional.unfold(pixels.permute(2, 0, 1)[None].double(), side, stride=side)[0].T
    by_colour = unfolded.reshape(-1, channels, side * side).transpose(1, 2).flatten(1)
    np.testing.assert_array_equal(pieces, by_colour)
    np.testing.assert_array_equal(assembled(pieces, rows, side), pixels)


def test_the_errors_are_those_of_what_is_rebuilt():
    sheet = images.sheet("digits")
    found = principal_components(torch.tensor(sheet.reshape(100, -1)).double() / 255)
    assert len(found.eigenvalues) == 99
    picture = sheet[70][..., None]
    made = decomposed(picture, 28, found)
    given_numbers = torch.tensor(made.coefficients)
    for kept in (0, 1, 10, 99):
        difference = rebuilt(given_numbers, found, kept) - torch.tensor(picture.reshape(1, -1)).double() / 255
        assert made.errors[kept] == pytest.approx(float((difference**2).mean()), abs=1e-12)
    assert made.errors[99] == pytest.approx(0, abs=1e-12)
    assert found.share(99) == pytest.approx(1)
    # Of all hundred the mean squared error is what the components left out have of the variance (Eckart and Young).
    rows = torch.tensor(sheet.reshape(100, -1)).double() / 255
    left = (rebuilt(coefficients(rows, found), found, 20) - rows).square().sum() / 100
    assert float(left) == pytest.approx(float(found.eigenvalues[20:].sum()))
