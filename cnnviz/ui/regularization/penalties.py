"""L1, L2 and both on few examples, live: the gap, the weights, and what is exactly 0."""

import csv
import io
from collections.abc import Callable
from random import Random

import streamlit as st

from cnnviz.engine.results import RunView
from cnnviz.figures.kernels import kernels
from cnnviz.figures.penalties import loss_gap, weight_histogram
from cnnviz.figures.training import decision_plane
from cnnviz.training.live.examples import load
from cnnviz.training.live.script import script
from cnnviz.training.live.view import REACH
from cnnviz.training.live.weight_spread import SMALL
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.numbers import fixed, formula, of_loss, percent, short, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.regularization.state import FORM, PRESETS, WORDS, State, before, controls, net, read
from cnnviz.ui.screen import say_idea
from cnnviz.ui.training.differences import differences
from cnnviz.ui.training.player import draw_keys, find, moving

say, text = WORDS.say, WORDS.text
_PICTURES = 15  # of the first layer's units


def _draw(state: State, view: RunView) -> None:
    draw_keys(FORM, state.run, {"ten_epochs": ("fast_forward", 10 * state.epoch)})
    moving(state.run, state.view, lambda view: _draw_run(state, view), leads=True)


def _draw_run(state: State, view: RunView) -> None:
    if view.learnt is None or view.spread is None:
        return
    _draw_numbers(view)
    with st.container(key=FORM.key("pictures-abreast")):
        gap_box, spread_box, picture_box = st.columns(3, gap="small")
    settings, former = before() or (None, None)
    same = settings is not None and settings.examples == state.settings.examples
    rows = former.tests if former is not None and same else None
    names = text("training"), text("validation"), text("former")
    figure = loss_gap(view.learnt, view.tests, names, x=text("steps"), y=text("loss"), before=rows)
    chart(figure, key=FORM.key("gap"), at=gap_box, alt=text("gap_alt", gap=of_loss(_gap(view)[0])))
    total = _weights(state)
    spread = weight_histogram(
        view.spread.counts,
        view.spread.reach,
        round(view.spread.zero * total),
        zero=text("zero_bar"),
        x=text("weight"),
        y=text("count"),
    )
    chart(spread, key=FORM.key("spread"), at=spread_box, alt=text("spread_alt", zero=percent(view.spread.zero, 1)))
    with picture_box:
        _draw_picture(state, view)
    if rows is not None and settings is not None:
        st.caption(text("former_said", differences=differences(WORDS, settings, state.settings)))
    if state.run.error is not None:
        st.caption(str(state.run.error))


def _weights(state: State) -> int:
    """Return the number of weights without biases, as the histogram has them."""
    view = state.view()
    assert view.spread is not None
    counted = int(view.spread.counts.sum())
    return round(counted / (1 - view.spread.zero)) if view.spread.zero < 1 else state.table.parameters


def _gap(view: RunView) -> tuple[float, float]:
    """Return by how much the loss on validation is above that on training, and the accuracy below."""
    assert view.learnt is not None
    (_, loss, accuracy), (_, test_loss, test_accuracy) = view.learnt[-1], view.tests[-1]
    return float(test_loss - loss), float(accuracy - test_accuracy)


def _draw_numbers(view: RunView) -> None:
    assert view.learnt is not None
    assert view.spread is not None
    numbers = {
        "step": whole(view.step),
        "training_accuracy": percent(float(view.learnt[-1, 2]), 1),
        "validation_accuracy": percent(float(view.tests[-1, 2]), 1),
        "loss_gap": of_loss(_gap(view)[0]),
        "zero": percent(view.spread.zero, 1),
        "small": percent(view.spread.small, 1),
    }
    with st.container(horizontal=True, gap="medium", key=FORM.key("numbers")):
        for name, value in numbers.items():
            st.metric(WORDS.label(name), value, help=WORDS.help(name))


def _draw_picture(state: State, view: RunView) -> None:
    settings = state.settings
    if view.plane is not None:
        examples = load(settings.examples, noise=settings.noise, seed=settings.seed)
        points, labels = examples.inputs[: settings.count].numpy(), examples.labels[: settings.count].numpy()
        figure = decision_plane(view.plane, points, labels, reach=REACH, height=280)
        chart(figure, key=FORM.key("plane"), alt=text("plane_alt"))
        return
    figure = kernels(view.filters[:_PICTURES], what=text("unit"), height=280)
    title = text("pictures", count=min(_PICTURES, len(view.filters)))
    figure.update_layout(title={"text": title, "x": 0, "font": {"size": 15}}, margin={"t": 32})
    chart(figure, key=FORM.key("filters"), alt=text("pictures_alt"))


def _draw_settings() -> None:
    FORM.draw(*controls())
    FORM.draw(net(), columns=1)


def _show_notes(state: State, view: RunView) -> None:
    """Say what the gap is, and which weights are 0 and why."""
    assert view.learnt is not None
    assert view.spread is not None
    settings = state.settings
    gap, accuracy = _gap(view)
    numbers = {"loss": of_loss(float(view.learnt[-1, 1])), "test_loss": of_loss(float(view.tests[-1, 1]))}
    say("what", count=settings.count, parameters=whole(state.table.parameters))
    if view.step:
        say("gap", gap=of_loss(gap), **numbers)
        if accuracy > 0:
            say("gap_accuracy", accuracy=fixed(100 * accuracy, 1))
    shares = {"zero": percent(view.spread.zero, 1), "small": percent(view.spread.small, 1), "near": f"{SMALL:g}"}
    kind = "none" if not settings.l1 else "proximal" if settings.proximal else "gradient"
    if kind == "none" and settings.l2:
        kind = "l2"
    say(f"zeros_{kind}", **shares)


def _show_formulas(state: State, view: RunView) -> None:
    """Typeset the loss, and what a step makes of a weight, with this run's numbers."""
    settings = state.settings
    penalties = {
        name: text(f"formula_{name}", value=formula(value, places=5)) if value else ""
        for name, value in (("l1", settings.l1), ("l2", settings.l2))
    }
    say("formula_title")
    st.latex(text("formula_loss", **penalties))
    say("formula_step")
    rate = formula(settings.rate)
    shrink = formula(1 - 2 * settings.rate * settings.l2, places=6)
    start = text("step_l2", rate=rate, shrink=shrink) if settings.l2 else text("step_plain", rate=rate)
    step = formula(settings.rate * settings.l1, places=7)
    if settings.l1 and settings.proximal:
        st.latex(text("step_proximal", start=start, step=step))
    else:
        st.latex(text("step", start=start, l1=text("step_l1", step=step) if settings.l1 else ""))
    say("formula_where")


def _show_more(state: State, view: RunView) -> None:
    if not state.run.playing:
        offer_downloads(FORM, "penalties", text("gap_title"), curves(view))


def curves(view: RunView) -> str:
    """Return a CSV of every test: step, and loss and accuracy on both sets."""
    assert view.learnt is not None
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("step", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy"))
    for learnt, tested in zip(view.learnt, view.tests, strict=True):
        writer.writerow((int(learnt[0]), *learnt[1:], *tested[1:]))
    return file.getvalue()


def question(state: State, view: RunView, number: int) -> Question:
    """Return question 0, 1, 2, …: each kind in turn, with numbers of its own."""
    kinds: tuple[Callable[[Random], Question], ...] = (_soft, _shrink, _penalty, _least)
    return kinds[number % len(kinds)](Random(number))


def _asked(name: str, right: float, slips: list[float], **numbers: object) -> Question:
    told = short(right)
    others = [each for each in map(short, slips) if each != told]
    why = text(f"predict_{name}_why", result=told, **numbers)
    return Question(text(f"predict_{name}", **numbers), told, others, why)


def _soft(draw: Random) -> Question:
    threshold, weight = draw.choice([0.1, 0.2, 0.3]), draw.choice([-1, 1]) * draw.randrange(1, 9) / 10
    sign = 1 if weight > 0 else -1
    right = sign * max(0.0, round(abs(weight) - threshold, 6))
    slips = [weight, round(weight + sign * threshold, 6), round(weight * (1 - threshold), 6), 0.0, -right, threshold]
    return _asked("soft", right + 0.0, slips, weight=short(weight), threshold=short(threshold))


def _shrink(draw: Random) -> Question:
    rate, factor = draw.choice([0.1, 0.2, 0.5]), draw.choice([0.01, 0.05, 0.1])
    right = 1 - 2 * rate * factor
    slips = [1 - rate * factor, 1 - factor, 1 - rate, 1 - 2 * factor]
    return _asked("shrink", right, slips, rate=rate, factor=factor)


def _penalty(draw: Random) -> Question:
    first, second = draw.choice([1, 2, 3]), -draw.choice([2, 4, 5])
    l1, l2 = draw.choice([0.1, 0.2, 0.5]), draw.choice([0.01, 0.1])
    right = l1 * (abs(first) + abs(second)) + l2 * (first**2 + second**2)
    slips = [
        l1 * (first + second) + l2 * (first**2 + second**2),
        l2 * (abs(first) + abs(second)) + l1 * (first**2 + second**2),
        l1 * (abs(first) + abs(second)),
        right + l1,
    ]
    return _asked("penalty", right, slips, first=first, second=short(second), l1=l1, l2=l2)


def _least(draw: Random) -> Question:
    weight = draw.choice([0.5, 0.1, 0.01])
    names = [text(f"least_{name}") for name in ("l1", "l2", "same")]
    right, *others = names if weight < 0.5 else [names[2], *names[:2]]
    numbers = {"weight": short(weight), "pull": short(2 * weight)}
    return Question(text("predict_least", **numbers), right, others, text("predict_least_why", **numbers))


def code(state: State, view: RunView) -> str:
    """Return the lines of PyTorch that make the same run, ten epochs where it has not begun."""
    return script(state.settings, state.run.rates, view.step or 10 * state.epoch)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=_draw,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_more,
    question=question,
    code=code,
    height=440,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
