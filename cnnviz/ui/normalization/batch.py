"""Training and test: what the batch has to do with my image, running averages, and noise."""

from dataclasses import dataclass

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.engine.requests import BatchNoise, FollowStatistics, SwapImage
from cnnviz.engine.results import Probed
from cnnviz.figures.normalization import noise_curve, normalised_pair, statistic_curves
from cnnviz.images import gallery_names
from cnnviz.probes.batch_statistics import MODES, Swapped
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, formula, percent, short
from cnnviz.ui.part import Part
from cnnviz.ui.picture_choice import gallery_picture
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("normalization_batch")
FORM = Form(WORDS, screen="normalization", part="Training and test")
say, text, label = WORDS.say, WORDS.text, WORDS.label

SIZES = (2, 4, 8, 16, 32, 64, 128, 256)
_PIXELS = 16 * 16  # of a patch
_FIRST, *_OTHERS = "coffee", "flower", "grass"
MINE = Choice("mine", "chelsea", options=tuple(gallery_names()), technical=True)
OTHER = Choice("other", "hubble_deep_field", options=tuple(gallery_names()), technical=True)
BATCH_SIZE = Number("batch_size", 16, low=2, high=256)
BATCHES = Number("batches", 20, low=1, high=100)
MOMENTUM = Real("momentum", 0.1, low=0.01, high=1.0, step=0.01)
PRESETS: dict[str, Preset] = {
    "pytorch": {},
    "notes": {"momentum": 0.01},
    "pairs": {"batch_size": 2},
    "many": {"batches": 100},
}


@dataclass(frozen=True)
class State:
    """My image, what is put in the place of another, and the batches that the running averages follow."""

    mine: str
    other: str
    batches: FollowStatistics

    def request(self) -> SwapImage:
        """Return the question for the engine."""
        names = (self.mine, _FIRST, *_OTHERS)
        return SwapImage(tuple(map(gallery_picture, names)), gallery_picture(self.other))


def read() -> State:
    """Return what the form says."""
    follow = FollowStatistics(FORM.get(BATCH_SIZE), FORM.get(BATCHES), FORM.get(MOMENTUM))
    return State(FORM.get(MINE), FORM.get(OTHER), follow)


def _draw_swapped(state: State, answer: Probed[Swapped]) -> None:
    """Draw my image under each normalisation, before and after another one was exchanged."""
    found = answer.found
    with st.container(key=FORM.key("pairs-abreast")):
        boxes = st.columns(4, gap="medium")
    for at, (box, name) in enumerate(zip(boxes, MODES, strict=True)):
        change = float(found.change[at])
        with box:
            say("moves" if change else "stays", mode=text(f"mode_{name}"), change=fixed(change, 2))
            image = normalised_pair(found.before[at], found.after[at])
            st.image(image, width="stretch", alt=text("alt_pair", mode=text(f"mode_{name}")))


def _show_notes(state: State, answer: Probed[Swapped]) -> None:
    training = fixed(float(answer.found.change[0]), 2)
    say("swapped_same" if state.other == _FIRST else "swapped", other=state.other, training=training)


def _show_running(state: State, answer: Probed[Swapped]) -> None:
    """Chart the running averages, then the noise, and offer both to keep."""
    st.subheader(text("running"))
    _draw_following()
    got = ask(state.batches)
    noise = ask(BatchNoise(SIZES))
    if got is None or noise is None:
        return
    found, follow = got.found, state.batches
    count, momentum = follow.batch_size * _PIXELS, formula(follow.momentum)
    say("running_text", size=follow.batch_size)
    before = [(0.0, 1.0), *zip(found.running_mean, found.running_variance, strict=True)][-2]
    st.latex(
        text(
            "formula_mean",
            momentum=momentum,
            before=formula(before[0]),
            mean=formula(found.mean[-1]),
            after=formula(found.running_mean[-1]),
        )
    )
    st.latex(
        text(
            "formula_variance",
            momentum=momentum,
            before=formula(before[1]),
            variance=formula(found.variance[-1]),
            count=count,
            after=formula(found.running_variance[-1]),
        )
    )
    figures = []
    for box, what in zip(st.columns(2, gap="medium"), ("mean", "variance"), strict=True):
        own, running = getattr(found, what), getattr(found, f"running_{what}")
        names = text(f"batch_{what}"), text(f"running_{what}")
        figures.append(statistic_curves(own, running, names, x=text("batches_x")))
        chart(figures[-1], key=FORM.key(what), at=box, alt=names[1])
    say(
        "running_said",
        batches=follow.batches,
        mean=short(float(found.running_mean[-1])),
        own_mean=short(float(found.mean[-1])),
        momentum=momentum,
        left=percent((1 - follow.momentum) ** follow.batches, 1),
        count=count,
    )
    say("alone")
    columns = {name: getattr(found, name) for name in ("mean", "variance", "running_mean", "running_variance")}
    table = pd.DataFrame({"batches": range(1, follow.batches + 1), **columns})
    st.subheader(text("noise"))
    drawn_box, said_box = st.columns([3, 2], gap="large")
    drawn = noise_curve(SIZES, noise.found, x=text("noise_x"), y=text("noise_y"), at=follow.batch_size)
    chart(drawn, key=FORM.key("noise"), at=drawn_box, alt=text("noise_text"))
    with said_box:
        say("noise_text")
        ends = {"most": fixed(float(noise.found[0]), 2), "least": fixed(float(noise.found[-1]), 2)}
        say("noise_said", small=SIZES[0], large=SIZES[-1], **ends)
    offer_downloads(FORM, "batch-statistics", text("noise_table"), table, [*figures, drawn])


def _draw_following() -> None:
    FORM.draw(BATCH_SIZE, MOMENTUM, BATCHES, columns=3)
    now = FORM.get(BATCHES)
    st.button(
        label("next_batch"),
        icon=":material/skip_next:",
        key=FORM.key("next"),
        on_click=FORM.set,
        args=(BATCHES, min(now + 1, BATCHES.high)),
        disabled=now == BATCHES.high,
    )


def question(state: State, answer: Probed[Swapped], number: int) -> Question:
    """Ask in turn for the next running mean, for who sees another image, and for the variance that is kept."""
    turn, what = divmod(number, 3)
    if what == 0:
        momentum, before, mean = (0.1, 0.01, 0.2)[turn % 3], 1 + turn, 3 + 2 * turn
        right = (1 - momentum) * before + momentum * mean
        slips = [momentum * before + (1 - momentum) * mean, (before + mean) / 2, before + momentum * mean]
        numbers = {"momentum": momentum, "before": before, "mean": mean}
        asked = text("predict_momentum", **numbers)
        why = text("predict_momentum_why", right=short(right), **numbers)
        return Question(asked, short(right), [short(each) for each in slips], why)
    if what == 1:
        others = [text(f"predict_{name}") for name in ("evaluation", "layer", "group")]
        return Question(text("predict_who"), text("predict_training"), others, text("predict_who_why"))
    count, variance = 4 + turn, 3 * (3 + turn)
    right = variance * count / (count - 1)
    slips = [float(variance), variance * (count - 1) / count, variance * (count + 1) / count]
    named = {"count": count, "variance": variance}
    why = text("predict_unbiased_why", right=short(right), **named)
    return Question(text("predict_unbiased", **named), short(right), [short(each) for each in slips], why)


def code(state: State, answer: Probed[Swapped]) -> str:
    """Return the few lines of Python that follow batches and then evaluate."""
    follow = state.batches
    return text("code", momentum=follow.momentum, batches=follow.batches, size=follow.batch_size)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        request=State.request,
        stage=_draw_swapped,
        settings=lambda: FORM.draw(MINE, OTHER, columns=2),
        notes=_show_notes,
        more=_show_running,
        question=question,
        code=code,
        height=200,
    ).show()
