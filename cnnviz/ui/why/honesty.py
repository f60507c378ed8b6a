"""Are they honest? Weights made random from the top, and which maps notice."""

from dataclasses import dataclass
from random import Random

import numpy as np
import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import RandomiseLayers
from cnnviz.engine.results import Floats, RandomisedMaps
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask_each
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import fixed, percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import SubjectForm
from cnnviz.ui.why.state import State, classes, read_state
from cnnviz.ui.words import Words

WORDS = Words("why_honesty")
FORM = Form(WORDS, screen="why", part="Honest")
SUBJECT = SubjectForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
METHODS = ("gradient", "times_input", "guided", "grad_cam")
SEED = Number("seed", 0, low=0, high=99, slider=False)
_SHARES = (0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 1.0)  # of the layers; the second is the last layer alone
_LARGEST = 99.5  # per cent of a map's values are drawn within its scale


@dataclass(frozen=True, eq=False)
class Found:
    """The maps at every stage, the first of which is the network as it is."""

    stages: tuple[RandomisedMaps, ...]

    @property
    def stage(self) -> Choice:
        """The choice of how many layers are random."""
        counts = tuple(dict.fromkeys(str(each.count) for each in self.stages))
        return Choice("random", counts[-1], options=counts, style="buttons", technical=True)

    @property
    def shown(self) -> RandomisedMaps:
        """The chosen stage."""
        wanted = FORM.get(self.stage)
        return next(each for each in self.stages if str(each.count) == wanted)


def _find(state: State) -> Found | None:
    seed = FORM.get(SEED)
    requests = [
        RandomiseLayers(target=state.target, share=share, seed=seed, **state.subject.given) for share in _SHARES
    ]
    answers = ask_each(requests, WORDS)
    return None if answers is None else Found(tuple({each.count: each for each in answers}.values()))


def _scaled(maps: Floats) -> Floats:
    most = np.percentile(maps, _LARGEST, axis=(1, 2), keepdims=True)
    most = np.where(most > 0, most, np.maximum(maps.max(axis=(1, 2), keepdims=True), 1e-30))
    scaled: Floats = (maps / most).clip(0, 1).astype(np.float32)
    return scaled


def _draw(state: State, found: Found) -> None:
    """Draw the maps of the network as it is above those of the chosen stage, and the correlations as curves."""
    FORM.draw(classes(state.prediction), columns=1)
    maps_box, curves_box = st.columns([3, 2], gap="medium")
    shown = found.shown
    with maps_box:
        say("mosaic", count=shown.count, layers=shown.layers)
        names = [label(f"method.{method}") for method in METHODS]
        tiles(
            np.concatenate([_scaled(found.stages[0].maps), _scaled(shown.maps)]),
            key=FORM.key("maps"),
            mode="positive",
            shared=True,
            columns=len(METHODS),
            tallest=330,
            labels=[*names, *(text("random_name", name=name) for name in names)],
            label=text("mosaic_label"),
            words={"channel": label("tile")},
            picks=False,
        )
        FORM.draw(found.stage, columns=1)
    lines = {
        label(f"method.{name}"): [float(each.correlations[at]) for each in found.stages]
        for at, name in enumerate(METHODS)
    }
    with curves_box:
        say("curves")
    counts = [each.count for each in found.stages]
    figure = sweep(counts, lines, scale="signed", height=330, x=text("x_axis"), y=text("y_axis"))
    chart(figure, key=FORM.key("curves"), at=curves_box, alt=text("alt"))


def _settings() -> None:
    FORM.draw(SEED, columns=4)
    SUBJECT.link_elsewhere()


def _show_notes(state: State, found: Found) -> None:
    """Say which map changed least, and list the correlations."""
    last, shown = found.stages[-1], found.shown
    means = np.mean([each.correlations for each in found.stages[1:]], axis=0)
    order = np.argsort(-means)
    names = [label(f"method.{method}") for method in METHODS]
    say(
        "said",
        most=names[int(order[0])],
        high=fixed(float(means[order[0]]), 2),
        least=names[int(order[-1])],
        low=fixed(float(means[order[-1]]), 2),
        name=state.name,
        share=percent(last.probability, 1),
    )
    if shown.lowest:
        say("lowest", count=shown.count, lowest=shown.lowest, layer=shown.layer)
    rows = [
        {
            label("stage"): each.count,
            **{name: fixed(float(value), 3) for name, value in zip(names, each.correlations, strict=True)},
        }
        for each in found.stages
    ]
    st.dataframe(rows, hide_index=True)


def question(state: State, found: Found, number: int) -> Question:
    """Ask for Spearman's rank correlation of two short lists."""
    chance = Random(number)
    size = 4 + number % 2
    one, other = list(range(1, size + 1)), chance.sample(range(1, size + 1), size)
    gap = sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
    value = 1 - 6 * gap / (size * (size**2 - 1))
    right = fixed(value, 2)
    slips = [
        fixed(each, 2) for each in (-value + 0.03, value / 2 - 0.1, 1 - gap / (size * (size**2 - 1)), 1.0, 0.5, 0.05)
    ]
    listed = ", ".join(map(str, other))
    why = text("predict_why", gap=gap, size=size, right=right)
    asked = text("predict_ranks", one=", ".join(map(str, one)), other=listed)
    return Question(asked, right, [each for each in dict.fromkeys(slips) if each != right], why)


def code(state: State, found: Found) -> str:
    """Return the few lines of Python that do the same."""
    return text(
        "code", target=state.target, count=found.shown.count, seed=FORM.get(SEED), **in_python(state.subject.model)
    )


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    Part(
        form=FORM,
        read=lambda: read_state(FORM, SUBJECT),
        find=_find,
        stage=_draw,
        settings=_settings,
        notes=_show_notes,
        question=question,
        code=code,
        height=560,
    ).show()
