import plotly.graph_objects as go

from cnnviz.figures.page import page

FIGURE = go.Figure(go.Scatter(y=[1, 2]), {"height": 300})


def test_a_page_holds_every_figure_and_needs_no_network():
    text = page("A <b>", [FIGURE, FIGURE])
    assert "<h1>A &lt;b&gt;</h1>" in text
    assert text.count("plotly-graph-div") == 2
    assert "cdn.plot.ly" not in text.split("<body>")[0]
    assert len(text) > 1_000_000
