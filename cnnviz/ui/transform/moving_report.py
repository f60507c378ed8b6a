"""What follows from a sweep: the film, curves, the table, formulas, questions and lines of Python."""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.arithmetic.families import family
from cnnviz.arithmetic.pose import similarity
from cnnviz.components.sweep_film import sweep_film
from cnnviz.engine.requests import Sweep, View
from cnnviz.figures.invariance import layers_heat
from cnnviz.figures.sweep_curves import MOST, sweep
from cnnviz.probes.sweep_summary import answer_change, keeps, leading
from cnnviz.probes.sweep_summary import table as table_of
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.keeping import offer
from cnnviz.ui.transform.moving_form import SCREEN, Plan, axes
from cnnviz.ui.transform.subject import Subject
from cnnviz.ui.transform.writing import less


@dataclass(frozen=True, eq=False)
class Seen:
    """A sweep as it was found: `found` is cnnviz.probes.invariance.Swept, `maps` (1 + N, K, h, w) of K `channels`."""

    plan: Plan
    found: Any
    classes: tuple[str, ...]
    layer: str
    channels: tuple[int, ...]
    maps: np.ndarray

    @property
    def shown(self) -> list[int]:
        """Return the classes that get a curve."""
        return leading(self.found, MOST)

    @property
    def row(self) -> int:
        """Return the chosen layer's row among the changes, or the input's where it has none."""
        layers = self.found.layers
        return int(layers.index(self.layer)) if self.layer in layers else 0

    @property
    def names(self) -> list[str]:
        """Return the layers' names, the network's input first."""
        return [name or text(SCREEN, "input") for name in self.found.layers]

    @property
    def what(self) -> str:
        """Return what is swept over, with its unit."""
        return axes(2)[self.plan.swept].label


def show_film(seen: Seen) -> None:
    """Draw the component; a state that is left there becomes the state of the controls."""
    plan, found = seen.plan, seen.found
    shown = seen.shown

    def pick(index: int) -> None:
        if 0 <= index < len(plan.amounts):
            st.session_state[plan.swept] = plan.amounts[index]

    said = []
    for index, amount in enumerate(plan.amounts):
        says = found.probabilities[index]
        numbers = {"what": seen.what, "amount": amount, "answer": seen.classes[says.argmax()], "share": says.max()}
        numbers |= {"layer": seen.names[seen.row], "change": found.changes[seen.row, index]}
        said.append(text(SCREEN, "said", **numbers))
    sweep_film(
        np.concatenate([found.original[None], found.pictures]),
        seen.maps,
        np.concatenate([found.unmoved[None], found.probabilities])[:, shown],
        key="moving",
        names=[seen.classes[index] for index in shown],
        channels=seen.channels,
        labels=[text(SCREEN, "label", what=seen.what, amount=amount) for amount in plan.amounts],
        said=said,
        selected=plan.index,
        words={name: text(SCREEN, f"word_{name}") for name in ("unmoved", "now", "input", "answers")}
        | {"slider": seen.what},
        on_pick=pick,
    )
    kept = keeps(found)
    top = seen.classes[found.unmoved.argmax()]
    numbers = {"top": top, "share": found.unmoved.max(), "kept": int(kept.sum()), "count": len(kept)}
    say(SCREEN, "kept_all" if kept.all() else "kept_some", **numbers)


def figures(seen: Seen) -> dict[str, Any]:
    """Return the three figures by name."""
    plan, found = seen.plan, seen.found
    amounts, at, names = list(plan.amounts), plan.amount, seen.names
    change = text(SCREEN, "change")
    curves = {text(SCREEN, "input"): found.changes[0], names[seen.row]: found.changes[seen.row]}
    curves[names[-1]] = found.changes[-1]
    curves[text(SCREEN, "answers")] = answer_change(found)
    return {
        "answers": sweep(
            amounts,
            {seen.classes[index]: found.probabilities[:, index] for index in seen.shown},
            at=at,
            x=seen.what,
            y=text(SCREEN, "probability"),
            scale="whole",
            height=340,
        ),
        "layers": layers_heat(amounts, found.changes, names, at=at, chosen=seen.row, x=seen.what, y=change),
        "change": sweep(amounts, curves, at=at, x=seen.what, y=change, height=340),
    }


def show_answers(seen: Seen, drawn: dict[str, Any]) -> None:
    """Draw what the network says over the sweep."""
    st.subheader(text(SCREEN, "answers_title"))
    chart(drawn["answers"], key="sweep-answers", alt=text(SCREEN, "answers_alt", what=seen.what))


def show_changes(seen: Seen, drawn: dict[str, Any]) -> None:
    """Draw how far each layer is from what it gave for the unmoved picture."""
    st.subheader(text(SCREEN, "layers_title"))
    say(SCREEN, "layers")
    left, right = st.columns(2, gap="large")
    chart(drawn["layers"], key="sweep-layers", at=left, alt=text(SCREEN, "layers_alt", count=len(seen.names)))
    chart(drawn["change"], key="sweep-change", at=right, alt=text(SCREEN, "change_alt", layer=seen.names[seen.row]))


def downloads(seen: Seen, subject: Subject) -> None:
    """Offer the table and the figures to keep."""
    plan = seen.plan
    network = "network" if ":" in subject.model.name else subject.model.name
    offer(
        f"{network}-{plan.swept}",
        text(SCREEN, "page", network=network, what=seen.what),
        lambda: table_of(seen.what, plan.amounts, seen.found, seen.classes, seen.shown),
        lambda: [*figures(seen).values()],
    )


def show_formulas(seen: Seen) -> None:
    """Write where a pixel of the moved picture comes from, and the chosen layer's change, in the present numbers."""
    state = dict(seen.plan.state)
    found, index = seen.found, seen.plan.index
    turn, size = radians(state["rotation"]), state["scale"] / 100
    say(SCREEN, "formula_why", layer=seen.names[seen.row])
    with st.container(key="formulas"):
        entries = {"cosine": cos(turn) / size, "sine": sin(turn) / size, "minus": -sin(turn) / size}
        # Neither 1e-16 nor -0.
        rounded = {name: round(value, 6) + 0.0 for name, value in entries.items()}
        st.latex(text(SCREEN, "formula_move", right=less(state["right"]), down=less(state["down"]), **rounded))
        relative, norm = float(found.changes[seen.row, index]), float(found.norms[seen.row])
        if np.isfinite(relative):
            st.latex(
                text(
                    SCREEN,
                    "formula_change",
                    apart=_plain(relative * norm),
                    norm=_plain(norm),
                    relative=_plain(relative),
                )
            )


def _plain(number: float) -> str:
    """Return a number with four digits that count, or more where they stand before the point."""
    return f"{number:.0f}" if number >= 1000 else f"{number:.4g}"


def predict(seen: Seen, subject: Subject, table: Any) -> None:
    """Ask what two states do that may not be on the screen: half as large, and one pixel to the right."""
    views = View(similarity(scale=0.5)), View(similarity(right=1))
    answer = ask(Sweep(views=views, edge=seen.plan.edge, **subject.given()))
    if answer is None:
        return
    state = f"{subject.model}-{subject.picture.sha256}-{subject.invert}-{seen.plan.edge}"
    with lesson.predictions():
        _ask_of_half(f"half-{state}", seen, answer.found)
        _ask_of_a_pixel(f"pixel-{state}", seen, answer.found, table)


def _ask_of_half(key: str, seen: Seen, found: Any) -> None:
    top, says = int(found.unmoved.argmax()), found.probabilities[0]
    numbers = {"answer": seen.classes[says.argmax()], "share": says.max(), "before": found.unmoved[top]}
    numbers |= {"top": seen.classes[top], "after": says[top]}
    options = [text(SCREEN, "yes"), text(SCREEN, "no")]
    right = 0 if says.argmax() == top else 1
    lesson.question(key, text(SCREEN, "predict", **numbers), options, right, text(SCREEN, "predict_why", **numbers))


def _ask_of_a_pixel(key: str, seen: Seen, found: Any, table: Any) -> None:
    kinds = {row.name: row.kind for row in table.rows}
    convolutions = [row for row, name in enumerate(found.layers) if family(kinds.get(name, "")) == "conv"]
    rows = sorted({0, *convolutions[:1], *convolutions[len(convolutions) // 2 :][:1], len(found.layers) - 1})
    changed = found.changes[rows, 1]
    if len(rows) < 2 or not np.isfinite(changed).all():
        return
    names = [seen.names[row] for row in rows]
    listed = " · ".join(
        text(SCREEN, "predict_layer", layer=name, change=change) for name, change in zip(names, changed, strict=True)
    )
    why = text(SCREEN, "predict_pixel_why", listed=listed)
    lesson.question(key, text(SCREEN, "predict_pixel"), names, int(changed.argmax()), why)


def code_lines(seen: Seen, subject: Subject) -> None:
    """Show the few lines of Python that make the same sweep."""
    amounts = seen.plan.amounts
    name, divisor = {"rotation": ("degrees", 1), "scale": ("scale", 100), "brightness": ("brightness", 100)}.get(
        seen.plan.swept, (seen.plan.swept, 1)
    )
    states = (
        "brightness=amounts" if name == "brightness" else f"[similarity({name}=amount) for amount in amounts.tolist()]"
    )
    neutral = axes(2)[seen.plan.swept].neutral
    numbers = {"neutral": neutral / divisor, "amounts": _tensor([amount / divisor for amount in amounts])}
    numbers |= {"model": subject.model.name, "states": states, "layer": seen.layer, "edge": seen.plan.edge}
    lesson.code(text(SCREEN, "code", **numbers))


def _tensor(amounts: list[float]) -> str:
    if len(amounts) > 2 and np.ptp(np.diff(amounts)) < 1e-9:
        return f"torch.linspace({amounts[0]:g}, {amounts[-1]:g}, {len(amounts)})"
    return f"torch.tensor({[float(amount) for amount in amounts]})"
