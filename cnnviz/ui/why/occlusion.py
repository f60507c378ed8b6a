"""Occlusion: a patch is dragged over the photo, and a whole grid of patches makes a map."""

from dataclasses import dataclass
from random import Random

import numpy as np
import streamlit as st

from cnnviz.components.occluder import occluder
from cnnviz.engine.requests import FillPatch, Input, Occlude
from cnnviz.engine.results import Bytes, Floats
from cnnviz.figures.class_map import class_map
from cnnviz.probes.occlusion import by_pixel, steps
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask, ask_each
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice, Switch
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import fixed, of_size, percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import SubjectForm
from cnnviz.ui.why.state import State, classes, read_state
from cnnviz.ui.words import Words

WORDS = Words("why_occlusion")
FORM = Form(WORDS, screen="why", part="Occlusion")
SUBJECT = SubjectForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
FILLING = Choice("filling", "grey", options=("black", "grey", "mean", "blur"), style="buttons")
GRID = Switch("grid", False)
_SHOWN = 6  # classes
_MOST = 28  # patches a side: more would keep others waiting for minutes


@dataclass(frozen=True, eq=False)
class Hidden:
    """The picture that the network gets, the filling, and the probabilities (K,) with the patch."""

    view: Bytes
    filling: Bytes
    shares: Floats

    @property
    def side(self) -> int:
        """The shorter side in pixels."""
        height, width = self.view.shape[:2]
        return int(min(height, width))

    @property
    def size(self) -> Number:
        """The choice of the patch's side."""
        return _size(self.side)

    @property
    def stride(self) -> Number:
        """The choice of how far patches of the grid are apart."""
        return Number("stride", max(1, self.side // 14), low=max(1, self.side // _MOST), high=self.side)

    @property
    def places(self) -> list[tuple[int, int]]:
        """The grid's, row by row."""
        size, stride = FORM.get(self.size), FORM.get(self.stride)
        tops, lefts = (steps(side, size, stride) for side in self.view.shape[:2])
        return [(top, left) for top in tops for left in lefts]


def _size(side: int) -> Number:
    return Number("size", max(1, side // 7), low=1, high=max(1, side // 2))


def _at(height: int, width: int, size: int) -> tuple[Number, Number]:
    """Return the choice of the patch's first row and column, by default in the middle."""
    top, left = (
        Number(name, (side - size) // 2, low=0, high=side - size, slider=False)
        for name, side in (("top", height), ("left", width))
    )
    return top, left


def _find(state: State) -> Hidden | None:
    got = ask(Input(**state.subject.given))
    filling = FORM.get(FILLING)
    filled = ask(FillPatch(filling=filling, **state.subject.given))
    if got is None or filled is None:
        return None
    height, width = got.view.shape[:2]
    size = FORM.get(_size(min(height, width)))
    place = tuple(map(FORM.get, _at(height, width, size)))
    hidden = ask(Occlude(filling=filling, size=size, places=((place[0], place[1]),), **state.subject.given))
    return None if hidden is None else Hidden(got.view, filled.found, hidden.found[0])


def _draw(state: State, found: Hidden) -> None:
    """Draw the photo with the patch, which is what a drag waits for, and the classes above it."""
    above = st.container()
    whole, height, width = state.prediction.probabilities, *found.view.shape[:2]
    size = FORM.get(found.size)
    places = _at(height, width, size)
    order = list(np.argsort(-whole)[:_SHOWN])
    risen = int(found.shares.argmax())
    shown = list(dict.fromkeys([state.target, risen, *map(int, order)]))[:_SHOWN]
    shown.sort(key=lambda each: -float(whole[each]))

    def pick(place: tuple[int, int]) -> None:
        FORM.put({each.name: None if at == each.default else at for each, at in zip(places, place, strict=True)})

    occluder(
        found.view,
        found.filling,
        [(state.prediction.classes[each], float(whole[each]), float(found.shares[each])) for each in shown],
        at=(FORM.get(places[0]), FORM.get(places[1])),
        size=size,
        stride=FORM.get(found.stride),
        key=FORM.key("occluder"),
        on_pick=pick,
    )
    with above:
        FORM.draw(classes(state.prediction), columns=1)


def _show_notes(state: State, found: Hidden) -> None:
    """Offer the patch's settings, and say what hiding it does."""
    height, width = found.view.shape[:2]
    places = _at(height, width, FORM.get(found.size))
    FORM.draw(FILLING, found.size, *places, columns=2)
    before, after = state.share, float(found.shares[state.target])
    best = int(found.shares.argmax())
    say(
        "said",
        name=state.name,
        before=percent(before, 1),
        after=percent(after, 1),
        best=state.prediction.classes[best],
        share=percent(found.shares[best], 1),
    )
    say("filling")


def _show_grid(state: State, found: Hidden) -> None:
    """Draw the map of the whole grid, where it is asked for."""
    st.subheader(label("grid_title"))
    FORM.draw(found.stride, GRID, columns=2)
    places, size = found.places, FORM.get(found.size)
    if not FORM.get(GRID):
        say("grid_off", count=len(places))
        return
    rows: dict[int, list[tuple[int, int]]] = {}
    for top, left in places:
        rows.setdefault(top, []).append((top, left))
    filling = FORM.get(FILLING)
    answers = ask_each(
        [Occlude(places=tuple(row), filling=filling, size=size, **state.subject.given) for row in rows.values()],
        WORDS,
        [len(row) for row in rows.values()],
    )
    if answers is None:
        return
    after = np.concatenate([each.found[:, state.target] for each in answers])
    drops = (state.share - after).astype(np.float32)
    height, width = found.view.shape[:2]
    drawn = by_pixel(drops, places, size=size, height=height, width=width)
    picture, words = st.columns([3, 2], gap="large")
    alt = text("grid_alt", name=state.name)
    chart(class_map(found.view, drawn, height=360), key=FORM.key("heat"), at=picture, alt=alt)
    most, least = int(drops.argmax()), int(drops.argmin())
    with words:
        say(
            "grid_said",
            name=state.name,
            count=len(places),
            size=of_size((size, size)),
            before=percent(state.share, 1),
            after=percent(after[most], 1),
            most=places[most],
            highest=percent(after[least], 1),
            least=places[least],
            strongest=fixed(100 * float(np.abs(drawn).max()), 1),
        )


def question(state: State, found: Hidden, number: int) -> Question:
    """Ask how many forwards a grid takes."""
    chance = Random(number)
    side, size, stride = chance.choice(((224, 32, 16), (224, 56, 28), (64, 16, 8), (28, 4, 4), (96, 32, 32)))
    extra = number // 3 % 3 * stride
    side += extra
    count = (side - size) // stride + 1
    right = count**2
    slips = [count, (count - 1) ** 2, (side // stride) ** 2, (side // size) ** 2, right + count, 2 * right]
    numbers = {"side": side, "size": size, "stride": stride}
    why = text("predict_grid_why", count=count, right=right, **numbers)
    return Question(text("predict_grid", **numbers), right, [each for each in slips if each != right], why)


def code(state: State, found: Hidden) -> str:
    """Return the few lines of Python that do the same."""
    numbers = {"size": FORM.get(found.size), "stride": FORM.get(found.stride)}
    return text("code", target=state.target, **numbers, **in_python(state.subject.model))


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
        more=_show_grid,
        question=question,
        code=code,
        height=520,
    ).show()
