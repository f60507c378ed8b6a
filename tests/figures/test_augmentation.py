"""The figures of augmentation: valid, in place, and without a value changed."""

import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.augmentation import blocks_running, boxed, gained, mosaic, regions, spread
from cnnviz.figures.style import KERNEL

PHOTO = np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)
DRAWS = np.random.default_rng(0).dirichlet(np.ones(6), 12)
PLAIN, TARGET = DRAWS[0], np.array([0, 0.3, 0, 0, 0, 0.7])
WORDS = dict.fromkeys(
    ("plain", "mean", "draw", "picked", "target", "likely", "ran", "block", "pass", "probability"), "w"
)
RUNNING = np.random.default_rng(1).random((12, 5)) > 0.3
CLASSES = [f"class {at}" for at in range(6)]


@pytest.mark.parametrize("figure", [
    boxed(PHOTO, (200, 300), [(0, 0, 100, 50), (20, 30, 40, 50)], 1),
    regions(PHOTO[:8, :8], [0, 1, 3, 6], [0, 2, 4, 6], 2),
    blocks_running([f"b{at}" for at in range(5)], np.linspace(1, 0.5, 5), RUNNING, 3, WORDS),
    spread(CLASSES, PLAIN, DRAWS, 3, WORDS),
    spread(CLASSES, PLAIN, DRAWS, 3, WORDS, target=TARGET),
    spread(["one"], PLAIN[:1], DRAWS[:, :1], 0, WORDS),
    gained({"none": np.array([0.7, 0.8]), "flip": np.array([0.75, 0.85])}, 1, x="accuracy"),
])  # fmt: skip
def test_plotly_finds_nothing_wrong_with_it(figure):
    checked = go.Figure(figure.to_plotly_json())
    assert len(checked.data) == len(figure.data)


def test_boxes_lie_on_the_small_picture_as_on_the_large_one_the_picked_one_last():
    shapes = boxed(PHOTO, (200, 300), [(20, 30, 40, 50), (0, 0, 100, 50)], 0).to_plotly_json()["layout"]["shapes"]
    last = shapes[-1]
    assert (last["x0"], last["y0"], last["x1"], last["y1"]) == (1.5, 2.5, 5.5, 7.5)
    assert last["line"]["color"] == KERNEL


def test_classes_of_the_target_come_first_and_every_draw_is_a_dot():
    figure = spread(CLASSES, PLAIN, DRAWS, 3, WORDS, target=TARGET, count=4)
    target, plain, mean, dots, picked = figure.data
    assert list(figure.layout.yaxis.ticktext[:2]) == ["class 5", "class 1"]
    np.testing.assert_allclose(target.x[:2], [0.7, 0.3])
    shown = [CLASSES.index(name) for name in target.customdata]
    np.testing.assert_allclose(plain.x, PLAIN[shown])
    np.testing.assert_allclose(mean.x, DRAWS.mean(axis=0)[shown])
    assert len(dots.x) == 12 * 4
    np.testing.assert_allclose(picked.x, DRAWS[3, shown])


def test_cells_are_the_passes_and_diamonds_their_share():
    cells, likely, ran = blocks_running(list("abcde"), np.linspace(1, 0.5, 5), RUNNING, 3, WORDS).data
    np.testing.assert_array_equal(cells.z, RUNNING)
    np.testing.assert_allclose(ran.y, RUNNING.mean(axis=0))
    np.testing.assert_allclose(likely.y, np.linspace(1, 0.5, 5))


def test_a_mosaic_holds_every_picture_in_its_place():
    pictures = np.random.default_rng(0).integers(0, 256, (5, 6, 7, 3), dtype=np.uint8)
    made = mosaic(pictures, columns=2, gap=3)
    assert made.shape == (3 * 6 + 2 * 3, 2 * 7 + 3, 3)
    np.testing.assert_array_equal(made[9:15, 10:17], pictures[3])
