"""Errors of the ImageNet challenge from 2010 to 2017, with a person's, and the network behind each."""

from dataclasses import dataclass

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.error_timeline import error_timeline
from cnnviz.ui.architectures.opening import library_link, open_in_calculator, preset_link
from cnnviz.ui.chart import chart_to_pick
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.numbers import percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("architectures")
FORM = Form(WORDS)
say, text = WORDS.say, WORDS.text


@dataclass(frozen=True)
class Winner:
    """An entry of the challenge: its year, its top-5 error on the test images in percent, and the networks behind it.

    `presets` are the calculator's own, `library` names of torchvision or timm; a hand-made entry has none.
    """

    year: int
    error: float
    presets: tuple[str, ...] = ()
    library: tuple[str, ...] = ()
    networks: bool = True


# Russakovsky et al. 2015, ImageNet Large Scale Visual Recognition Challenge, and the challenge's pages of results.
WINNERS = {
    "nec": Winner(2010, 28.2, networks=False),
    "xrce": Winner(2011, 25.8, networks=False),
    "alexnet": Winner(2012, 16.4, ("alexnet", "alexnet-torchvision")),
    "zfnet": Winner(2013, 11.7, ("zfnet",)),
    "vgg": Winner(2014, 7.3, ("vgg16", "vgg19")),
    "googlenet": Winner(2014, 6.7, ("googlenet",)),
    "resnet": Winner(2015, 3.57, ("resnet152",)),
    "trimps": Winner(2016, 2.99),
    "senet": Winner(2017, 2.25, library=("timm/legacy_senet154",)),
}
PERSON = 5.1
# What AlexNet reached with two more networks that had learnt from more images.
WITH_MORE_DATA = 15.3
ENTRY = Choice("entry", "alexnet", options=tuple(WINNERS))
PRESETS: dict[str, Preset] = {name: {} if name == ENTRY.default else {"entry": name} for name in WINNERS}


def read() -> str:
    """Return the entry that is looked at."""
    return FORM.get(ENTRY)


def _named(name: str) -> str:
    return f"{WINNERS[name].year} {WORDS.label(f'preset.{name}')}"


def _figure(chosen: str) -> go.Figure:
    return error_timeline(
        [_named(name) for name in WINNERS],
        [each.error for each in WINNERS.values()],
        [each.networks for each in WINNERS.values()],
        chosen=list(WINNERS).index(chosen),
        person=PERSON,
        words=(text("y_error"), text("person", error=PERSON)),
        height=440,
    )


def _draw_timeline(chosen: str, winners: dict[str, Winner]) -> None:
    names = list(winners)
    chart_to_pick(
        _figure(chosen),
        key=FORM.key("timeline"),
        on_pick=lambda place: FORM.set(ENTRY, names[place]),
        alt=text("alt_timeline"),
    )


def _show_entry(chosen: str, winners: dict[str, Winner]) -> None:
    """Say what the chosen entry was, and lead to its networks in the calculator."""
    each = winners[chosen]
    FORM.tell_refused(ENTRY)
    st.subheader(text("entry_title", year=each.year, name=WORDS.label(f"preset.{chosen}"), error=f"{each.error:g}"))
    say(f"entry_{chosen}", error=f"{each.error:g}", with_more=WITH_MORE_DATA, person=PERSON)
    with st.container(horizontal=True):
        for name in (*each.presets, *each.library):
            link = preset_link(name) if name in each.presets else library_link(name)
            open_in_calculator(text("open", name=WORDS.label(f"network.{name}")), link)


def _show_formulas(chosen: str, winners: dict[str, Winner]) -> None:
    """Say what a top-5 error is, and how much of the errors of the year before the entry removed."""
    say("top5")
    before = _before(chosen)
    if before is not None:
        numbers = {"before": winners[before].error, "error": winners[chosen].error}
        st.latex(text("formula_fall", fall=percent(_fall(before, chosen)).replace("%", r"\%"), **numbers))
        say("formula_fall_said", before=_named(before))


def _before(name: str) -> str | None:
    """Return the best entry of the year before, None for the first year."""
    earlier = [other for other, each in WINNERS.items() if each.year == WINNERS[name].year - 1]
    return min(earlier, key=lambda other: WINNERS[other].error, default=None)


def _fall(before: str, name: str) -> float:
    return 1 - WINNERS[name].error / WINNERS[before].error


def _show_table(chosen: str, winners: dict[str, Winner]) -> None:
    say("about")
    columns = [text(f"column_{name}") for name in ("year", "entry", "error", "networks")]
    rows = [
        (each.year, WORDS.label(f"preset.{name}"), each.error, text("yes" if each.networks else "no"))
        for name, each in winners.items()
    ]
    offer_downloads(FORM, "imagenet", text("alt_timeline"), pd.DataFrame(rows, columns=columns), [_figure(chosen)])


def question(chosen: str, winners: dict[str, Winner], number: int) -> Question:
    """Ask in turn how much of the errors an entry removed, which error was whose, and who was first below a value."""
    names = list(winners)
    later = [name for name in names if _before(name)]
    turn, kind = divmod(number, 3)
    if kind == 0:
        name = later[(2 * turn) % len(later)]
        before = _before(name) or name
        right = percent(_fall(before, name))
        numbers = {"before": winners[before].error, "error": winners[name].error}
        slips = [f"{numbers['before'] - numbers['error']:.0f}%", percent(1 - _fall(before, name)), "50%", "5%"]
        asked = text("predict_fall", entry=_named(name), other=_named(before), **numbers)
        why = text("predict_fall_why", right=right, **numbers)
        return Question(asked, right, [each for each in slips if each != right], why)
    if kind == 1:
        name = names[(4 * turn + 2) % len(names)]
        others = [f"{each.error:g}%" for other, each in winners.items() if other != name]
        right = f"{winners[name].error:g}%"
        why = text("predict_error_why", entry=_named(name), right=right)
        start = turn % len(others)
        return Question(text("predict_error", entry=_named(name)), right, others[start:] + others[:start], why)
    limit = (20, 10, 7, PERSON, 3)[turn % 5]
    name = next(name for name in names if winners[name].error < limit)
    others = [_named(each) for each in names if each != name]
    why = text("predict_first_why", entry=_named(name), error=f"{winners[name].error:g}", limit=limit)
    return Question(text("predict_first", limit=limit), _named(name), others[turn % 5 :], why)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=lambda chosen: WINNERS,
        stage=_draw_timeline,
        notes=_show_entry,
        formulas=_show_formulas,
        more=_show_table,
        question=question,
        code=lambda chosen, winners: text("code"),
        height=440,
    ).show()
