"""A form opened by a link, without a run of Streamlit."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import strategies as st

from cnnviz.ui import links
from cnnviz.ui.form_controls import AnyControl, Choice, Switch, written
from cnnviz.ui.number_controls import Number, Numbers, Real


@contextmanager
def opened(**link: object) -> Iterator[None]:
    """Let every form find these values in its link."""
    texts = {name: written(value) for name, value in link.items()}
    with patch.object(links, "texts", lambda screen, part="": texts):
        yield


def values(control: AnyControl, most: int | None = None) -> st.SearchStrategy:
    """Return the values that a control may have, whole numbers up to `most`."""
    if isinstance(control, Number):
        return st.integers(control.low, control.high if most is None else min(control.high, most))
    if isinstance(control, Real):
        steps = round((control.high - control.low) / control.step)
        return st.integers(0, steps).map(lambda step: round(control.low + step * control.step, 6))
    if isinstance(control, Choice):
        return st.sampled_from(control.options)
    if isinstance(control, Numbers):
        chosen = st.sets(st.integers(0, control.count - 1), min_size=1, max_size=control.most)
        return chosen.map(lambda numbers: tuple(sorted(numbers)))
    if isinstance(control, Switch):
        return st.booleans()
    raise TypeError(control)
