"""A Plotly figure that is plain dicts until somebody asks for one of Plotly's objects."""

import base64
from typing import Any

import numpy as np
import plotly.graph_objects as go
from _plotly_utils.utils import is_skipped_key, plotlyjsShortTypes, to_typed_array_spec


class PlainFigure(go.Figure):  # type: ignore[misc]
    """A figure of plain dicts, of which Plotly makes objects where somebody asks for one; most figures are only sent.

    Making them took two thirds of the time of a figure.
    """

    @classmethod
    def of(cls, data: list[dict[str, Any]], layout: dict[str, Any]) -> "PlainFigure":
        """Return a figure of traces and a layout that nothing checks or changes."""
        figure = cls.__new__(cls)
        figure._data, figure._layout = data, layout
        return figure

    def __getattr__(self, name: str) -> Any:
        """Make Plotly's objects, for one of them was asked for."""
        if "_data" not in vars(self) or "_validate" in vars(self):
            raise AttributeError(name)
        super().__init__(data=self._data, layout=self._layout, _validate=False)
        return getattr(self, name)

    def to_dict(self) -> dict[str, Any]:
        """Return what Plotly would send, arrays as base64."""
        if "_validate" in vars(self):
            whole: dict[str, Any] = super().to_dict()
            return whole
        return {"data": [_sent(trace) for trace in self._data], "layout": _sent(self._layout)}


_AS_IT_IS = (str, float, int)


def _sent(part: dict[str, Any]) -> dict[str, Any]:
    return {name: _sent_value(name, value) for name, value in part.items() if value is not None}


def _sent_value(name: str, value: Any) -> Any:
    # Most are texts and numbers, and asking whether something is any Mapping takes longer than all else here.
    if isinstance(value, _AS_IT_IS):
        return value
    if isinstance(value, dict):
        return _sent(value)
    if isinstance(value, np.ndarray) and not is_skipped_key(name):
        return _typed(value)
    if isinstance(value, list | tuple):
        return [_sent(each) if isinstance(each, dict) else each for each in value]
    return value


def _typed(values: np.ndarray) -> Any:
    """Return what Plotly would send of an array: its own way asks first whose kind of array it is, which takes longer
    than all the rest.
    """
    name = plotlyjsShortTypes.get(str(values.dtype))
    if name is None or not values.size:
        return to_typed_array_spec(values)
    spec = {"dtype": name, "bdata": base64.b64encode(np.ascontiguousarray(values)).decode("ascii")}
    return {**spec, "shape": ", ".join(map(str, values.shape))} if values.ndim > 1 else spec
