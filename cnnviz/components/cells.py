"""What the grids of numbers tell Python: the cell that is pinned, and the values that were typed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

# The field that opens over a cell. The keyboard for decimals of an iPhone has no minus.
EDIT = """<input class="edit" type="text" inputmode="text" autocapitalize="off" autocomplete="off" spellcheck="false"
      hidden>"""


@dataclass(frozen=True)
class Edit:
    """A cell that was given a value: `index` is flat, in the grid's own array."""

    grid: str
    index: int
    value: float


def teller(
    grids: Collection[str],
    on_pin: Callable[[Any], None] | None,
    on_edit: Callable[[list[Edit]], None] | None,
) -> Callable[[Mapping[str, Any]], None]:
    """Return what hears of a pick of the component: a pin as (grid, flat index) of `grids`, or None, or all edits."""

    def tell(value: Mapping[str, Any]) -> None:
        if "edits" in value and on_edit is not None:
            on_edit([Edit(grid, int(index), float(number)) for grid, index, number in value["edits"]])
        elif "pin" in value and on_pin is not None:
            pin = value["pin"]
            on_pin(None if pin is None or pin[0] not in grids else (pin[0], int(pin[1])))

    return tell
