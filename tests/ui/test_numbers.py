"""Numbers as a person reads them, against what Python's own float and decimal read back."""

import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ui import numbers
from tests.ui.written import number

reals = st.floats(-1e9, 1e9, allow_nan=False)
wholes = st.integers(-(10**15), 10**15)


@given(wholes)
def test_a_whole_number_keeps_all_its_digits_in_threes(value):
    written = numbers.whole(value)
    assert number(written) == value
    assert re.fullmatch(r"−?\d{1,3}(,\d{3})*", written)


@given(reals, st.integers(0, 6))
def test_decimal_places_are_rounded_and_zero_has_no_sign(value, places):
    written = numbers.fixed(value, places)
    assert abs(Decimal(written.replace("−", "-")) - Decimal(value)) <= Decimal(10) ** -places * Decimal("0.50001")
    assert len(written.partition(".")[2]) == places
    assert not re.fullmatch(r"−0(\.0*)?", written)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300), st.integers(1, 8))
def test_a_short_number_is_right_to_its_digits(value, digits):
    written = numbers.short(value, digits)
    # Below the smallest normal number, float itself has fewer digits.
    if abs(value) > 1e-300:
        assert abs(number(written) - value) <= abs(value) * 0.5001 * 10.0 ** (1 - digits)
    assert not re.search(r"[-eE]", written)
    assert len(re.sub(r"\D|^[−0.]+", "", written.partition("·")[0]).lstrip("0")) <= max(digits, 1)


def test_a_loss_that_ran_away_is_short():
    told = [numbers.of_loss(each) for each in (0.0546, 9999.4, 2.777e34, math.inf, math.nan)]
    assert told == ["0.055", "9999.400", "2.78·10³⁴", "∞", "NaN"]


def test_very_small_and_very_large_numbers_have_a_power_of_ten():
    assert numbers.short(7.3e-7, 2) == "7.3·10⁻⁷"
    assert numbers.short(-2.5e12, 2) == "−2.5·10¹²"
    assert numbers.short(0) == "0"


@given(st.floats(-5, 5), st.integers(0, 2))
def test_a_share_is_a_percentage(share, places):
    written = numbers.percent(share, places)
    assert written.endswith("%")
    assert abs(number(written[:-1]) / 100 - share) <= 0.5001 * 10.0 ** (-places - 2)


UNITS = {"B": 0, "KiB": 1, "MiB": 2, "GiB": 3, "TiB": 4}
COUNTS = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12}


@given(st.integers(0, 2**44))
def test_memory_is_written_in_powers_of_1024(amount):
    value, unit = numbers.of_bytes(amount).split(" ")
    assert abs(float(value) * 1024 ** UNITS[unit] - amount) <= 0.00501 * amount
    assert float(value) < 1024
    if float(value) < 1000:
        assert len(value.replace(".", "")) == 3 or unit == "B"


@given(st.integers(0, 10**14))
def test_a_count_has_three_digits(count):
    value, _, unit = numbers.of_count(count).partition(" ")
    assert abs(float(value) * 10 ** COUNTS[unit] - count) <= 0.00501 * count
    assert float(value) < 1000
    assert len(value.replace(".", "")) == 3 or not unit


def test_the_lectures_numbers():
    assert numbers.of_count(61_100_840) == "61.1 M"
    assert numbers.of_count(768_000) == "768 k"
    assert numbers.of_count(760) == "760"
    assert numbers.of_bytes(512) == "512 B"
    assert numbers.of_bytes(4_780_000) == "4.56 MiB"
    assert numbers.whole(25_557_032) == "25,557,032"
    assert numbers.of_size((96, 55, 55)) == "96×55×55"
    # Rounding may need one digit fewer behind the point.
    assert numbers.of_count(9_996) == "10.0 k"
    assert numbers.of_count(999_600) == "1.00 M"


@given(st.integers(-99, 99))
def test_a_sign_follows_a_letter_and_zero_has_none(value):
    written = numbers.signed(value)
    assert written == "" if value == 0 else number(written) == value and written[0] in "+−"


@given(st.lists(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=2), min_size=1, max_size=3))
def test_a_matrix_has_its_numbers_row_by_row(rows):
    typeset = numbers.matrix(rows, places=2).removeprefix(r"\begin{bmatrix}").removesuffix(r"\end{bmatrix}")
    read = [[float(each) for each in row.split("&")] for row in typeset.split(r"\\")]
    assert all(
        abs(a - b) <= 0.00501 for row, had in zip(read, rows, strict=True) for a, b in zip(row, had, strict=True)
    )


@given(st.floats(-1e30, 1e30))
def test_a_power_of_ten_has_three_digits(value):
    mantissa, power = re.fullmatch(r"(-?\d\.\d\d) \\cdot 10\^\{(-?\d+)\}", numbers.scientific(value)).groups()
    assert abs(Decimal(mantissa).scaleb(int(power)) - Decimal(value)) <= abs(Decimal(value)) * Decimal("0.0051")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 µs"), (1.7e-5, "17 µs"), (4.561e-3, "4.56 ms"), (0.9999, "1.00 s"), (12.34, "12.3 s")],
)
def test_a_duration_has_three_digits(seconds, said):
    assert numbers.of_time(seconds) == said
