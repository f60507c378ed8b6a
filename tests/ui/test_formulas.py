"""Numbers in formulas: no zeros at their end, no negative zero, brackets where a sign stands before them."""

import pytest

from cnnviz.ui.numbers import formula


@pytest.mark.parametrize(("value", "options", "written"), [
    (0.5, {}, "0.5"), (-2.6, {}, "-2.6"), (1 / 3, {"digits": 3}, "0.333"), (-0.25, {"brackets": True}, "(-0.25)"),
    (0.25, {"brackets": True}, "0.25"), (0.12345, {"places": 4}, "0.1235"), (3.0, {"places": 4}, "3"),
    (-0.00001, {"places": 4}, "0"), (-0.00001, {"places": 4, "brackets": True}, "0"), (100, {"places": 2}, "100"),
    (-0.0, {}, "0"), (120, {"places": 0}, "120"),
])  # fmt: skip
def test_a_number_in_a_formula(value, options, written):
    assert formula(value, **options) == written
