"""The stage: the keys of a player, and below them what moves while the network learns."""

import math

import streamlit as st

from cnnviz.engine.results import RunView
from cnnviz.figures import training as figures
from cnnviz.training.live.settings import MOST_STEPS
from cnnviz.ui.chart import chart
from cnnviz.ui.numbers import fixed, of_loss, percent, whole
from cnnviz.ui.refusals import translated
from cnnviz.ui.training.differences import differences
from cnnviz.ui.training.driver import BUDGET, Driver
from cnnviz.ui.training.film import LATEST, draw_film
from cnnviz.ui.training.player import draw_keys, moving
from cnnviz.ui.training.state import FORM, RATE, STOP, WORDS, State, keep, kept_run

_WAITED = 1.5  # seconds without an answer after which the page says so
_CURVE = 196  # pixels
text = WORDS.text


def draw_stage(state: State, view: RunView) -> None:
    """Draw the player, and what moves."""
    _draw_player(state)
    moving(state.run, lambda: _see(state), lambda seen: _draw_run(state, *seen), leads=True)


def _draw_player(state: State) -> None:
    run, epoch = state.run, state.epoch
    to_epoch = epoch - run.step % epoch
    steps = {"one_step": ("skip_next", 1), "one_epoch": ("fast_forward", to_epoch)}
    draw_keys(FORM, run, steps, play=state.play, beside=lambda: _draw_beside(run))


def _draw_beside(run: Driver) -> None:
    for control in (RATE, STOP):
        with st.container(width=140):
            FORM.draw(control, columns=1)
    _draw_keep(run)


def _draw_keep(run: Driver) -> None:
    kept = kept_run()
    st.button(
        WORDS.label("keep" if kept is None else "forget"),
        icon=":material/bookmark_add:" if kept is None else ":material/bookmark_remove:",
        key=FORM.key("keep"),
        on_click=keep,
        args=(run if kept is None else None,),
        disabled=kept is None and not run.step,
    )


def _see(state: State) -> tuple[RunView, RunView | None]:
    """Return what there is to see of the run, and of the one that is kept beside it."""
    run = kept_run()
    return state.view(), None if run is None or run is state.run else run.look(state.shown)


def _draw_run(state: State, view: RunView, kept: RunView | None) -> None:
    run = kept_run()
    _draw_numbers(state, view)
    curves_box, film_box = st.columns([1, 2], gap="medium")
    with curves_box:
        _draw_curves(view, kept)
        if run is not None and kept is not None:
            other = differences(WORDS, run.settings, state.settings)
            st.caption(text("kept_said", step=whole(kept.step), differences=other))
    with film_box:
        draw_film(state, view, run)


def _draw_curves(view: RunView, kept: RunView | None) -> None:
    names, x = (text("training"), text("test"), text("kept")), text("steps")
    losses = None if kept is None else (kept.losses, kept.tests[:, :2])
    accuracies = None if kept is None else (kept.accuracies, kept.tests[:, ::2])
    loss = figures.learning_curve(
        view.losses, view.tests[:, :2], names, x=x, y=text("loss"), kept=losses, height=_CURVE
    )
    chart(loss, key=FORM.key("loss"), alt=text("loss_alt", value=of_loss(float(view.tests[-1, 1]))))
    accuracy = figures.learning_curve(
        view.accuracies, view.tests[:, ::2], names, x=x, y=text("accuracy"), kept=accuracies, share=True, height=_CURVE
    )
    said = text("accuracy_alt", value=percent(float(view.tests[-1, 2]), 1))
    chart(accuracy, key=FORM.key("accuracy"), alt=said)


def _draw_numbers(state: State, view: RunView) -> None:
    _, _, accuracy = view.tests[-1]
    numbers = {
        "step": whole(view.step),
        "epochs": fixed(view.epochs, 1),
        "batch_loss": of_loss(float(view.losses[-LATEST:].mean())) if len(view.losses) else "–",
        "test_accuracy": percent(float(accuracy), 1),
    }
    with st.container(horizontal=True, gap="medium", key=FORM.key("numbers")):
        for name, value in numbers.items():
            st.metric(WORDS.label(name), value, help=WORDS.help(name))
        st.caption(_status(state.run, view))


def _status(run: Driver, view: RunView) -> str:
    if run.error is not None:
        return translated(run.error)
    if len(view.losses) and not math.isfinite(view.losses[-1]):
        return text("ran_away")
    if (waited := run.waited) > _WAITED:
        return text("waits", seconds=int(waited), place=run.ahead)
    if run.playing:
        place = run.ahead
        return text("plays_in_turn" if place else "plays", place=place, seconds=fixed(run.spent, 0), most=int(BUDGET))
    if run.reached:
        return text("reached", accuracy=percent(float(view.tests[-1, 2]), 1))
    if run.step >= MOST_STEPS:
        return text("ended", most=whole(MOST_STEPS))
    if run.spent >= BUDGET:
        return text("budget", most=int(BUDGET))
    return text("rests" if view.step else "untrained")
