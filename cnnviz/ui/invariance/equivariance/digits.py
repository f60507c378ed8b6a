"""What pooling forgives, a pixel but not half the image: on the hundred test digits."""

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.engine.requests import ModelChoice, ShiftAnswers
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.invariance.equivariance.state import FORM, WORDS
from cnnviz.ui.names import card
from cnnviz.ui.numbers import percent

say, text = WORDS.say, WORDS.text

NETWORK = "lenet-relu-mnist"
SHIFTS = (0, 1, 2, 3, 4, 6, 8, 10, 12, 14)
# Before and after each of its poolings.
_PAIRS = ("relu1", "pool1", "relu2", "pool2")


def show_digits() -> None:
    """Show what a shift does to the predictions for the digits and to the poolings."""
    st.subheader(text("digits"))
    answer = ask(ShiftAnswers(ModelChoice(NETWORK), SHIFTS))
    if answer is None:
        return
    found = answer.found
    one, six, half = (SHIFTS.index(pixels) for pixels in (1, 6, 14))
    say(
        "digits_text",
        network=card(NETWORK).title,
        right_one=percent(found.right[one]),
        right_six=percent(found.right[six]),
        inside_six=percent(found.inside[six]),
        right_half=percent(found.right[half]),
        inside_half=percent(found.inside[half]),
    )
    changes = {name: found.changes[found.names.index(name)] for name in _PAIRS}
    lines = {text("line_right"): found.right, text("line_inside"): found.inside}
    x = text("digits_x")
    figures = [
        sweep(SHIFTS, lines, x=x, y=text("share"), scale="whole"),
        sweep(SHIFTS, changes, x=x, y=text("relative"), scale="share"),
    ]
    left, right = st.columns(2, gap="large")
    chart(figures[0], key=FORM.key("digits-right"), at=left, alt=text("digits_alt"))
    chart(figures[1], key=FORM.key("digits-changes"), at=right, alt=text("digits_changes_alt"))
    one_pixel = {name: percent(change[one]) for name, change in changes.items()}
    say("digits_pooling", **one_pixel, **{f"{name}_half": percent(change[half]) for name, change in changes.items()})
    table = {"shift": SHIFTS, "right": found.right, "ink inside": found.inside}
    table |= dict(zip(found.names, found.changes, strict=True))
    offer_downloads(FORM, "shifted-digits", text("digits"), pd.DataFrame(table), figures)
