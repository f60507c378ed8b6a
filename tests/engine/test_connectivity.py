import numpy as np

from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Collapse, Connect, ModelChoice, Numbers, Picture, ReadShuffled, ShufflePicture
from cnnviz.images import sheet, sheet_labels


def test_requests_about_connections_are_answered_and_kept():
    engine = LocalEngine(device="cpu")
    inputs, kernel = Numbers.of(np.arange(7)), Numbers.of(np.ones(3))
    first = engine.ask(Connect("shared", inputs, kernel, 2))
    assert first.found.product.tolist() == [3, 9, 15]
    assert engine.ask(Connect("shared", Numbers.of(np.arange(7)), kernel, 2)) is first
    assert engine.ask(Connect("shared", inputs, kernel, 1)).found.product.size == 5
    ones = Numbers.of(np.ones((3, 3)))
    assert engine.ask(Collapse(Numbers.of(np.ones((9, 9))), ones, ones)).found.single.tolist() == [[81] * 5] * 5
    picture = Picture.of(sheet("digits")[7])
    assert engine.ask(ShufflePicture(picture)).found.pixels.shape == (28, 28)
    read = engine.ask(ReadShuffled(ModelChoice("linear-mnist"))).found
    assert (read.plain == sheet_labels()).mean() > 0.85
    np.testing.assert_array_equal(read.moved, read.plain)
    engine.close()
