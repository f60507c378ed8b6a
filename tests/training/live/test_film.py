"""A run's film: its moments are those of the run, whatever the slices, and what they show is what torch computes."""

import pytest
import torch
from torch import nn

from cnnviz.training.live import film as films
from cnnviz.training.live.examples import load
from cnnviz.training.live.film import PLANE
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings

CONVOLUTIONAL = Settings("Conv 4 5, BatchNorm, ReLU, MaxPool 2, Conv 6 3, Tanh, MaxPool 4, Flatten, Linear 10")
POINTS = Settings("Linear 5, Tanh, Dropout 0.3, Linear 3, ReLU, Linear 2", "circles", rate=0.02)


def after(settings, steps):
    run = LiveRun(settings)
    run.advance(steps=steps)
    return run


def test_moments_are_dense_at_first_and_their_gaps_grow():
    steps = after(POINTS, 400).film.steps
    assert steps[:8] == tuple(range(8))
    gaps = torch.tensor(steps).diff()
    assert (gaps.diff() >= 0).all()
    assert gaps[-1] > 40
    network = nn.Linear(2, 2)
    film = films.Film(network, torch.zeros(1, 2))
    for step in range(20_001):
        film.note(step)
    assert 30 < len(film.steps) <= films._MOMENTS


def test_a_frame_is_the_network_at_that_step_with_its_maps():
    run, picture = after(CONVOLUTIONAL, 20), load("mnist").test_inputs[7:8]
    for step in (0, 7, None):
        alone = after(CONVOLUTIONAL, 20 if step is None else step).network.eval()
        with torch.no_grad():
            wanted = [alone[:3](picture)[0], alone[:6](picture)[0]]
        panels = run.film.frame(step, picture)
        assert torch.equal(panels[0].values, alone[0].weight[:, 0])
        for panel, maps in zip(panels[1:], wanted, strict=True):
            torch.testing.assert_close(panel.values, maps)


def test_of_points_there_is_the_plane_of_the_answer_and_of_every_unit():
    run = after(POINTS, 60)
    step = run.film.steps[-3]
    assert step > 20
    alone = after(POINTS, step).network.eval()
    answer, first, second = (panel.values for panel in run.film.frame(step, torch.zeros(1, 2)))
    assert (answer.shape, first.shape, second.shape) == ((1, PLANE, PLANE), (5, PLANE, PLANE), (3, PLANE, PLANE))
    for row, column in ((0, 0), (3, 39), (25, 11)):
        point = torch.tensor([[-6 + 12 / PLANE * (column + 0.5), 6 - 12 / PLANE * (row + 0.5)]])
        with torch.no_grad():
            torch.testing.assert_close(answer[0, row, column], alone(point).softmax(1)[0, 1])
            torch.testing.assert_close(first[:, row, column], alone[:2](point)[0])
            torch.testing.assert_close(second[:, row, column], alone[:5](point)[0])


@pytest.mark.parametrize(
    ("network", "layers"),
    [
        ("Flatten, Linear 10", ["filters"]),
        ("Flatten, Linear 40, ReLU, Linear 10", ["filters"]),
        ("MaxPool 2, Conv 4 3, Add [Conv 4 3 p1, ReLU, Conv 4 3 p1 | ], ReLU, Flatten, Linear 10", 3),
        ("Conv 20 5, ReLU, AdaptiveAvgPool 1, Flatten, Linear 10", 2),
    ],
)
def test_any_network_shows_its_first_weights_and_the_maps_that_it_has(network, layers):
    run = after(Settings(network), 3)
    names = [panel.name for panel in run.film.frame(2, load("mnist").test_inputs[:1])]
    assert names == layers if isinstance(layers, list) else len(names) == layers
    assert all(len(panel.values) <= films.MOST_MAPS for panel in run.film.frame(None, load("mnist").test_inputs[:1]))


def test_the_bytes_have_a_bound(monkeypatch):
    monkeypatch.setattr(films, "MOST_BYTES", 20_000)
    run = after(POINTS, 300)
    each = 4 * sum(parameter.numel() for parameter in run.network.parameters())
    assert len(run.film.steps) * each <= 20_000 + each
    assert run.film.most_bytes <= 20_000
    assert run.film.steps[0] == 0


def test_looking_changes_nothing():
    one, other = LiveRun(POINTS), LiveRun(POINTS)
    one.advance(steps=40)
    for step in range(1, 41):
        other.advance(steps=step)
        other.film.frame(None, torch.zeros(1, 2))
    assert one.losses == other.losses
    assert one.film.steps == other.film.steps
