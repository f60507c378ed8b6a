"""Numbers as a person reads them."""

import pytest

from cnnviz.ui.transform.writing import fixed, less, matrix, short


@pytest.mark.parametrize(("number", "digits", "written"), [
    (0, 3, "0"), (0.0123456, 3, "0.0123"), (-2.5, 2, "−2.5"), (7.3e-7, 2, "7.3·10⁻⁷"), (-1.25e12, 3, "−1.25·10¹²"),
    (9.996e-5, 3, "0.0001"), (float("nan"), 2, "nan"),
])  # fmt: skip
def test_short(number, digits, written):
    assert short(number, digits) == written


@pytest.mark.parametrize(("number", "written"), [(-0.04, "0.0"), (-0.06, "−0.1"), (2, "2.0")])
def test_fixed(number, written):
    assert fixed(number, 1) == written


def test_latex_keeps_the_minus_that_it_knows():
    assert matrix([1, -0.001, -0.5, 0, 1, 2]) == (
        r"\begin{bmatrix} 1.00 & 0.00 & -0.50 \\ 0.00 & 1.00 & 2.00 \end{bmatrix}"
    )
    assert (less(3), less(0), less(-2)) == ("-3", "", "+2")
