import numpy as np

from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Convolve, ConvolvePhoto, LearnKernel, Numbers, Picture, key_of

KERNEL = Numbers.of(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))


def test_requests_about_numbers_need_no_model_and_are_kept():
    engine = LocalEngine(device="cpu")
    inputs = Numbers.of(np.arange(16).reshape(1, 4, 4))
    request = Convolve("Conv2d", inputs, Numbers.of(KERNEL.array[None, None]))
    first = engine.ask(request)
    assert first.found.output.tolist() == [[[8, 8], [8, 8]]]
    assert not first.found.output.flags.writeable
    assert engine.ask(Convolve("Conv2d", inputs, Numbers.of(KERNEL.array[None, None]))) is first
    picture = Picture.of(np.zeros((8, 9), np.uint8))
    assert engine.ask(ConvolvePhoto(picture, KERNEL, stride=2)).found.after.shape == (3, 4, 3)
    assert engine.ask(LearnKernel(KERNEL)).found.kernels.shape == (2, 3, 3)
    engine.close()


def test_numbers_are_known_by_shape_and_values():
    values = np.arange(6.0)
    flat, folded = Numbers.of(values), Numbers.of(values.reshape(2, 3))
    assert flat != folded
    assert key_of(LearnKernel(folded)) == key_of(LearnKernel(Numbers.of(values.reshape(2, 3).T.T)))
    np.testing.assert_array_equal(Numbers.of(values.reshape(2, 3).T).array, values.reshape(2, 3).T)
