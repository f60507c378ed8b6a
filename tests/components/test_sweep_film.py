"""What the film of a moving picture sends to the browser."""

import numpy as np
import pytest

from cnnviz.components.pack import unpack
from cnnviz.components.sweep_film import MOST_VALUES, message
from cnnviz.errors import ShapeError

PICTURES = np.arange(3 * 4 * 5 * 3, dtype=np.uint8).reshape(3, 4, 5, 3)
MAPS = np.stack([np.linspace(-1, 3, 3 * 6).reshape(3, 2, 3), np.linspace(0, 2, 3 * 6).reshape(3, 2, 3)], axis=1)
ANSWERS = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
WORDS = {"names": ["six", "nine"], "channels": [4, 7], "labels": ["0°", "90°"], "said": ["a", "b"]}


def test_pictures_maps_and_answers_arrive():
    meta, (pictures, maps, answers) = unpack(message(PICTURES, MAPS, ANSWERS, **WORDS, selected=1))
    np.testing.assert_array_equal(pictures, PICTURES)
    np.testing.assert_allclose(answers, ANSWERS, atol=1e-6)
    assert (meta["count"], meta["selected"], meta["channels"], meta["picture"]) == (2, 1, [4, 7], [4, 5])
    assert meta["modes"] == ["signed", "positive"]
    # Signed colours are centred on zero, and all states of a channel share one scale.
    np.testing.assert_allclose(maps[:, 0], (MAPS[:, 0] + 3) / 6 * 255, atol=0.51)
    np.testing.assert_allclose(maps[:, 1], MAPS[:, 1] / 2 * 255, atol=0.51)


def test_maps_of_one_value_and_of_no_numbers_are_sent():
    maps = np.full((3, 2, 1, 1), np.nan)
    maps[:, 1] = 0
    assert not unpack(message(PICTURES, maps, ANSWERS, **WORDS))[1][1].any()


def test_too_many_values_are_thinned_out():
    maps = np.zeros((3, 2, 900, 700), np.float32)
    meta, (_, sent, _) = unpack(message(PICTURES, maps, ANSWERS, **WORDS))
    assert sent.size <= MOST_VALUES
    assert meta["map"] == [450, 350]


@pytest.mark.parametrize(("pictures", "maps", "answers", "told"), [
    (PICTURES[:2], MAPS, ANSWERS, "2 labels and 2 sentences need one picture, maps and answers more, not 2, 3 and 3"),
    (PICTURES, MAPS[:, :1], ANSWERS, "2 channels"),
    (PICTURES, MAPS, ANSWERS[:, :1], "2 names"),
])  # fmt: skip
def test_what_does_not_fit_together_is_refused(pictures, maps, answers, told):
    with pytest.raises(ShapeError, match=told):
        message(pictures, maps, answers, **WORDS)
