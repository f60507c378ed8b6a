"""A residual block of a network that looks at a picture, taken apart: F(x), x and their sum, channel by channel."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.engine.results import Floats, Probed
from cnnviz.figures.maps import feature_map
from cnnviz.ui.chart import chart
from cnnviz.ui.depth.state import State
from cnnviz.ui.depth.state import read as read_state
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import formula, of_size, percent, short
from cnnviz.ui.part import Part, stage_of
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import SubjectForm
from cnnviz.ui.words import Words

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.residual import Apart

WORDS = Words("depth_block")
FORM = Form(WORDS, screen="depth", part="Block")
SUBJECT = SubjectForm(FORM)
say, text = WORDS.say, WORDS.text
NAMES = ("branch", "shortcut", "total")
_TALLEST = 300  # pixels


def _maps(answer: "Probed[Apart]") -> dict[str, Floats]:
    """Return the three maps (C, H, W) by name."""
    return {name: getattr(answer.found, name) for name in NAMES}


def _places(shape: tuple[int, ...]) -> tuple[Number, Number, Number]:
    """Return the choice of a channel, a row and a column: the middle of the first without a word in the link."""
    channels, height, width = shape
    return (
        Number("channel", 0, low=0, high=channels - 1),
        Number("row", height // 2, low=0, high=height - 1, slider=False),
        Number("column", width // 2, low=0, high=width - 1, slider=False),
    )


def _chosen(shape: tuple[int, ...]) -> tuple[int, int, int]:
    channel, row, column = (FORM.get(each) for each in _places(shape))
    return channel, row, column


def read() -> State | None:
    """Return what the form says."""
    return read_state(FORM, SUBJECT)


def _draw_mosaics(state: State, answer: "Probed[Apart]") -> None:
    """Draw every channel of F(x), of x and of their sum, and what can be chosen."""
    maps = _maps(answer)
    channels = _places(state.addition.size)[0]
    chosen = _chosen(state.addition.size)[0]
    # One sign decides for all three, so that a colour means the same in each.
    signed = any(bool((each < 0).any()) for each in maps.values())
    for box, name in zip(st.columns(3, gap="small"), NAMES, strict=True):
        with box, stage_of(FORM.key(f"{name}-maps"), 320):
            say(f"title_{name}", size=of_size(state.addition.size))
            tiles(
                maps[name],
                key=FORM.key(name),
                mode="signed" if signed else "positive",
                shared=True,
                selected=chosen,
                tallest=_TALLEST,
                label=text(f"label_{name}"),
                on_pick=partial(FORM.set, channels),
            )
    FORM.draw(state.block, *_places(state.addition.size), columns=4)


def _show_notes(state: State, answer: "Probed[Apart]") -> None:
    """Show the chosen channel large, with the unit marked."""
    channel, row, column = _chosen(state.addition.size)
    st.subheader(text("channel", channel=channel))
    maps = {name: each[channel] for name, each in _maps(answer).items()}
    signed = any(bool((each < 0).any()) for each in maps.values())
    for box, (name, values) in zip(st.columns(3, gap="small"), maps.items(), strict=True):
        with box:
            say(f"short_{name}")
        drawn = feature_map(values, signed=signed, unit=(row, column), height=260)
        chart(drawn, key=FORM.key(f"one-{name}"), at=box, alt=text(f"label_{name}"))


def _show_sum(state: State, answer: "Probed[Apart]") -> None:
    """Typeset the sum of the chosen unit, and say how much the block adds to what it reads."""
    at = _chosen(state.addition.size)
    branch, shortcut, total = (float(each[at]) for each in _maps(answer).values())
    numbers = {"branch": formula(branch), "shortcut": formula(shortcut, brackets=True), "total": formula(total)}
    st.latex(text("formula", channel=at[0], row=at[1], column=at[2], **numbers))
    addition = state.addition
    say(
        "share" if addition.identity else "share_projected",
        block=state.block.options[state.at],
        branch=short(addition.branch, 3),
        shortcut=short(addition.shortcut, 3),
        ratio=percent(addition.branch / addition.shortcut) if addition.shortcut else "–",
    )
    rows = [
        (name, *each.size, each.branch, each.shortcut)
        for name, each in zip(state.block.options, state.additions, strict=True)
    ]
    columns = ["block", "channels", "height", "width", "RMS of F(x)", "RMS of x"]
    offer_downloads(FORM, "residual-blocks", text("table"), pd.DataFrame(rows, columns=columns))


def question(state: State, answer: "Probed[Apart]", number: int) -> Question:
    """Ask in turn for the sum of a unit, and for what the branch must have given."""
    maps = _maps(answer)
    channels, height, width = state.addition.size
    place = np.random.default_rng(number)
    at = tuple(int(place.integers(each)) for each in (channels, height, width))
    branch, shortcut, total = (short(float(each[at]), 3) for each in maps.values())
    numbers = {"channel": at[0], "row": at[1], "column": at[2]}
    other, away = (short(float(each[at]), 3) for each in (maps["branch"] - maps["shortcut"], -maps["total"]))
    if number % 2 == 0:
        asked = text("predict_total", branch=branch, shortcut=shortcut, **numbers)
        why = text("predict_total_why", branch=branch, shortcut=shortcut, total=total)
        return Question(asked, total, [each for each in (other, branch, shortcut, away) if each != total], why)
    asked = text("predict_branch", total=total, shortcut=shortcut, **numbers)
    why = text("predict_branch_why", branch=branch, shortcut=shortcut, total=total)
    both = short(float(maps["total"][at] + maps["shortcut"][at]), 3)
    return Question(asked, branch, [each for each in (both, total, shortcut, other) if each != branch], why)


def code(state: State, answer: "Probed[Apart]") -> str:
    """Return the few lines of Python that take the block apart."""
    return text("code", size=(1, *state.subject.card.input_size), at=state.at, **in_python(state.subject.model))


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    Part(
        form=FORM,
        read=read,
        request=State.request,
        stage=_draw_mosaics,
        notes=_show_notes,
        more=_show_sum,
        question=question,
        code=code,
        height=440,
    ).show()
