"""Numbers read back from what a page says."""

_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text: str) -> float:
    """Return the number that was written as −1,234.5 or 7.3·10⁻⁷."""
    mantissa, _, power = text.replace("−", "-").replace(",", "").partition("·10")
    return float(mantissa) if not power else float(f"{mantissa}e{power.translate(_RAISED)}")
