"""The three accent colours of input, kernel and output, and those of text and rules; and any figure on a dark page.

Figures are drawn in light colours, on nothing. `dress(figure, dark=True)` is the one place that knows of dark pages.
"""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from cnnviz.colours import ACCENTS, contrast, mix
from cnnviz.figures.plain_dicts import PlainFigure

INPUT, KERNEL, OUTPUT = (ACCENTS[name][0] for name in ("input", "kernel", "output"))
INK = "#0d1117"
# As in .streamlit/config.toml: letters are measured where they are drawn.
FONT = "Source Sans, PingFang SC, Microsoft YaHei, Noto Sans SC, Noto Sans CJK SC, WenQuanYi Zen Hei, sans-serif"
RULE = "#d5dbe3"
PALE_OUTPUT = "#8fb8b3"  # beside OUTPUT: what is less likely, or came before

DARK = "#1b2330"  # the lighter ground of the dark theme in .streamlit/config.toml
_INK, _RULE = "#e8edf3", "#3a4656"
_SHADES = {
    **{ACCENTS[name][0]: ACCENTS[name][1] for name in ("input", "kernel", "output")},
    INK: _INK,
    RULE: _RULE,
    "#eef1f5": "#232c39",
    "#eceff3": "#232c39",
    "#c3cad4": "#566378",
    "#ffffff": "#0f141b",
    "white": "#0f141b",
}
_AXIS = dict.fromkeys(("gridcolor", "zerolinecolor", "linecolor", "tickcolor"), _RULE)
_TEMPLATE = {"layout": {"xaxis": _AXIS, "yaxis": _AXIS}}


def dress(figure: go.Figure, *, dark: bool) -> go.Figure:
    """Return the figure for a light page, as it is, or a new one for a dark page.

    Text, axes, lines and bars take shades that stand out 4.5 times. Images and heatmaps keep their colours, which mean
    something, and so does all that is drawn over them.
    """
    if not dark:
        return figure
    # Plotly's own properties would copy every array.
    traces, layout = list(figure._data), dict(figure._layout)
    pictured = {each.get("xaxis", "x") for each in traces if each.get("type") in ("image", "heatmap")}
    data = [each if each.get("xaxis", "x") in pictured else _shaded(each) for each in traces]
    shapes = [each if each.get("xref", "x") in pictured else _shaded(each) for each in layout.pop("shapes", ())]
    notes = [each if "bgcolor" in each else _shaded(each) for each in layout.pop("annotations", ())]
    ground = {name: layout[name] for name in ("paper_bgcolor", "plot_bgcolor") if name in layout}
    layout = {**_shaded(layout), **ground, "shapes": shapes, "annotations": notes, "template": _TEMPLATE}
    return PlainFigure.of(data, layout)


def themed(colour: str) -> str:
    """Return a colour of figures as CSS that takes its shade for dark pages there."""
    return f"light-dark({colour}, {_shade(colour)})"


def _shaded(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a figure with every colour in it, under whatever name, in its shade for dark pages."""
    return {name: _value(name, value) for name, value in part.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _shaded(value)
    if name.endswith("color"):
        return _shade(value) if isinstance(value, str) else [_shade(each) for each in value] if _texts(value) else value
    return value


def _texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)


def _shade(colour: str) -> str:
    """Return a colour, #rrggbb, white or rgba(r,g,b,a) of one of those, so that it stands out from a dark ground."""
    if colour.startswith("rgba("):
        *rgb, opacity = colour[5:-1].split(",")
        red, green, blue = bytes.fromhex(_shade("#" + bytes(map(int, rgb)).hex())[1:])
        return f"rgba({red},{green},{blue},{opacity.strip()})"
    if colour in _SHADES or not colour.startswith("#"):
        return _SHADES.get(colour, colour)
    share = 0.0
    while contrast(lighter := mix(colour, "#ffffff", 1 - share), DARK) < 4.5:
        share += 0.05
    return lighter
