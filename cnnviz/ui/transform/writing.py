"""Numbers as a person reads them, those of a theta first."""

from collections.abc import Sequence


def fixed(number: float, places: int) -> str:
    """Return a number with so many decimal places, a true minus and no negative zero."""
    return _rounded(number, places).replace("-", "−")


def _rounded(number: float, places: int) -> str:
    return f"{round(float(number), places) + 0.0:.{places}f}"


def matrix(theta: Sequence[float]) -> str:
    """Return a theta as a matrix in LaTeX."""
    a, b, c, d, e, f = (_rounded(number, 2) for number in theta)
    return rf"\begin{{bmatrix}} {a} & {b} & {c} \\ {d} & {e} & {f} \end{{bmatrix}}"


def short(number: float, digits: int) -> str:
    """Return a number with so many digits that count; a very small or large one as 7.3·10⁻⁷."""
    mantissa, _, exponent = f"{float(number):.{digits}g}".replace("-", "−").partition("e")
    if not exponent:
        return mantissa
    raised = str(int(exponent.replace("−", "-"))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{raised}"


def less(amount: int) -> str:
    """Return what a formula takes from a place: "" for nothing, "-3" or "+3" after the letter."""
    return f"{-amount:+d}" if amount else ""
