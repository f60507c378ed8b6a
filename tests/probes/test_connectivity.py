import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnnviz.probes.connectivity import collapsed, connected

FLAT = torch.arange(1.0, 8)


def test_the_lectures_example():
    every = connected("all", FLAT, torch.ones(1, 7))
    local = connected("local", FLAT, torch.arange(9.0).reshape(3, 3), stride=2)
    shared = connected("shared", FLAT, torch.tensor([1.0, 10, 100]), stride=2)
    assert [len(np.unique(each.owners[each.owners >= 0])) for each in (every, local, shared)] == [7, 9, 3]
    assert every.product.tolist() == [28]
    assert local.product.tolist() == [8, 50, 128]
    assert shared.matrix.tolist() == [
        [1, 10, 100, 0, 0, 0, 0],
        [0, 0, 1, 10, 100, 0, 0],
        [0, 0, 0, 0, 1, 10, 100],
    ]
    assert shared.product.tolist() == [321, 543, 765]


@given(st.integers(1, 2), st.integers(1, 6), st.integers(1, 6), st.integers(1, 4), st.integers(0, 99))
def test_the_matrix_gives_what_torch_gives(axes, size, kernel, stride, seed):
    assume(kernel <= size)
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn((size,) * axes, generator=generator)
    weights = torch.randn((kernel,) * axes, generator=generator)
    found = connected("shared", inputs, weights, stride=stride)
    convolution = (functional.conv1d, functional.conv2d)[axes - 1]
    expected = convolution(inputs.double()[None, None], weights.double()[None, None], stride=stride).flatten()
    np.testing.assert_allclose(found.product, expected, atol=1e-5)
    np.testing.assert_allclose(found.other, expected, atol=1e-5)
    # What each input alone becomes is its column.
    alone = torch.eye(inputs.numel()).reshape(-1, 1, *inputs.shape)
    np.testing.assert_array_equal(found.matrix.T, convolution(alone, weights[None, None], stride=stride).flatten(1))
    # The same number wherever the same weight owns, and none elsewhere.
    np.testing.assert_array_equal(found.matrix[found.owners < 0], 0)
    np.testing.assert_array_equal(found.matrix[found.owners >= 0], weights.flatten()[found.owners[found.owners >= 0]])
    assert set(found.owners[found.owners >= 0].tolist()) == set(range(weights.numel()))


@given(st.integers(1, 2), st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.integers(0, 99))
def test_local_and_all_connections_do_too(axes, size, kernel, stride, seed):
    assume(kernel <= size)
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn((size,) * axes, generator=generator)
    count = ((size - kernel) // stride + 1) ** axes
    weights = torch.randn((count, *(kernel,) * axes), generator=generator)
    found = connected("local", inputs, weights, stride=stride)
    # One window after the other, each with its own kernel: the diagonal of all kernels at all windows.
    convolution = (functional.conv1d, functional.conv2d)[axes - 1]
    each = convolution(inputs[None, None], weights[:, None], stride=stride).reshape(count, count)
    np.testing.assert_allclose(found.product, each.diagonal(), atol=1e-5)
    np.testing.assert_allclose(found.other, each.diagonal(), atol=1e-5)
    assert len(np.unique(found.owners[found.owners >= 0])) == weights.numel() == (found.owners >= 0).sum()
    full = torch.randn((count, *inputs.shape), generator=generator)
    found = connected("all", inputs, full)
    linear = nn.Linear(inputs.numel(), count, bias=False)
    linear.weight.data = full.flatten(1)
    np.testing.assert_allclose(found.product, linear(inputs.flatten()).detach(), atol=1e-5)
    np.testing.assert_allclose(found.other, found.product, atol=1e-5)


@pytest.mark.parametrize("sizes", [(3, 3), (1, 4), (5, 2)])
def test_two_kernels_are_one(sizes):
    generator = torch.Generator().manual_seed(1)
    image, first, second = (torch.randn(side, side, generator=generator) for side in (14, *sizes))
    found = collapsed(image, first, second)
    assert found.composed.shape == (sum(sizes) - 1,) * 2
    two = functional.conv2d(functional.conv2d(image[None, None], first[None, None]), second[None, None])[0, 0]
    np.testing.assert_allclose(found.stacked, two, atol=1e-4)
    np.testing.assert_allclose(found.single, two, atol=1e-4)
    assert found.gap < 1e-4
    # The composed kernel by the convolution theorem.
    shape = found.composed.shape
    spectra = np.fft.fft2(first, shape) * np.fft.fft2(second, shape)
    np.testing.assert_allclose(found.composed, np.fft.ifft2(spectra).real, atol=1e-5)


def test_a_relu_between_is_no_kernel_unless_it_has_nothing_to_cut():
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(20, 20, generator=generator)
    edge = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    found = collapsed(image, edge, edge)
    assert found.misses > 0.1
    assert np.abs(found.rectified - found.single).max() > 0.1
    # The best kernel is at least as near as the composed one.
    assert ((found.rectified - found.best) ** 2).sum() <= ((found.rectified - found.single) ** 2).sum()
    plain = collapsed(image, edge.abs(), edge)
    assert plain.misses < 1e-9
    np.testing.assert_allclose(plain.rectified, plain.single, atol=1e-5)
