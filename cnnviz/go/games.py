"""The games that come with the project; who played them is in assets/go/ATTRIBUTION.md."""

from functools import cache

from cnnviz.assets import GO
from cnnviz.go.records import Record, read

NAMES = tuple(str(number) for number in range(1, 11))


@cache
def game(name: str) -> Record:
    """Return the game of that name; KeyError for one that is not in `NAMES`."""
    if name not in NAMES:
        raise KeyError(name)
    return read((GO / f"game-{name}.sgf").read_bytes())


@cache
def ladder() -> Record:
    """Return a position after one move: the white stone at D4 is in atari, and would run to E4."""
    return read((GO / "ladder.sgf").read_bytes())
