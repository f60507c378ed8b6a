"""What a result says of its size."""

import numpy as np
import torch

from cnnviz.engine.results import LayerMaps, Prediction, freeze, nbytes_of
from cnnviz.probes.arrays import to_numpy


def test_the_bytes_of_nested_arrays_are_counted() -> None:
    one, two = np.zeros((10, 1000), np.float32), np.zeros(5000, np.uint8)
    assert 45_000 <= nbytes_of({"a": (one, [two]), "b": 3}) < 46_000


def test_memory_that_is_shared_counts_once_and_a_view_counts_what_it_keeps_alive() -> None:
    whole = np.zeros((10, 1000), np.float32)
    assert 40_000 <= nbytes_of((whole, whole, whole[3], whole.T)) < 41_000
    assert nbytes_of(whole[3]) >= 40_000


def test_a_result_of_words_has_a_size_too() -> None:
    words = tuple("some class" for _ in range(1000))
    result = Prediction(np.zeros(4, np.float32), words, np.zeros(4, np.float32), "cpu", "")
    assert 5_000 < result.nbytes < 200_000


def test_a_tensor_becomes_an_array_that_keeps_nothing_larger_alive() -> None:
    stack = torch.arange(3_000_000, dtype=torch.float32).view(3, 1000, 1000)
    array = to_numpy(stack[1])
    assert nbytes_of(array) < 4_100_000
    assert (array == stack[1].numpy()).all()
    assert not array.flags.writeable
    assert array.flags.c_contiguous


def test_other_types_and_orders_become_contiguous_float32() -> None:
    numbers = torch.arange(12).view(3, 4)
    array = to_numpy(numbers.T)
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    assert array.tolist() == [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]]
    assert to_numpy(torch.ones(2, dtype=torch.bfloat16, requires_grad=True)).tolist() == [1, 1]


def test_freezing_reaches_every_array() -> None:
    result = freeze(LayerMaps("conv", np.zeros((1, 2, 2), np.float32), "cpu", ""))
    assert not result.values.flags.writeable
