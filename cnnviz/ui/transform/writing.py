"""Numbers of a theta as a person reads them."""

from collections.abc import Sequence


def fixed(number: float, places: int) -> str:
    """Return a number with so many decimal places, and no negative zero."""
    return f"{round(float(number), places) + 0.0:.{places}f}"


def matrix(theta: Sequence[float]) -> str:
    """Return a theta as a matrix in LaTeX."""
    a, b, c, d, e, f = (fixed(number, 2) for number in theta)
    return rf"\begin{{bmatrix}} {a} & {b} & {c} \\ {d} & {e} & {f} \end{{bmatrix}}"


def less(amount: int) -> str:
    """Return what a formula takes from a place: "" for nothing, "-3" or "+3" after the letter."""
    return f"{-amount:+d}" if amount else ""
