"""One row of a network: a layer or a block and its settings, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

from cnnviz.design import vocabulary
from cnnviz.errors import ModelError

MOST = 10_000_000
MOST_BRANCHES = 64
DEEPEST = 20

Setting = int | float | bool | str | None | tuple["int | float | None", ...]


@dataclass(frozen=True)
class Row:
    """A layer or a block: `kind` is a key of cnnviz.arithmetic.KINDS or of BLOCKS, `settings` are (name, value) pairs.

    The names are PyTorch's, without those that follow from what arrives (in_channels and the like), and stand in the
    order in which they are typed. `branches` are the rows along each branch of a kind of vocabulary.JOINS; a branch
    without rows hands on what arrives. Raises ModelError for a kind, a name or a value that cannot be.
    """

    kind: str
    settings: tuple[tuple[str, Setting], ...] = ()
    branches: tuple[tuple["Row", ...], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in vocabulary.kinds():
            raise ModelError(f"There is no kind of layer {self.kind[:40]!r}.")
        if self.branches and self.kind not in vocabulary.JOINS:
            raise ModelError(f"{self.short} has no branches; {' and '.join(vocabulary.JOINS)} have.")
        if len(self.branches) > MOST_BRANCHES:
            raise ModelError(f"{self.short} has {len(self.branches):,} branches; it may have {MOST_BRANCHES}.")
        if self.nested > DEEPEST:
            raise ModelError(f"{self.short} is nested more than {DEEPEST} deep; a network need not be.")
        order = vocabulary.settings_of(self.kind)
        given = dict(self.settings)
        if len(given) != len(self.settings):
            twice = next(name for name, _ in self.settings if [n for n, _ in self.settings].count(name) > 1)
            raise ModelError(f"{self.short} is given its {twice} twice; once is enough.")
        for name in given:
            if name not in order:
                raise ModelError(f"{self.short} has no setting {name[:40]!r}; {allowed(self.kind)}.")
        checked = tuple((name, check(self.kind, name, given[name])) for name in order if name in given)
        object.__setattr__(self, "settings", checked)

    @property
    def short(self) -> str:
        """The name that the row is written with."""
        return vocabulary.short_name(self.kind)

    @cached_property
    def nested(self) -> int:
        """How many blocks stand one inside another here: 0 for a row without branches."""
        return 1 + max((row.nested for rows in self.branches for row in rows), default=0) if self.branches else 0

    @cached_property
    def given(self) -> Mapping[str, Setting]:
        """The settings by name."""
        return dict(self.settings)


def allowed(kind: str) -> str:
    """Return "it takes ..." with the settings of a kind."""
    names = vocabulary.settings_of(kind)
    return f"it takes {', '.join(names)}" if names else "it takes none"


def check(kind: str, name: str, value: object) -> Setting:
    """Return a setting's value in its one form; raises ModelError that says what would be right."""
    short, words = vocabulary.short_name(kind), vocabulary.words_of(kind, name)
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if not _fits(name, value, words):
        raise ModelError(f"The {name} of {short} is {_wanted(name, words)}, not {_shown(value)}.")
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int | float) and not abs(number) <= MOST:
            raise ModelError(f"The {name} of {short} is {_shown(number)}; at most {MOST:,} can be had.")
    return value  # type: ignore[return-value]


def _fits(name: str, value: object, words: tuple[str, ...]) -> bool:
    if value is None:
        return name in vocabulary.NONE
    if isinstance(value, bool):
        return name in vocabulary.SWITCHES
    if isinstance(value, str):
        return value in words
    if isinstance(value, tuple):
        return (
            name in vocabulary.SIZES
            and 1 < len(value) <= 6
            and all(_fits(name, part, ()) and not isinstance(part, tuple) for part in value)
        )
    if isinstance(value, int):
        return name in vocabulary.SIZES or name in vocabulary.WHOLE or name in vocabulary.NUMBERS
    return isinstance(value, float) and isfinite(value) and (name in vocabulary.NUMBERS or name == "scale_factor")


def _wanted(name: str, words: tuple[str, ...]) -> str:
    if name in vocabulary.SWITCHES:
        return "yes or no"
    if name in vocabulary.WHOLE:
        return "a whole number"
    if name in vocabulary.NUMBERS:
        return "a number"
    if name in vocabulary.SIZES:
        return "a whole number such as 3, or one for each axis such as 3x5" + "".join(f", or {word}" for word in words)
    return " or ".join(words)


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str | int | float | bool | tuple | None) else type(value).__name__
    return text if len(text) <= 40 else text[:37] + "..."
