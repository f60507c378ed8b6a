"""Batch normalisation in a network: what it does to every channel, and how it folds into the layer before it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.engine.requests import FoldNorm, NormPairs
from cnnviz.engine.results import Probed
from cnnviz.figures.kernels import kernels
from cnnviz.figures.normalization import channel_histograms
from cnnviz.probes.batch_norm_folding import Folded, Pair
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import fixed, formula, of_count, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import Subject, SubjectForm
from cnnviz.ui.words import Words

WORDS = Words("normalization_network")
FORM = Form(WORDS, screen="normalization", part="In a network")
SUBJECT = SubjectForm(FORM)
say, text = WORDS.say, WORDS.text


@dataclass(frozen=True)
class State:
    """A subject, its pairs of a layer and a normalisation, and the one that is looked at."""

    subject: Subject
    pairs: tuple[Pair, ...]
    pair: Pair

    @property
    def norm(self) -> Choice:
        """The choice of a normalisation."""
        return _norm(self.pairs)

    def request(self) -> FoldNorm:
        """Return the question for the engine."""
        return FoldNorm(norm=self.pair.norm, **self.subject.given)


def _norm(pairs: tuple[Pair, ...]) -> Choice:
    names = tuple(each.norm for each in pairs)
    return Choice("norm", names[0], ("channel",), names, technical=True)


def _channels(found: Folded) -> Number:
    return Number("channel", 0, low=0, high=len(found.factor) - 1)


def read() -> State | None:
    """Return what the form says, None where there is no picture yet or the network has nothing to fold."""
    subject = SUBJECT.read()
    answer = None if subject is None else ask(NormPairs(subject.model))
    if subject is None or answer is None:
        return None
    pairs, chosen = answer.found, FORM.get(_norm(answer.found))
    return State(subject, pairs, next(each for each in pairs if each.norm == chosen))


def _draw_histograms(state: State, answer: Probed[Folded]) -> None:
    """Draw the distribution of every channel before and after normalisation, and what can be chosen."""
    found = answer.found
    channel = FORM.get(_channels(found))
    named = {"layer": state.pair.layer, "norm": state.pair.norm, "channels": len(found.factor)}
    for box, name in zip(st.columns(2, gap="medium"), ("before", "after"), strict=True):
        with box:
            say(name, **named)
            drawn = channel_histograms(getattr(found, name), x=text("x_channel"), y=text("y_value"), at=channel)
            chart(drawn, key=FORM.key(name), alt=text(f"alt_{name}"))
    FORM.draw(state.norm, _channels(found), columns=2)


def _show_notes(state: State, answer: Probed[Folded]) -> None:
    """Say where it stands, and what it did to the channels."""
    found, pair = answer.found, state.pair
    say("where" if pair.after else "where_last", layer=pair.layer, after=pair.after)
    numbers: dict[str, str] = {}
    for values, ending in ((found.before, ""), (found.after, "_after")):
        means, spreads = values.mean(axis=1), values.std(axis=1)
        ends = {"low": means.min(), "high": means.max(), "small": spreads.min(), "large": spreads.max()}
        numbers |= {f"{name}{ending}": short(float(value), 3) for name, value in ends.items()}
    say("spread", **numbers)


def _show_formulas(state: State, answer: Probed[Folded]) -> None:
    """Typeset the folding of the chosen channel with its numbers."""
    found = answer.found
    at = FORM.get(_channels(found))
    names = {"gamma": found.gamma, "variance": found.variance, "factor": found.factor, "bias": found.bias}
    numbers = {name: formula(float(each[at])) for name, each in names.items()}
    ends = {
        name: formula(float(each[at]), brackets=True) for name, each in (("mean", found.mean), ("beta", found.beta))
    }
    st.latex(text("formula_weight", eps=_in_latex(found.eps), **numbers))
    st.latex(text("formula_bias", folded=formula(float(found.folded_bias[at])), **numbers, **ends))


def _in_latex(number: float) -> str:
    mantissa, _, exponent = f"{number:.3g}".partition("e")
    power = f"10^{{{int(exponent or 0)}}}"
    return mantissa if not exponent else power if mantissa == "1" else rf"{mantissa} \cdot {power}"


def _show_folding(state: State, answer: Probed[Folded]) -> None:
    """Say what folding costs and saves, and show a kernel before and after."""
    found, pairs = answer.found, state.pairs
    at = FORM.get(_channels(found))
    st.subheader(WORDS.label("fold"))
    said_box, drawn_box = st.columns([3, 2], gap="large")
    with said_box:
        say(
            "folded",
            channel=at,
            factor=short(float(found.factor[at])),
            bias=short(float(found.bias[at])),
            folded_bias=short(float(found.folded_bias[at])),
            pairs=found.pairs,
            gap=short(found.gap, 2),
            scores_gap=short(found.scores_gap, 2),
            saved=of_count(state.pair.operations),
            saved_all=of_count(sum(each.operations for each in pairs)),
            macs=of_count(state.pair.macs),
            macs_all=of_count(sum(each.macs for each in pairs)),
            pair=fixed(1000 * found.seconds[0], 2),
            once=fixed(1000 * found.seconds[1], 2),
        )
    if found.weights.ndim == 4 and found.weights[0, 0].size > 1:
        with drawn_box:
            say("folded_kernel", channel=at)
            both = np.stack([found.weights[at, 0], found.folded_weights[at, 0]])
            chart(kernels(both, height=230), key=FORM.key("kernels"))
    rows = [(each.layer, each.norm, each.after, each.macs, each.operations) for each in pairs]
    table = pd.DataFrame(rows, columns=["layer", "normalisation", "before", "MACs", "operations"])
    drawn = [channel_histograms(each, x=text("x_channel"), y=text("y_value")) for each in (found.before, found.after)]
    offer_downloads(FORM, "normalisations", text("table"), table, drawn)


def question(state: State, answer: Probed[Folded], number: int) -> Question:
    """Ask in turn for the factor and for the bias of a folded channel, in numbers that can be worked in the head."""
    turn, what = divmod(number, 2)
    root, gamma, beta, mean = 2 + turn % 4, 3 + turn, 1 + turn % 3, 2 + turn % 5
    factor = gamma / root
    numbers = {"gamma": gamma, "variance": root**2, "beta": beta, "mean": mean}
    if what == 0:
        slips = [gamma / root**2, gamma * root, root / gamma, gamma]
        why = text("predict_scale_why", right=short(factor), **numbers)
        return Question(text("predict_scale", **numbers), short(factor), [short(each) for each in slips], why)
    right = beta - mean * factor
    slips = [beta, beta + mean * factor, -mean * factor, beta - mean]
    why = text("predict_bias_why", factor=short(factor), right=short(right), **numbers)
    return Question(text("predict_bias", **numbers), short(right), [short(each) for each in slips], why)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    Part(
        form=FORM,
        read=read,
        request=State.request,
        stage=_draw_histograms,
        notes=_show_notes,
        formulas=_show_formulas,
        more=_show_folding,
        question=question,
        code=lambda state, answer: text("code"),
        height=440,
    ).show()
