"""Grad-CAM: every layer at once as a film strip, one of them large for two classes and their difference."""

from dataclasses import dataclass
from random import Random

import numpy as np
import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Input, WeighLayers
from cnnviz.engine.results import Bytes, Floats, WeighedLayers
from cnnviz.figures.class_map import class_map
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import AnyControl, Choice
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.numbers import fixed, of_size
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import SubjectForm
from cnnviz.ui.why.state import State, classes, other_class, read_state
from cnnviz.ui.words import Words

WORDS = Words("why_grad_cam")
FORM = Form(WORDS, screen="why", part="Grad-CAM")
SUBJECT = SubjectForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
_TALLEST = 190  # pixels of the strip
_LARGE = 220  # pixels of a map over the photo


@dataclass(frozen=True, eq=False)
class Found:
    """All layers' maps for the class and for another one, and the picture that the network got."""

    first: WeighedLayers
    second: WeighedLayers
    other: int
    view: Bytes

    @property
    def layer(self) -> Choice:
        """The choice of a layer, by default the last whose map is not 0 all over.

        What a transformer's class token alone is read for leaves nothing to the other tokens of the last layers.
        """
        names = self.first.names
        shown = [name for name, each in zip(names, self.first.maps, strict=True) if each.any()]
        return Choice("layer", (shown or names)[-1], options=names, technical=True)

    @property
    def at(self) -> int:
        """The number of the chosen one."""
        return self.first.names.index(FORM.get(self.layer))


def _find(state: State) -> Found | None:
    other = FORM.get(other_class(state))
    got = ask(Input(**state.subject.given))
    first = ask(WeighLayers(target=state.target, **state.subject.given))
    second = None if first is None else ask(WeighLayers(target=other, **state.subject.given))
    if got is None or first is None or second is None:
        return None
    return Found(first, second, other, got.view)


def _draw(state: State, found: Found) -> None:
    """Draw the strip, and the chosen layer for both classes."""
    FORM.draw(classes(state.prediction), columns=1)
    names, at = found.first.names, found.at
    tiles(
        found.first.strip,
        key=FORM.key("strip"),
        mode="positive",
        selected=at,
        tallest=_TALLEST,
        labels=names,
        label=text("strip_label", name=state.name, count=len(names)),
        words={"channel": label("strip.layer"), "idle": label("strip.idle")},
        on_pick=lambda number: FORM.set(found.layer, names[number]),
    )
    one, two = found.first.maps[at], found.second.maps[at]
    numbers = {"layer": names[at], "size": of_size(one.shape)}
    shown: list[tuple[str, Floats]] = [
        (text("class", name=state.name, **numbers), one.clip(min=0)),
        (text("other_class", name=state.prediction.classes[found.other]), two.clip(min=0)),
        (text("difference"), one - two),
    ]
    for number, (box, (said, values)) in enumerate(zip(st.columns(3, gap="medium"), shown, strict=True)):
        with box:
            st.markdown(said)
        chart(class_map(found.view, values, height=_LARGE), key=FORM.key(f"map{number}"), at=box, alt=said)


def _show_notes(state: State, found: Found) -> None:
    """Offer the other class and the layer by name, and say what the maps are."""
    boxes = st.columns(2, gap="medium", vertical_alignment="bottom")
    controls: tuple[AnyControl, ...] = other_class(state), found.layer
    for box, control in zip(boxes, controls, strict=True):
        with box:
            FORM.draw(control, columns=1)
    one, two = (each.maps[found.at] for each in (found.first, found.second))
    say("said", count=len(found.first.names), layer=found.first.names[found.at])
    if not one.any():
        say("blank", name=state.name, layer=found.first.names[found.at])
    if one.std() > 0 and two.std() > 0:
        alike = float(np.corrcoef(one.ravel(), two.ravel())[0, 1]) if one.size > 1 else 1.0
        say("alike", name=state.name, other=state.prediction.classes[found.other], alike=fixed(alike, 2))


def _show_formulas(state: State, found: Found) -> None:
    """Typeset the weights and the map."""
    st.latex(text("formula"))
    say("formula_why")


def question(state: State, found: Found, number: int) -> Question:
    """Ask for a channel's weight, and for a place of the map."""
    chance, (turn, kind) = Random(number), divmod(number, 2)
    slopes = [chance.randint(-4, 8) for _ in range(4)]
    slopes[3] += -sum(slopes) % 4 or 4
    alpha = sum(slopes) // 4
    if kind == 0:
        listed = ", ".join(fixed(each, 0) for each in slopes)
        slips = [sum(slopes), max(slopes), alpha + 1, alpha - 2, 2 * alpha + 3]
        why = text("predict_weight_why", total=fixed(sum(slopes), 0), right=fixed(alpha, 0))
        asked = text("predict_weight", slopes=listed)
        return Question(asked, fixed(alpha, 0), [fixed(each, 0) for each in slips if each != alpha], why)
    one, two = 1 + turn % 3, -(1 + turn % 2)
    a, b = chance.randint(1, 5), chance.randint(1, 5)
    total = one * a + two * b
    right = max(0, total)
    numbers = {"one": fixed(one, 0), "two": fixed(two, 0), "a": a, "b": b}
    why = text("predict_place_why", total=fixed(total, 0), right=right, **numbers)
    shown = [fixed(each, 1) for each in (total, one * a - two * b, a + b, total / 2, right + 2)]
    others = [each for each in shown if each != fixed(right, 1)]
    return Question(text("predict_place", **numbers), fixed(right, 1), others, why)


def code(state: State, found: Found) -> str:
    """Return the few lines of Python that do the same."""
    layer = found.first.names[found.at]
    return text("code", target=state.target, other=found.other, layer=layer, **in_python(state.subject.model))


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    Part(
        form=FORM,
        read=lambda: read_state(FORM, SUBJECT),
        find=_find,
        stage=_draw,
        settings=SUBJECT.link_elsewhere,
        notes=_show_notes,
        formulas=_show_formulas,
        question=question,
        code=code,
        height=600,
    ).show()
