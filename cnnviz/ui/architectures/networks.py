"""One architecture: what was new about it, its map, and what it costs by the calculator."""

from dataclasses import dataclass
from random import Random

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import models
from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.families import family
from cnnviz.design import LIBRARY
from cnnviz.design import Preset as Network
from cnnviz.design.small_networks import SMALL
from cnnviz.design.totals import Totals, as_rows, of_text
from cnnviz.figures.network_costs import where
from cnnviz.ui import links
from cnnviz.ui.architectures.opening import open_in_calculator, rows_link
from cnnviz.ui.catalogue import ARCHITECTURES, NETWORKS
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.model_choice import RANDOM, SUITED
from cnnviz.ui.names import named
from cnnviz.ui.network.charts import by_blocks, costs_of
from cnnviz.ui.network.library import network_of
from cnnviz.ui.network.map import run_of
from cnnviz.ui.network.state import WORDS as CALCULATOR
from cnnviz.ui.network.state import model_name
from cnnviz.ui.network_heat import draw_map
from cnnviz.ui.network_tour import tour_over
from cnnviz.ui.numbers import of_bytes, of_count, of_size, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.refusals import refuse
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words, clauses

WORDS = Words("architecture_networks")
FORM = Form(WORDS, screen="architectures", part="Networks")
say, text = WORDS.say, WORDS.text

ARCHITECTURE = Choice("architecture", "lenet", options=tuple(ARCHITECTURES))
PRESETS: dict[str, Preset] = {
    name: {} if name == ARCHITECTURE.default else {"architecture": name} for name in ARCHITECTURES
}
# As many as a phone can show apart.
_MOST_BARS = 80
_LEARNT = ("activations", "filters")


@dataclass(frozen=True)
class State:
    """An architecture and one of its networks."""

    architecture: str
    name: str

    @property
    def network(self) -> Network:
        """The network: its title, year and paper, its input and its rows."""
        return NETWORKS[self.name]


def _choice() -> Choice:
    names = ARCHITECTURES[FORM.get(ARCHITECTURE)].networks
    return Choice("network", names[0], options=names)


def read() -> State:
    """Return what the form says."""
    return State(FORM.get(ARCHITECTURE), FORM.get(_choice()))


def _find(state: State) -> Totals | None:
    """Return the network's numbers; one of a library is built, which imports torch."""
    found = network_of(state.network.text, state.network.input_size, 4)
    if found.error:
        refuse(found.error)
        return None
    return found


def counted(shown: Totals) -> list[LayerRecord]:
    """Return the convolutions and linear layers."""
    return [each for each in shown.leaves if each.parameters and family(each.kind) in ("conv", "linear")]


def _draw_map(state: State, shown: Totals) -> None:
    layers = len(counted(shown))
    parameters, macs = of_count(shown.parameters), of_count(shown.macs)
    say("totals", parameters=parameters, macs=macs, layers=layers, outputs=of_bytes(shown.outputs))
    if shown.graph is not None:
        tour = tour_over(state.network.text, shown.graph, shown.input_size)
        draw_map(FORM, shown.graph, run_of(state.network.text, shown), tour=tour)


def _draw_settings() -> None:
    """Say what was new, with the choice among the networks of this kind and the ways into other screens."""
    state = read()
    network = state.network
    FORM.tell_refused(ARCHITECTURE)
    st.subheader(text("title", year=network.year, title=named("cards", network.title)))
    if len(ARCHITECTURES[state.architecture].networks) > 1:
        FORM.draw(_choice(), columns=1)
    say(f"new_{state.architecture}")
    st.caption(network.paper)
    open_in_calculator(text("open"), rows_link(network.text, network.input_size))
    _link_to_itself(state)
    _link_to_learned(state)


def _link_to_itself(state: State) -> None:
    """Lead to maps and filters of the network itself, before it learns anything where weights of it are not here."""
    network = state.network
    if state.name in ARCHITECTURES[state.architecture].shipped:
        return
    name = model_name(network.text, network.input_size)
    link = {"model": name}
    if network.input_size[1] == 1:
        link["source"] = "Digits" if state.architecture == "lenet" else "Clothes"
    ready = not models.is_unlisted(name) and models.is_ready(name)
    if not ready and not models.is_unlisted(name):
        link["weights"] = RANDOM
    say("itself" if ready else "itself_random")
    _look_into(network.title, link)


def _link_to_learned(state: State) -> None:
    """Lead to maps and filters of networks of this kind, or of another with a part in common, on this disk."""
    architecture = ARCHITECTURES[state.architecture]
    say(f"kin_{state.architecture}" if architecture.kin else "learned")
    for model in architecture.shipped:
        _look_into(model, {"model": model, **_suited(model)})


def _look_into(called: str, link: dict[str, str]) -> None:
    """Draw the links to the maps and the filters of a model."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for screen in SCREENS:
            if screen.name in _LEARNT:
                st.page_link(
                    screen.path,
                    label=text(f"open_{screen.name}", model=called),
                    icon=f":material/{screen.icon}:",
                    query_params={**links.visit(), **link},
                    width="content",
                )


def _suited(model: str) -> dict[str, str]:
    """Return the kind of picture in a link: what a network for grey pictures learned from; of others, no word."""
    kind = next((kind for kind, suited in SUITED.items() if model.endswith(suited[suited.rindex("-") :])), None)
    return {} if kind is None else {"source": kind}


def _show_numbers(state: State, shown: Totals) -> None:
    """Show what the network costs, and where that sits."""
    rows = {
        "input": of_size(shown.input_size[1:]),
        "layers": whole(len(counted(shown))),
        "parameters": f"{whole(shown.parameters)} ({of_count(shown.parameters)})",
        "macs": f"{whole(shown.macs)} ({of_count(shown.macs)})",
        "flops": f"{whole(shown.flops)} ({of_count(shown.flops)})",
        "outputs": of_bytes(shown.outputs),
    }
    lines = [text("row", name=text(f"row_{name}"), value=value) for name, value in rows.items()]
    st.markdown("\n".join([text("head"), *lines]))
    say("about")


def _show_costs(state: State, shown: Totals) -> None:
    entries = shown.working
    if shown.graph is not None and len(entries) > _MOST_BARS:
        entries = tuple(by_blocks(shown.graph, _MOST_BARS))
    figure = where([costs_of(shown, entries)], height=560)
    title = named("cards", state.network.title)
    chart(figure, key=FORM.key("where"), alt=text("alt_costs", title=title))
    offer_downloads(FORM, state.name, title, pd.DataFrame(as_rows(shown.leaves)), [figure])


def question(state: State, shown: Totals, number: int) -> Question:
    """Ask for the parameters or the MACs of a network of rows, or which of four is the oldest."""
    chance = Random(number)
    # The small ones were never published.
    names = [name for name, each in NETWORKS.items() if not each.text.startswith(LIBRARY) and name not in SMALL]
    chosen = chance.sample(names, 4)
    titles = {name: named("cards", each.title) for name, each in NETWORKS.items()}
    if number % 3 == 2:
        years = {name: NETWORKS[name].year for name in chosen}
        first = min(years, key=lambda name: years[name])
        later = [titles[name] for name in chosen if years[name] > years[first]]
        why = clauses(text("year", title=titles[name], year=year) for name, year in years.items())
        more = [titles[name] for name, each in NETWORKS.items() if each.year > years[first]]
        return Question(text("predict_first"), titles[first], [*later, *more], text("why", numbers=why))
    measure = ("parameters", "macs")[number % 3]
    amounts = {name: int(getattr(_totals(name), measure)) for name in chosen}
    right, *others = (of_count(amount) for amount in amounts.values())
    why = clauses(text("amount", title=titles[name], amount=whole(amount)) for name, amount in amounts.items())
    asked = text(f"predict_{measure}", title=titles[chosen[0]], input=of_size(NETWORKS[chosen[0]].input_size))
    return Question(asked, right, [each for each in others if each != right], text("why", numbers=why))


def _totals(name: str) -> Totals:
    return of_text(NETWORKS[name].text, NETWORKS[name].input_size, 4)


def _code(state: State, shown: Totals) -> str:
    net, size = state.network.text, state.network.input_size
    if net.startswith(LIBRARY):
        return CALCULATOR.text("code_library", name=net.removeprefix(LIBRARY), size=size)
    return CALCULATOR.text("code", text=net, size=size)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=_find,
        stage=_draw_map,
        settings=_draw_settings,
        notes=_show_numbers,
        more=_show_costs,
        question=question,
        code=_code,
        height=640,
        beside=True,
    ).show()
