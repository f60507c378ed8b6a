"""How fast networks come to see the whole image, up to four of them in one chart."""

from collections.abc import Sequence

import streamlit as st

from cnnviz import models
from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.field_growth import Course, course
from cnnviz.engine.requests import Analyze, Layers, ModelChoice
from cnnviz.figures.field_comparison import MOST, depths
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.model_choice import short_name
from cnnviz.ui.names import named
from cnnviz.ui.numbers import of_size
from cnnviz.ui.receptive_field.state import BETWEEN, FORM, LOGARITHMIC, OTHERS, WORDS, read

say, text, label = WORDS.say, WORDS.text, WORDS.label


@st.fragment
def show_growth() -> None:
    """Show the chosen network beside up to three others, of a library, shipped, or designed by hand."""
    state = read()
    if state is None:
        return
    st.subheader(label("growth"))
    say("growth")
    name = state.subject.model.name
    others = _choose_others(name)
    FORM.draw(LOGARITHMIC)
    courses = [course(short_name(name), state.table.rows, (state.table.input_size[2], state.table.input_size[3]))]
    courses += [found for other in others if (found := _course(other)) is not None]
    figure = depths(
        courses,
        across=text("growth_axis"),
        image=text("growth_line"),
        whole=text("growth_whole"),
        logarithmic=FORM.get(LOGARITHMIC),
    )
    chart(figure, key=FORM.key("growth"))
    for each in courses:
        st.markdown(f"- {_sentence(each)}")


def _choose_others(name: str) -> list[str]:
    """Draw the choice of networks beside the one called `name`, and return it; any name or design may be typed."""
    from cnnviz.models.architectures import architectures

    key = FORM.key(OTHERS.name)
    others = [each for each in FORM.get(OTHERS).split(BETWEEN) if each and each != name][: MOST - 1]
    known = [each for each in dict.fromkeys([*models.names(), *architectures(), *others]) if each != name]
    if st.session_state.get(key) != others:
        st.session_state[key] = others
    st.multiselect(
        label("others"),
        known,
        key=key,
        on_change=lambda: FORM.set(OTHERS, BETWEEN.join(st.session_state[key])),
        max_selections=MOST - 1,
        accept_new_options=True,
        placeholder=text("growth_hint"),
    )
    return others


def _course(name: str) -> Course | None:
    """Return another network's course; one that cannot be had is told about in its sentence."""
    from cnnviz.models.architectures import architectures, native_size

    layers: Sequence[LayerRecord]
    if name in architectures():
        size = native_size(name)
        report = ask(Analyze(name, size))
        if report is None:
            return None
        title, layers, image = name, report.layers, (size[-2], size[-1])
    else:
        # What a layer sees does not depend on its weights.
        found = ask(Layers(ModelChoice(name, random_seed=0)))
        if found is None:
            return None
        title, layers, image = short_name(name), found.rows, (found.input_size[-2], found.input_size[-1])
    return course(title, layers, image)


def _sentence(each: Course) -> str:
    covers, whole = text("growth_never"), text("growth_local")
    if each.covers is not None:
        covers = text("growth_covers", depth=each.covers[0], layer=each.covers[1])
    if each.whole is not None:
        whole = text("growth_global", depth=each.whole[0], layer=each.whole[1])
    return text("growth_course", title=named("cards", each.title), size=of_size(each.image), covers=covers, whole=whole)
