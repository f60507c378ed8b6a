"""What the steps do to each layer, and which mistakes are left: both move while the network learns."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components.theme import is_dark
from cnnviz.components.tiles import tiles
from cnnviz.engine.results import RunView
from cnnviz.figures import training as figures
from cnnviz.figures.style import dress
from cnnviz.training.live.examples import load, pixels_of
from cnnviz.ui.chart import chart
from cnnviz.ui.form_controls import Binding, Choice
from cnnviz.ui.hovers import told
from cnnviz.ui.names import class_names
from cnnviz.ui.numbers import percent, short, whole
from cnnviz.ui.text_table import text_table
from cnnviz.ui.training.look_inside import open_with_weights
from cnnviz.ui.training.state import FORM, WORDS, State
from cnnviz.ui.words import listed

ANY = "any"
_MOST, _ABREAST = 24, 8  # images of mistakes, and of a row
say, text = WORDS.say, WORDS.text


@dataclass(frozen=True)
class _Class(Choice):
    """A class by its own name, or any."""

    def _name_of(self, bound: Binding) -> Callable[[str], str]:
        named = super()._name_of(bound)
        return lambda option: named(option) if option == ANY else class_names([option])[0]


def classes_of(state: State) -> tuple[str, ...]:
    """Return what the examples' classes are called."""
    return load(state.settings.examples).classes


def mistaken(right: NDArray[np.int64], view: RunView, of: int | None, said: int | None) -> NDArray[np.int64]:
    """Return the numbers of test examples of class `of`, None for any, that got the answer `said`, but a wrong one.

    The most certain answers come first.
    """
    wrong = view.answers != right
    if of is not None:
        wrong &= right == of
    if said is not None:
        wrong &= view.answers == said
    found = np.flatnonzero(wrong)
    return found[np.argsort(-view.sure[found], kind="stable")]


def draw_layers(state: State, view: RunView) -> None:
    """Draw both, and the mistaken images once the run rests."""
    st.subheader(text("layers"))
    _draw_sizes(view)
    st.subheader(text("confusion"))
    left, right = st.columns(2, gap="large")
    with left:
        _draw_confusion(state, view)
    if state.settings.images:
        with right:
            _show_mistakes(state, view)


def _draw_confusion(state: State, view: RunView) -> None:
    names, key = classes_of(state), FORM.key("confusion")
    right, said, hover = (text(f"confusion_{name}") for name in ("right", "said", "hover"))
    figure = figures.confusion(view.confusion, class_names(names), right=right, said=said, hover=hover)
    if not state.settings.images:
        chart(figure, key=key, alt=text("confusion_alt"))
        return

    def picked() -> None:
        if points := st.session_state[key].selection.points:
            FORM.put({"right": names[points[0]["y"]], "said": names[points[0]["x"]]})

    st.plotly_chart(
        told(dress(figure, dark=is_dark())),
        theme=None,
        key=key,
        config={"displayModeBar": False},
        on_select=picked,
        selection_mode="points",
        alt=text("confusion_alt"),
    )


def _draw_sizes(view: RunView) -> None:
    if not view.layers:
        st.caption(text("layers_none"))
        return
    weight, gradient, update = view.sizes
    # Of weights that are all zero there is no share.
    shares = np.where(weight > 0, update / np.maximum(weight, 1e-30), np.nan)
    ratios = {name: shares[:, at] for at, name in enumerate(view.layers)}
    figure = figures.layer_ratios(view.measured, ratios, x=text("steps"), y=text("ratio"), usual=text("usual"))
    left, right = st.columns(2, gap="large")
    chart(figure, key=FORM.key("ratios"), at=left, alt=text("layers_alt"))
    head = [text(f"column_{name}") for name in ("layer", "weight", "gradient", "update", "ratio")]
    rows = [
        (name, *(short(each[-1, at], 3) for each in (weight, gradient, update)), _share(shares[-1, at]))
        for at, name in enumerate(view.layers)
    ]
    with right:
        text_table(head, rows)
        say("layers_text")
        dead = listed(text("dead_share", share=percent(share), layer=layer) for layer, share in view.dead)
        st.markdown(text("dead", shares=dead) if view.dead else text("dead_none"))


def _share(ratio: float) -> str:
    return "–" if np.isnan(ratio) else short(ratio, 2)


def _show_mistakes(state: State, view: RunView) -> None:
    names = classes_of(state)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key=FORM.key("mistakes-choice")):
        chosen = []
        for name in ("right", "said"):
            control = _Class(name, ANY, options=(ANY, *names))
            FORM.draw(control, columns=1)
            value = FORM.get(control)
            chosen.append(None if value == ANY else names.index(value))
    if state.run.playing:
        st.caption(text("mistakes_later"))
        return
    images, labels = _tests(state.settings.examples)
    names = class_names(names)
    found = mistaken(labels, view, *chosen)
    if not len(found):
        st.caption(text("mistakes_none"))
        return
    say("mistakes", count=whole(len(found)), all=whole(len(labels)))
    shown = found[:_MOST].tolist()
    chosen_one = state.shown if state.shown in shown else shown[0]
    said = {
        at: text("mistake", right=names[labels[at]], said=names[view.answers[at]], sure=percent(float(view.sure[at])))
        for at in shown
    }
    colours = images.ndim == 4
    tiles(
        images[shown] if colours else images[shown].astype(np.float32),
        key=FORM.key("mistakes"),
        mode="rgb" if colours else "positive",
        shared=True,
        columns=_ABREAST,
        labels=list(said.values()),
        selected=shown.index(chosen_one),
        label=text("mistakes_label"),
        # Here the pixels under the pointer are of no interest, only what was mistaken for what.
        words={"idle": text("mistakes_idle"), "channel": text("mistaken"), "place": "", "weights": "", "value": ""},
        on_pick=lambda at: FORM.put({"shown": shown[at]}),
    )
    st.markdown(text("mistake_chosen", number=chosen_one, mistake=said[chosen_one]))
    open_with_weights(state, images[chosen_one])


@cache
def _tests(name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images, labels = pixels_of(name, "test")
    return images, labels.astype(np.int64)
