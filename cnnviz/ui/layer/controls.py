"""The controls of one layer, from what can be set of it."""

from functools import cache

from cnnviz.design.layer_settings import Setting, layer_settings
from cnnviz.ui.form_controls import AnyControl, Choice, Switch
from cnnviz.ui.number_controls import Number

# What the lesson calls the extent of the input, where one number stands for so many axes.
_SIDE = {0: "", 1: "side_length", 2: "side_square", 3: "side_cube"}


@cache
def controls_of(kind: str, rectangular: bool) -> tuple[AnyControl, ...]:
    """Return all controls of a kind, its input's first; one for all axes, or with `rectangular` one an axis."""
    return tuple(_control(each) for each in layer_settings(kind, rectangular))


def _control(each: Setting) -> AnyControl:
    if isinstance(each.default, bool):
        return Switch(each.name, each.default)
    if isinstance(each.default, str):
        return Choice(each.name, each.default, options=each.options, technical=True)
    label = _SIDE[each.shared]
    return Number(each.name, each.default, low=each.low, high=each.high, reach=each.reach, label=label)
