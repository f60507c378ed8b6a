"""A signal as somebody types it.

>>> read_signal("0 0 1, 1")
(0.0, 0.0, 1.0, 1.0)
"""

import math

from cnnviz.errors import ShapeError

EXAMPLE = "0 0 1 1 0 0 1 1"
LONGEST = 24


def read_signal(typed: str) -> tuple[float, ...]:
    """Return the numbers typed, with spaces or commas between them; windows of 2 must close a circle over them.

    Raises ShapeError with one sentence where they are not finite numbers, or not an even count of them up to LONGEST.
    """
    try:
        found = tuple(float(part) for part in typed.replace(",", " ").split())
    except ValueError:
        found = (math.nan,)
    if not all(map(math.isfinite, found)):
        raise ShapeError(f"The signal is numbers with spaces between them, such as {EXAMPLE}.")
    if not 2 <= len(found) <= LONGEST or len(found) % 2:
        raise ShapeError(
            f"The signal has {len(found)} numbers; it should have an even count of them, from 2 to {LONGEST}, so that "
            "windows of 2 close a circle."
        )
    return found
