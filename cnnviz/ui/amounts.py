"""Numbers as a person reads them."""

from collections.abc import Sequence
from fractions import Fraction

_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_COUNTS = ("", " k", " M", " G", " T", " P", " E")


def of_bytes(amount: float) -> str:
    """Return an amount of memory with three digits, such as 4.56 MiB; the unit is a power of 1,024."""
    return _scaled(amount, 1024, _BYTES, " ")


def of_count(number: float) -> str:
    """Return a count with three digits, such as 61.1 M."""
    return _scaled(number, 1000, _COUNTS, "")


def of_size(size: Sequence[int | Fraction]) -> str:
    """Return a size as it is read aloud, such as 96×55×55."""
    return "×".join(map(str, size))


def _scaled(amount: float, step: int, units: Sequence[str], space: str) -> str:
    unit = 0
    while abs(amount) >= step - 0.5 and unit < len(units) - 1:
        amount /= step
        unit += 1
    digits = 0 if unit == 0 and amount == int(amount) else max(0, 3 - len(str(int(abs(amount)))))
    return f"{amount:.{digits}f}{space}{units[unit]}"
