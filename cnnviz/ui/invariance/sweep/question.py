"""Questions about a picture that is moved in another way than it is on the screen."""

from collections.abc import Sequence
from random import Random

import numpy as np

from cnnviz.arithmetic.families import family
from cnnviz.engine.requests import Layers, Sweep
from cnnviz.ui.engine import ask
from cnnviz.ui.invariance.sweep.state import AXES, WORDS, State, axes, view
from cnnviz.ui.numbers import percent, short, whole
from cnnviz.ui.question import Question

text = WORDS.text
# The first ones are those of the lecture; then amounts are drawn.
_FIRST: dict[int, tuple[str, int]] = {0: ("scale", 50), 1: ("right", 1), 2: ("rotation", 90), 3: ("down", 2)}
_LAYERS = 4


def question(state: State, classes: Sequence[str], names: Sequence[str], number: int) -> Question | None:
    """Ask what the network predicts, or which of four layers changes most, for a picture moved along one axis."""
    axis, amount = _FIRST.get(number) or _drawn(state, number)
    moved = text(f"moved_{axis}", amount=whole(amount))
    answer = ask(Sweep(views=(view({axis: amount}),), edge=state.edge, **state.subject.given))
    if answer is None:
        return None
    found = answer.found
    if number % 2 or found.single:
        asked = _of_layers(state, found.layers, names, found.changes[:, 0], moved)
        # One output predicts no class.
        if asked is not None or found.single:
            return asked
    says, top = found.probabilities[0], int(found.unmoved.argmax())
    right = int(says.argmax())
    # What the network takes it for besides, and what it is unmoved.
    others = [top, *np.argsort(-(says + found.unmoved), kind="stable").tolist()]
    why = text(
        "predict_why",
        moved=moved,
        answer=classes[right],
        share=percent(says.max()),
        top=classes[top],
        before=percent(found.unmoved[top]),
        after=percent(says[top]),
    )
    return Question(text("predict", moved=moved), classes[right], [classes[index] for index in others], why)


def _drawn(state: State, number: int) -> tuple[str, int]:
    """Return an axis and an amount that is not the neutral one."""
    drawn = Random(number)
    axis = axes(min(state.subject.card.input_size[1:]))[AXES[drawn.randrange(len(AXES))]]
    # In steps that can be imagined: 15 degrees, a pixel, 10 %.
    step = {"rotation": 15, "right": 1, "down": 1}.get(axis.name, 10)
    return axis.name, drawn.choice([each for each in range(axis.low, axis.high + 1, step) if each != axis.neutral])


def _of_layers(
    state: State, layers: Sequence[str], names: Sequence[str], changes: np.ndarray, moved: str
) -> Question | None:
    table = ask(Layers(state.subject.model))
    if table is None:
        return None
    kinds = {row.name: row.kind for row in table.rows}
    convolutions = [row for row, name in enumerate(layers) if family(kinds.get(name, "")) == "conv"]
    last = len(layers) - 1
    some = [0, *convolutions[:1], *convolutions[len(convolutions) // 2 :][:1], last, last // 2, last - 1]
    rows = sorted([*dict.fromkeys(row for row in some if row >= 0)][:_LAYERS])
    changed = changes[rows]
    if len(rows) < 2 or not np.isfinite(changed).all():
        return None
    listed = " · ".join(
        text("predict_layer", layer=names[row], change=short(change, 3))
        for row, change in zip(rows, changed, strict=True)
    )
    right = names[rows[int(changed.argmax())]]
    others = [names[row] for row in rows]
    return Question(text("predict_layers", moved=moved), right, others, text("predict_layers_why", listed=listed))
