"""Numbers of a formula."""


def less(amount: int) -> str:
    """Return what a formula takes from a place: "" for nothing, "-3" or "+3" after the letter."""
    return f"{-amount:+d}" if amount else ""
