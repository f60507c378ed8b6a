"""Rows without what goes without saying: settings that have their defaults, and one number for axes that are alike."""

from functools import cache
from inspect import signature

from cnnviz.arithmetic import KINDS
from cnnviz.design import vocabulary
from cnnviz.design.rows import Row, Setting

_ALIKE = frozenset({"kernel_size", "stride", "padding", "dilation", "output_padding", "output_size", "scale_factor"})


def plain(row: Row) -> Row:
    """Return the row of the same meaning with the fewest settings."""
    if row.kind not in KINDS:
        return row
    defaults = _defaults(row.kind)
    settings = ((name, _one(name, value)) for name, value in row.settings)
    return Row(
        row.kind, tuple((name, value) for name, value in settings if (name, value) not in defaults), row.branches
    )


def _one(name: str, value: Setting) -> Setting:
    if name == "scale_factor" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value[0] if name in _ALIKE and isinstance(value, tuple) and len(set(value)) == 1 else value


@cache
def _defaults(kind: str) -> tuple[tuple[str, Setting], ...]:
    parameters = signature(KINDS[kind]).parameters.values()
    order = vocabulary.settings_of(kind)
    return tuple((each.name, each.default) for each in parameters if each.name in order and each.default is not None)
