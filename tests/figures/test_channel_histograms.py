import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.channel_histograms import channel_histograms


@pytest.mark.parametrize("count", [1, 3])
def test_plotly_finds_nothing_wrong_with_it_and_the_shares_stand_between_their_edges(count):
    counts, edges = np.full((count, 4), 0.25), np.linspace(-1, 1, 5)
    figure = channel_histograms(counts, edges, ["red", "green", "blue"][:count])
    assert len(go.Figure(figure.to_plotly_json()).data) == count
    assert figure.data[0].x.tolist() == [-0.75, -0.25, 0.25, 0.75]
