"""Numbers as a person reads them: the one place that knows units, digits, minus signs and thousands."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_COUNTS = ("", " k", " M", " G", " T", " P", " E")
_TIMES = ("µs", "ms", "s")
_RAISED = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def of_bytes(amount: float) -> str:
    """Return an amount of memory with three digits, such as 4.56 MiB; the unit is a power of 1,024."""
    return _scaled(amount, 1024, _BYTES, " ")


def of_count(number: float) -> str:
    """Return a count with three digits, such as 61.1 M."""
    return _scaled(number, 1000, _COUNTS, "")


def of_time(seconds: float) -> str:
    """Return a duration with three digits, such as 4.56 ms."""
    return _scaled(seconds * 1e6, 1000, _TIMES, " ")


def whole(number: int) -> str:
    """Return a whole number with all its digits, such as 25,557,032."""
    return _true_minus(f"{number:,}")


def whole_in_latex(number: int) -> str:
    """Return a whole number with all its digits for a formula, where a comma would get a space after it."""
    return f"{number:,}".replace(",", "{,}")


def of_size(size: Sequence[int | Fraction]) -> str:
    """Return a size as it is read aloud, such as 96×55×55."""
    return "×".join(map(str, size))


def fixed(number: float, places: int) -> str:
    """Return a number with so many decimal places and no negative zero."""
    return _true_minus(f"{round(float(number), places) + 0.0:.{places}f}")


def of_loss(loss: float) -> str:
    """Return a loss with three decimal places; one that ran away as 2.78·10³⁴, ∞ or NaN."""
    if not math.isfinite(loss):
        return "NaN" if math.isnan(loss) else "∞"
    return fixed(loss, 3) if abs(loss) < 1e4 else short(loss, 3)


def short(number: float, digits: int = 4) -> str:
    """Return a number with at most so many digits that count; a very small or large one as 7.3·10⁻⁷."""
    mantissa, _, exponent = _true_minus(f"{float(number):.{digits}g}").partition("e")
    return (
        f"{mantissa}·10{str(int(exponent.replace('−', '-'))).replace('-', '−').translate(_RAISED)}"
        if exponent
        else mantissa
    )


def percent(share: float, places: int = 0) -> str:
    """Return a share as a percentage, such as 37%."""
    return fixed(100 * share, places) + "%"


def ratio(number: float, base: float) -> str:
    """Return how many times `base` a number is, with three digits, or with all of them from a hundred on."""
    times = number / base
    return f"{times:,.0f}" if times >= 100 else short(times, 3)


def signed(number: int) -> str:
    """Return a number with its sign, as it follows a letter in a formula; "" for 0."""
    return _true_minus(f"{number:+d}") if number else ""


def formula(number: float, *, digits: int = 4, places: int | None = None, brackets: bool = False) -> str:
    """Return a number for a formula in LaTeX, with at most so many digits that count, or so many decimal places.

    It has no zeros at its end; one below 0 stands in `brackets` where it follows another sign.
    """
    value = float(number)
    written = f"{value + 0.0:.{digits}g}" if places is None else f"{round(value, places) + 0.0:.{places}f}"
    if places:
        written = written.rstrip("0").rstrip(".")
    return f"({written})" if brackets and written.startswith("-") else written


def scientific(number: float) -> str:
    r"""Return a number with three digits for a formula in LaTeX, times a power of ten: 4.60 \cdot 10^{-7}."""
    mantissa, power = f"{float(number):.2e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}"


def matrix(rows: Iterable[Iterable[float]], *, digits: int | None = None, places: int | None = None) -> str:
    """Return a matrix in LaTeX, its numbers with at most so many digits that count, or with so many places."""
    lines = [" & ".join(_in_latex(number, digits, places) for number in row) for row in rows]
    return r"\begin{bmatrix}" + r" \\ ".join(lines) + r"\end{bmatrix}"


def _in_latex(number: float, digits: int | None, places: int | None) -> str:
    return f"{float(number):.{digits or 4}g}" if places is None else f"{round(float(number), places) + 0.0:.{places}f}"


def _true_minus(text: str) -> str:
    return text.replace("-", "−")


def _scaled(amount: float, step: int, units: Sequence[str], space: str) -> str:
    unit = 0
    while abs(amount) >= step - 0.5 and unit < len(units) - 1:
        amount /= step
        unit += 1
    # What 9.996 is rounded to has one digit more before the point.
    before = len(str(int(abs(float(f"{amount:.3g}")))))
    digits = 0 if unit == 0 and amount == int(amount) else max(0, 3 - before)
    return _true_minus(f"{amount:.{digits}f}{space}{units[unit]}")
