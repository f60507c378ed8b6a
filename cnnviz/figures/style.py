"""What every figure shares: type, margins and the three accent colours."""

import plotly.graph_objects as go

INPUT = "#0b5cad"
KERNEL = "#b45309"
OUTPUT = "#0f766e"
INK = "#0d1117"
RULE = "#d5dbe3"


def finish(figure: go.Figure, *, height: int, top: int = 8) -> go.Figure:
    """Return the figure with the house's type, margins and hover label; `height` and `top` are in pixels."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": top, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Source Sans, sans-serif", "size": 14, "color": INK},
        hoverlabel={"bgcolor": "white", "bordercolor": RULE, "font": {"color": INK, "size": 14}},
        showlegend=False,
        dragmode=False,
    )
    return figure


def picture_axes(figure: go.Figure) -> go.Figure:
    """Return the figure with rows running down, square pixels and no axes, as pictures are read."""
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, constrain="domain", scaleanchor="x", autorange="reversed")
    return figure
