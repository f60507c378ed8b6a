"""Gradients by the pixel: five methods side by side on one scale, and what integrated gradients add up to."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import POINTS_AT_ONCE, AttributePixels
from cnnviz.engine.results import Floats, PixelShares
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask_each
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice, Switch
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import SubjectForm
from cnnviz.ui.why.state import State, classes, read_state
from cnnviz.ui.words import Words

WORDS = Words("why_gradients")
FORM = Form(WORDS, screen="why", part="Gradients")
SUBJECT = SubjectForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
METHODS = ("gradient", "times_input", "smooth", "integrated", "guided")
SAMPLES = Number("samples", 8, low=1, high=64)
NOISE = Real("noise", 0.15, low=0.0, high=0.5)
STEPS = Number("steps", 64, low=1, high=300)
BASELINE = Choice("baseline", "black", options=("black", "mean"), style="buttons")
GAPS = Switch("gaps", False)
_COUNTS = (8, 16, 32, 64, 128)  # of steps, beside those that are chosen
_LARGEST = 99.5  # per cent of a method's values are drawn within the scale
_TALLEST = 330  # pixels

Found = dict[str, PixelShares]


def _find(state: State) -> Found | None:
    points = {"smooth": FORM.get(SAMPLES), "integrated": FORM.get(STEPS)}
    asked = {method: _requests(state, method, points.get(method, 1)) for method in METHODS}
    answers = _ask([each for requests in asked.values() for each in requests])
    if answers is None:
        return None
    given = iter(answers)
    return {method: _together([next(given) for _ in requests]) for method, requests in asked.items()}


def _requests(state: State, method: str, points: int) -> list[AttributePixels]:
    """Return what the engine is asked for one method."""
    more = {"smooth": {"noise": FORM.get(NOISE)}, "integrated": {"baseline": FORM.get(BASELINE)}}
    return [
        AttributePixels(
            target=state.target,
            method=method,
            points=points,
            span=span,
            **more.get(method, {}),  # type: ignore[arg-type]
            **state.subject.given,
        )
        for span in _spans(points)
    ]


def _ask(requests: Sequence[AttributePixels]) -> list[PixelShares] | None:
    return ask_each(requests, WORDS, [1 if each.span is None else each.span[1] - each.span[0] for each in requests])


def _spans(count: int) -> Sequence[tuple[int, int] | None]:
    """Return what the engine is asked for one after the other, so that others have their turns in between."""
    if count <= POINTS_AT_ONCE:
        return (None,)
    return [(first, min(first + POINTS_AT_ONCE, count)) for first in range(0, count, POINTS_AT_ONCE)]


def _together(parts: Sequence[PixelShares]) -> PixelShares:
    """Return what the parts of one method add up to."""
    values: Floats = np.stack([each.values for each in parts]).sum(axis=0, dtype=np.float64).astype(np.float32)
    return replace(parts[0], values=values, total=sum(each.total for each in parts))


def scaled(values: Floats) -> Floats:
    """Return a method's values in units of what nearly all of them stay within, cut off at -1 and 1."""
    most = float(np.percentile(np.abs(values), _LARGEST)) or float(np.abs(values).max()) or 1.0
    cut: Floats = (values / most).clip(-1, 1).astype(np.float32)
    return cut


def _draw(state: State, found: Found) -> None:
    """Draw the choice of a class and the five maps."""
    FORM.draw(classes(state.prediction), columns=1)
    st.markdown(text("mosaic", name=state.name))
    tiles(
        np.stack([scaled(found[method].values) for method in METHODS]),
        key=FORM.key("maps"),
        mode="signed",
        shared=True,
        tallest=_TALLEST,
        labels=[label(f"method.{method}") for method in METHODS],
        label=text("mosaic_label", name=state.name),
        words={"channel": label("tile")},
        picks=False,
    )


def _settings() -> None:
    FORM.draw(SAMPLES, NOISE, STEPS, BASELINE)
    SUBJECT.link_elsewhere()


def _wanted(whole: PixelShares) -> float:
    """Return what integrated gradients should add up to."""
    assert whole.baseline_logit is not None, "integrated gradients have a baseline"
    return whole.logit - whole.baseline_logit


def _share(gap: float, wanted: float) -> str:
    return percent(gap / abs(wanted), 1) if wanted else "–"


def _show_notes(state: State, found: Found) -> None:
    """Say what the integral adds up to, how much it lacks, and what each map is."""
    whole = found["integrated"]
    wanted = _wanted(whole)
    gap = abs(whole.total - wanted)
    say(
        "sum",
        name=state.name,
        total=fixed(whole.total, 4),
        logit=fixed(whole.logit, 4),
        start=fixed(whole.logit - wanted, 4),
        wanted=fixed(wanted, 4),
        gap=fixed(gap, 4),
        share=_share(gap, wanted),
        steps=FORM.get(STEPS),
        baseline=label(f"baseline.{FORM.get(BASELINE)}"),
        product=fixed(found["times_input"].total, 4),
    )
    say("methods")


def _show_gaps(state: State, found: Found) -> None:
    """Integrate in fewer and in more steps, where that is asked for, and show how far each sum is off."""
    st.subheader(label("gaps_title"))
    FORM.draw(GAPS)
    counts = sorted({*_COUNTS, FORM.get(STEPS)})
    if not FORM.get(GAPS):
        say("gaps_off", count=sum(counts))
        return
    asked = [_requests(state, "integrated", count) for count in counts]
    answers = _ask([each for requests in asked for each in requests])
    if answers is None:
        return
    given = iter(answers)
    sums = [_together([next(given) for _ in requests]) for requests in asked]
    wanted = _wanted(found["integrated"])
    gaps = [abs(each.total - wanted) for each in sums]
    table, curve = st.columns([2, 3], gap="large")
    with table:
        rows = [
            {
                label("gaps_steps"): count,
                label("gaps_sum"): fixed(each.total, 4),
                label("gaps_gap"): fixed(gap, 4),
                label("gaps_share"): _share(gap, wanted),
            }
            for count, each, gap in zip(counts, sums, gaps, strict=True)
        ]
        st.dataframe(rows, hide_index=True)
        say("gaps_said")
    figure = sweep(
        counts, {label("gaps_gap"): gaps}, x=label("gaps_steps"), y=label("gaps_gap"), at=FORM.get(STEPS), height=280
    )
    chart(figure, key=FORM.key("gaps-curve"), at=curve, alt=text("gaps_alt", name=state.name))


def _show_formulas(state: State, found: Found) -> None:
    """Typeset the five."""
    for name in ("gradient", "times_input", "smooth", "integrated"):
        st.latex(text(f"formula_{name}"))
    say("formula_guided")


def question(state: State, found: Found, number: int) -> Question:
    """Ask for the sum of integrated gradients, and for those of a product."""
    chance, (turn, kind) = Random(number), divmod(number, 2)
    if kind == 0:
        logit, start = chance.randint(10, 90) / 10, chance.randint(-30, 30) / 10 + 0.05 * (turn % 2)
        right = fixed(logit - start, 2)
        slips = [fixed(each, 2) for each in (logit, logit + start + 0.5, start, 1.0, (logit - start) / 2)]
        numbers = {"logit": fixed(logit, 2), "start": fixed(start, 2)}
        why = text("predict_sum_why", right=right, **numbers)
        return Question(text("predict_sum", **numbers), right, [each for each in slips if each != right], why)
    # y = x1 * x2 from (0, 0): the gradient by x1 is x2, and along the way its mean is x2 / 2.
    a, b = 2 + turn % 5, 3 + 2 * (turn % 4)
    right = fixed(a * b / 2, 1)
    slips = [fixed(each, 1) for each in (a * b, b, b / 2, a + b, a)]
    why = text("predict_product_why", a=a, b=b, right=right, half=fixed(b / 2, 1), whole=a * b)
    return Question(text("predict_product", a=a, b=b), right, [each for each in slips if each != right], why)


def code(state: State, found: Found) -> str:
    """Return the few lines of Python that do the same."""
    numbers = {"steps": FORM.get(STEPS), "samples": FORM.get(SAMPLES), "noise": FORM.get(NOISE)}
    black = "(0 - torch.tensor(how.mean)) / torch.tensor(how.std)"
    baseline = f"({black})[:, None, None]" if FORM.get(BASELINE) == "black" else "None"
    return text("code", target=state.target, baseline=baseline, **numbers, **in_python(state.subject.model))


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
        formulas=_show_formulas,
        more=_show_gaps,
        question=question,
        code=code,
        height=440,
    ).show()
