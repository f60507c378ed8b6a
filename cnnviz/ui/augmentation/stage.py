"""The stage of an augmentation: its draws on the left, and on the right what was changed and what a network answers."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.engine.results import Augmented, BlocksLeftOut, SmoothedLabel
from cnnviz.figures import augmentation as figures
from cnnviz.figures.equivariance import bars
from cnnviz.figures.photo import sheet
from cnnviz.figures.style import KERNEL, OUTPUT, PALE_OUTPUT
from cnnviz.figures.sweep_curves import sweep
from cnnviz.probes.augmentation import WITHOUT_MAGNITUDE
from cnnviz.probes.fractional_pooling import KERNEL as POOLED
from cnnviz.probes.fractional_pooling import starts
from cnnviz.probes.label_smoothing import best_margin
from cnnviz.ui.augmentation.state import DRAW, FORM, WORDS, Answer, State
from cnnviz.ui.chart import chart
from cnnviz.ui.numbers import fixed, percent, short
from cnnviz.ui.words import listed

say, text = WORDS.say, WORDS.text
_TALL, _LOW = 400, 224
_FEW = 6  # regions of a pooling along a side that can still be told apart


def draw(state: State, answer: Answer) -> None:
    """Draw the stage."""
    if isinstance(answer, BlocksLeftOut):
        _draw_blocks(state, answer)
    elif isinstance(answer, SmoothedLabel):
        _draw_label(state, answer)
    else:
        _draw_pictures(state, answer)


def _draw_pictures(state: State, answer: Augmented) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        say("stage_cutout" if state.settings.get("square") else f"stage_{state.kind}", **state.settings)
        # Its place is kept by app.css: on a phone all else stands below it.
        with st.container(key=FORM.key("mosaic")):
            tiles(
                answer.pictures,
                key=FORM.key("draws"),
                mode="rgb",
                columns=4 if len(answer.pictures) > 10 else 5,
                tallest=_TALL,
                labels=[facts_told(facts) for facts in answer.facts],
                selected=picked(state, answer),
                label=text("draws"),
                words={
                    "channel": text("draw_number", channel="{channel}"),
                    "place": "",
                    "weights": "",
                    "idle": text("crops_idle" if state.kind == "ten_crops" else "draws_idle"),
                },
                on_pick=lambda index: FORM.set(DRAW, index),
            )
    with right:
        before, alt = _before(state, answer)
        chart(before, key=FORM.key("before"), alt=alt)
        _draw_answers(state, answer)


def picked(state: State, answer: Augmented | BlocksLeftOut) -> int:
    """Return the draw that is looked at; a moment after another kind was chosen it may be one that there is not."""
    return min(state.draw, len(answer.probabilities) - 1)


def facts_told(facts: tuple[tuple[str, float], ...]) -> str:
    """Return what was drawn in words and numbers."""
    return " · ".join(_fact(name, value) for name, value in facts)


def _fact(name: str, value: float) -> str:
    if name == "flipped":
        return text("mirrored" if value else "not_mirrored")
    named = WORDS.label(f"fact.{name}")
    return named if name in WITHOUT_MAGNITUDE else text("fact", name=named, value=short(value, 3))


def _before(state: State, answer: Augmented) -> tuple[go.Figure, str]:
    """Return the picture before, with what was drawn on it, and what a screen reader is told."""
    at = picked(state, answer)
    drawn = dict(answer.facts[at])
    if state.kind == "fractional_pooling":
        return _regions(state, answer), text("alt_regions")
    if "width" in drawn and state.kind != "erasing":
        told = (dict(facts) for facts in answer.facts)
        boxes = [(box["left"], box["top"], box["width"], box["height"]) for box in told]
        return figures.boxed(answer.before, answer.size, boxes, at, height=_LOW - 34), text("alt_boxes")
    shown, captions = [answer.before, answer.pictures[at]], [text("before"), text("draw_number", channel=at)]
    if answer.partner is not None:
        shown.insert(1, answer.partner)
        captions.insert(1, text("partner"))
    return sheet(shown, captions, columns=len(shown), side=_LOW - 78), text("alt_before")


def _regions(state: State, answer: Augmented) -> go.Figure:
    """Draw the regions of a pooling to a few pixels by the very numbers of the draw."""
    drawn = dict(answer.facts[picked(state, answer)])
    size = round(_FEW * state.settings["ratio"])
    across, down = (starts(size, _FEW, drawn[name]).tolist() for name in ("across", "down"))
    high, wide = answer.before.shape[:2]
    small = answer.before[np.ix_(np.arange(size) * high // size, np.arange(size) * wide // size)]
    return figures.regions(small, across, down, POOLED, height=_LOW - 34)


def _draw_answers(state: State, answer: Augmented | BlocksLeftOut) -> None:
    """Chart the answers draw by draw beside the target where it changes, and say the mean and the spread of one."""
    at = picked(state, answer)
    targets = answer.targets if isinstance(answer, Augmented) else None
    target = None if targets is None else targets[at]
    words = spread_words(at, passes=isinstance(answer, BlocksLeftOut))
    figure = figures.spread(state.classes, answer.plain, answer.probabilities, at, words, target=target, height=_LOW)
    chart(figure, key=FORM.key("answers"), alt=text("alt_answers"))
    best = int(answer.plain.argmax())
    seen = answer.probabilities[:, best]
    say(
        "answers",
        name=state.classes[best],
        plain=percent(answer.plain[best], 1),
        mean=percent(seen.mean(), 1),
        deviation=fixed(100 * seen.std(), 1),
        same=int((answer.probabilities.argmax(axis=1) == best).sum()),
        count=len(seen),
    )


def spread_words(at: int, *, passes: bool = False) -> dict[str, str]:
    """Return the words of the chart of answers to draws, or of passes through a network that is random itself."""
    names = {name: text(f"line_{name}") for name in ("target", "plain", "mean")}
    drawn, number = ("line_passes", "pass_number") if passes else ("line_draw", "draw_number")
    return {**names, "draw": text(drawn), "picked": text(number, channel=at)}


def _draw_blocks(state: State, answer: BlocksLeftOut) -> None:
    left, right = st.columns(2, gap="medium")
    words = {name: text(f"blocks_{name}") for name in ("likely", "ran", "block", "pass", "probability")}
    with left:
        say("stage_stochastic_depth", **state.settings)
        figure = figures.blocks_running(
            answer.names, answer.survival, answer.running, picked(state, answer), words, height=_TALL
        )
        chart(figure, key=FORM.key("blocks"), alt=text("alt_blocks"))
    with right:
        at = picked(state, answer)
        missing = [name for name, ran in zip(answer.names, answer.running[at], strict=True) if not ran]
        say("pass_all" if not missing else "pass", number=at, names=listed(missing))
        _draw_answers(state, answer)


def _draw_label(state: State, answer: SmoothedLabel) -> None:
    left, right = st.columns(2, gap="medium")
    classes = len(answer.target)
    others = [at for at in np.argsort(-answer.probabilities) if at != answer.label][: min(9, classes - 1)]
    shown = [answer.label, *map(int, others)]
    names = [state.classes[at] for at in shown]
    hard = [1.0 if at == answer.label else 0.0 for at in shown]
    series = {text("hard"): hard, text("smoothed"): answer.target[shown].tolist(),
              text("network_answer"): answer.probabilities[shown].tolist()}  # fmt: skip
    with left:
        say("stage_label_smoothing", **state.settings)
        figure = bars(names, series, y=text("share"), colours=(KERNEL, OUTPUT, PALE_OUTPUT), zeros=False, height=_TALL)
        chart(figure, key=FORM.key("target"), alt=text("alt_target"))
    with right:
        lines = {text("loss_hard"): answer.by_margin[0], text("loss_smoothed"): answer.by_margin[1]}
        best = best_margin(classes, state.settings["smoothing"])
        figure = sweep(answer.margins.tolist(), lines, x=text("margin"), y=text("loss"), at=best, height=_TALL - 60)
        chart(figure, key=FORM.key("losses"), alt=text("alt_losses"))
        say("losses", hard=short(answer.losses[0]), smoothed=short(answer.losses[1]), name=state.classes[answer.label])
