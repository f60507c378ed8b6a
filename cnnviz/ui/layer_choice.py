"""A network's layers as a strip to pick from, with a list as its twin."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cnnviz.arithmetic.families import family
from cnnviz.components.strip import strip
from cnnviz.engine.results import LayerRow
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.part import place
from cnnviz.ui.words import COMMON

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def first_convolution(rows: Sequence[LayerRow]) -> str:
    """Return the name of the first convolution, or of the first layer where there is none."""
    return next((row.name for row in rows if family(row.kind) == "conv"), rows[0].name)


def middle_convolution(rows: Sequence[LayerRow]) -> str:
    """Return the name of the convolution in the middle of the network, where maps are neither edges nor classes."""
    names = [row.name for row in rows if family(row.kind) == "conv"]
    return names[len(names) // 2] if names else rows[0].name


def shown_rows(rows: Sequence[LayerRow]) -> dict[str, LayerRow]:
    """Return the rows by name without those that hand on what they get, as timm puts them where an option is off."""
    return {row.name: row for row in rows if row.kind != "Identity"}


def layers(rows: Sequence[LayerRow], default: str, *, resets: Iterable[str] = ()) -> Choice:
    """Return the choice of a layer; names in `resets` begin anew in another one."""
    return Choice("layer", default, tuple(resets), tuple(shown_rows(rows)), technical=True)


def layer_of(form: Form, rows: Sequence[LayerRow], default: str) -> LayerRow:
    """Return the chosen row, before it is drawn."""
    return shown_rows(rows)[form.get(layers(rows, default))]


def choose_layer(form: Form, rows: Sequence[LayerRow], default: str, *, resets: Iterable[str] = ()) -> None:
    """Draw the strip and its twin; names in `resets` begin anew in another layer."""
    choice = layers(rows, default, resets=resets)
    draw_strip(form, rows, choice)
    form.draw(choice, columns=1)


def strip_place(form: Form) -> "DeltaGenerator":
    """Return a place for the strip that is as high as it will be: what is drawn below it first does not move."""
    return place(form.key("layer-strip"))


def draw_strip(form: Form, rows: Sequence[LayerRow], choice: Choice) -> None:
    """Draw the strip alone."""
    strip(
        [
            {"name": row.name, "kind": row.kind, "size": row.output_size[1:], "family": family(row.kind)}
            for row in shown_rows(rows).values()
        ],
        key=form.key("strip"),
        selected=form.get(choice),
        label=COMMON.text("layers"),
        on_pick=lambda name: form.set(choice, name),
    )
