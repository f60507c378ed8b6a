"""What a figure's hovers say: words in the visitor's language, and numbers as everywhere else.

Plotly writes a number that a template formats with a hyphen for its minus sign, and a small one as 6e-7. One that a
trace's own hoverformat formats gets a minus sign; what would get an exponent is written here.
"""

import re
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.components.language import language
from cnnviz.figures.plain_dicts import PlainFigure
from cnnviz.ui.numbers import short
from cnnviz.ui.refusals import in_language

_NUMBER = re.compile(r"%\{([xyz]):([^}]*)\}")
_DIGITS = re.compile(r"\.(\d+)~?g")
_MOST = 10_000  # numbers of a trace that are sent as texts


def told(figure: go.Figure) -> go.Figure:
    """Return a figure whose hovers say so; the figure itself stays."""
    traces = [_told(trace) if trace.get("hovertemplate") else trace for trace in figure._data]
    return PlainFigure.of(traces, figure._layout)


def _told(trace: dict[str, Any]) -> dict[str, Any]:
    template, changed = in_language(trace["hovertemplate"], language()), dict(trace)
    for name, form in _NUMBER.findall(template):
        plain = f"%{{{name}}}"
        if (texts := _in_powers(trace.get(name), form)) is not None and "%{hovertext}" not in template:
            plain, changed["hovertext"] = "%{hovertext}", texts
        else:
            changed[f"{name}hoverformat"] = form
        template = template.replace(f"%{{{name}:{form}}}", plain)
    return {**changed, "hovertemplate": template}


def _in_powers(values: Any, form: str) -> Any:
    """Return numbers as texts where one of them is so small or large that its format gives it an exponent."""
    digits = _DIGITS.fullmatch(form)
    numbers = np.asarray(values)
    if digits is None or numbers.dtype.kind not in "iuf" or not 0 < numbers.size <= _MOST:
        return None
    count, sizes = int(digits[1]), np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    if not len(sizes) or (sizes.min() >= 1e-4 and sizes.max() < 10**count):
        return None
    return np.array([short(value, count) for value in numbers.flat], object).reshape(numbers.shape).tolist()
