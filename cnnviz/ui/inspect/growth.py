"""How fast networks get to see everything, up to four of them in one chart."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.field_growth import Course, course
from cnnviz.engine.requests import Analyze, Layers, ModelChoice
from cnnviz.figures.field_comparison import MOST, depths
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text

if TYPE_CHECKING:
    from cnnviz.engine.results import LayerTable

SCREEN = "receptive_field"
_LONGEST = 40  # letters of a title in the legend
FIRST = ("alexnet", "vgg16", "resnet50")


@st.fragment
def show_growth(model: ModelChoice, table: "LayerTable") -> None:
    """Show the chosen network beside up to three others, of a library, shipped, or designed by hand."""
    from cnnviz.models.architectures import architectures

    st.subheader("How many layers until it sees everything?")
    say(SCREEN, "growth")
    names = list(dict.fromkeys([*models.names(), *architectures()]))
    others = st.multiselect(
        text(SCREEN, "growth_others"),
        [name for name in names if name != model.name],
        default=[name for name in FIRST if name != model.name],
        max_selections=MOST - 1,
        accept_new_options=True,
        key="others",
        bind="query-params",
        placeholder=text(SCREEN, "growth_hint"),
    )
    logarithmic = st.toggle("Logarithmic scale", key="log", bind="query-params")
    courses = [course(title_of(model.name), table.rows, (table.input_size[2], table.input_size[3]))]
    courses += [found for name in others if (found := _course(name)) is not None]
    figure = depths(
        courses,
        across=text(SCREEN, "growth_axis"),
        image=text(SCREEN, "growth_line"),
        whole=text(SCREEN, "growth_whole"),
        logarithmic=logarithmic,
    )
    chart(figure, key="growth")
    for each in courses:
        st.markdown(f"- {_sentence(each)}")


def _course(name: str) -> Course | None:
    """Return another network's course; one that cannot be had is told about in its sentence."""
    from cnnviz.models.architectures import architectures, native_size

    layers: Iterable[Any]
    image: tuple[int, ...]
    if name in architectures():
        size = native_size(name)
        report = ask(Analyze(name, size))
        if report is None:
            return None
        title, layers, image = name, report.layers, size[-2:]
    else:
        # What a layer sees does not depend on its weights.
        found = ask(Layers(ModelChoice(name, random_seed=0)))
        if found is None:
            return None
        title, layers, image = title_of(name), found.rows, found.input_size[-2:]
    return course(title, layers, (image[0], image[1]))


def title_of(name: str) -> str:
    """Return what a network is called: its name, or for one that somebody designed its text, where it is short."""
    if not models.is_designed(name):
        return name
    rows = name.split(":", 2)[2].strip()
    return rows if len(rows) <= _LONGEST else f"{rows[:_LONGEST]}…"


def _sentence(each: Course) -> str:
    covers, whole = text(SCREEN, "growth_never"), text(SCREEN, "growth_local")
    if each.covers is not None:
        covers = text(SCREEN, "growth_covers", depth=each.covers[0], layer=each.covers[1])
    if each.whole is not None:
        whole = text(SCREEN, "growth_global", depth=each.whole[0], layer=each.whole[1])
    height, width = each.image
    return text(SCREEN, "growth_course", title=each.title, height=height, width=width, covers=covers, whole=whole)
