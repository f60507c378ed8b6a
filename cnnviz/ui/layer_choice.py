"""A network's layers as a strip to pick from, with a list as its twin."""

from collections.abc import Iterable, Sequence

from cnnviz.components.strip import strip
from cnnviz.engine.results import LayerRow
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.words import COMMON

_FAMILIES = {
    "conv": ("conv",),
    "norm": ("norm",),
    "pooling": ("pool", "adaptiveavg"),
    "linear": ("linear", "attention", "matmul", "einsum"),
    "activation": ("relu", "sigmoid", "swish", "silu", "gelu", "tanh", "softmax", "elu", "hardtanh", "clamp", "mish"),
}


def family(kind: str) -> str:
    """Return the family that the strip colours a kind of call by."""
    lower = kind.lower()
    return next((name for name, words in _FAMILIES.items() if any(word in lower for word in words)), "other")


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


def layer_of(form: Form, rows: Sequence[LayerRow], default: str, *, resets: Iterable[str] = ()) -> LayerRow:
    """Return the chosen row, before it is drawn."""
    return shown_rows(rows)[form.get(_choice(rows, default, resets))]


def choose_layer(form: Form, rows: Sequence[LayerRow], default: str, *, resets: Iterable[str] = ()) -> None:
    """Draw the strip and its twin; names in `resets` begin anew in another layer."""
    by_name = shown_rows(rows)
    choice = _choice(rows, default, resets)
    strip(
        [
            {"name": row.name, "kind": row.kind, "size": row.output_size[1:], "family": family(row.kind)}
            for row in by_name.values()
        ],
        key=form.key("strip"),
        selected=form.get(choice),
        label=COMMON.text("layers"),
        on_pick=lambda name: form.set(choice, name),
    )
    form.draw(choice, columns=1)


def _choice(rows: Sequence[LayerRow], default: str, resets: Iterable[str]) -> Choice:
    return Choice("layer", default, tuple(resets), tuple(shown_rows(rows)), technical=True)
