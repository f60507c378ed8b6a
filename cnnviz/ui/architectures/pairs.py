"""Two networks side by side: their maps, what differs in sentences, and their layers in one table."""

from dataclasses import dataclass
from random import Random

import streamlit as st

from cnnviz.components.network_map import network_map
from cnnviz.design import LIBRARY
from cnnviz.design import Preset as Network
from cnnviz.design.layer_alignment import align
from cnnviz.design.network_facts import facts
from cnnviz.design.totals import Totals, of_text
from cnnviz.errors import CnnvizError
from cnnviz.models.torchvision_accuracy import entries
from cnnviz.ui.architectures.opening import open_in_calculator, rows_link
from cnnviz.ui.catalogue import NETWORKS
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Binding, Text, wired
from cnnviz.ui.names import named
from cnnviz.ui.network.comparison import show_costs, told_apart
from cnnviz.ui.network.differences import aligned_table, show_aligned, tell_differences
from cnnviz.ui.network.library import network_of
from cnnviz.ui.network.state import WORDS as CALCULATOR
from cnnviz.ui.network.state import of_input
from cnnviz.ui.numbers import of_count, of_size, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.refusals import refuse
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words, clauses

WORDS = Words("architecture_pairs")
FORM = Form(WORDS, screen="architectures", part="Compare")
say, text = WORDS.say, WORDS.text


@dataclass(frozen=True)
class Named(Text):
    """A network of the gallery, or any of torchvision or timm, which is typed."""

    def draw(self, bound: Binding, value: str) -> None:
        """Draw the list, into which another name may be typed."""
        more = sorted({each.architecture for each in entries()} - NETWORKS.keys())
        options = list(dict.fromkeys([*NETWORKS, *more, value]))
        st.selectbox(
            bound.label,
            options,
            options.index(value),
            format_func=_title,
            placeholder=bound.name_of("network_name"),
            accept_new_options=True,
            **wired(bound, value),
        )


ONE = Named("one", "alexnet", valid=bool)
TWO = Named("two", "zfnet", valid=bool)
PRESETS: dict[str, Preset] = {
    "beginning": {},
    "depth": {"one": "vgg16", "two": "resnet50"},
    "cost": {"one": "vgg16", "two": "googlenet"},
    "deeper": {"one": "resnet18", "two": "resnet34"},
    "bottleneck": {"one": "resnet34", "two": "resnet50"},
    "excitation": {"one": "resnet50", "two": "seresnet50"},
    "separable": {"one": "mobilenet", "two": "mobilenet_v2"},
}


@dataclass(frozen=True)
class State:
    """The names of two networks."""

    one: str
    two: str


@dataclass(frozen=True)
class Both:
    """Two networks with their numbers, and what they are called."""

    one: Totals
    two: Totals
    titles: tuple[str, str]


def read() -> State:
    """Return what the form says."""
    return State(FORM.get(ONE), FORM.get(TWO))


def _title(name: str) -> str:
    return named("cards", NETWORKS[name].title) if name in NETWORKS else name


def _network(name: str) -> Network:
    """Return a network of the gallery, or one of a library on the images that it was made for, which imports torch."""
    if name in NETWORKS:
        return NETWORKS[name]
    from cnnviz.models.architectures import native_size

    return Network(name, 0, "", native_size(name), LIBRARY + name)


def _choose_and_find(state: State) -> Both | None:
    """Draw the choice of each network, and return both networks' numbers; where one can't be had, say why."""
    for box, control in zip(st.columns(2, gap="medium"), (ONE, TWO), strict=True):
        with box:
            FORM.draw(control, columns=1)
    found = []
    for name in (state.one, state.two):
        try:
            network = _network(name)
        except CnnvizError as error:
            refuse(error)
            return None
        shown = network_of(network.text, network.input_size, 4)
        if shown.error:
            refuse(shown.error)
            return None
        found.append(shown)
    return Both(found[0], found[1], told_apart(_title(state.one), _title(state.two)))


def _draw_maps(state: State, both: Both) -> None:
    columns = st.columns(2, gap="medium")
    for box, name, shown, title in zip(columns, ("one", "two"), (both.one, both.two), both.titles, strict=True):
        with box:
            depth = facts(shown).depth
            parameters, macs = of_count(shown.parameters), of_count(shown.macs)
            say("totals", title=title, parameters=parameters, macs=macs, depth=depth)
            if shown.graph is not None:
                network_map(shown.graph, key=FORM.key(f"map-{name}"))


def _show_differences(state: State, both: Both) -> None:
    sizes = both.one.input_size[1:], both.two.input_size[1:]
    st.subheader(text("differences", first=both.titles[0], second=both.titles[1]))
    if sizes[0] != sizes[1]:
        numbers = {"first": both.titles[0], "second": both.titles[1]}
        st.warning(
            CALCULATOR.text("sizes_differ", size=of_size(sizes[0]), other=of_size(sizes[1]), **numbers),
            icon=":material/warning:",
        )
    tell_differences(both.one, both.two, both.titles)
    one, two = _network(state.one), _network(state.two)
    other = {"other": two.text, "other_size": of_input(two.input_size[1:])}
    open_in_calculator(text("open"), {**rows_link(one.text, one.input_size), **other})
    show_aligned(both.one, both.two, both.titles, FORM)


def _show_costs(state: State, both: Both) -> None:
    show_costs(both.one, both.two, both.titles, FORM)
    table = aligned_table(align(both.one, both.two), both.titles)
    offer_downloads(FORM, f"{state.one}-{state.two}".replace("/", "-"), text("open"), table)


def question(state: State, both: Both, number: int) -> Question:
    """Ask in turn how deep a network is, and which of two has more parameters, or takes more MACs."""
    chance = Random(number)
    names = [name for name, each in NETWORKS.items() if not each.text.startswith(LIBRARY)]
    chosen = chance.sample(names, 4)
    shown = {name: of_text(NETWORKS[name].text, NETWORKS[name].input_size, 4) for name in chosen}
    kind = ("depth", "parameters", "macs")[number % 3]
    amounts = {name: int(getattr(facts(each), kind)) for name, each in shown.items()}
    why = clauses(text("amount", title=_title(name), amount=whole(amount)) for name, amount in amounts.items())
    if kind == "depth":
        right, *deeper = amounts.values()
        slips = [*deeper, right + 1, right // 2, 2 * right]
        asked = text("predict_depth", title=_title(chosen[0]))
        return Question(asked, right, [each for each in slips if each != right], text("why", numbers=why))
    most = max(amounts.values())
    right_name = next(name for name in chosen if amounts[name] == most)
    others = [_title(name) for name in chosen if amounts[name] != most]
    asked = text(f"predict_{kind}", number=number // 3 + 1)
    return Question(asked, _title(right_name), others, text("why", numbers=why))


def _code(state: State, both: Both) -> str:
    names = [_network(name) for name in (state.one, state.two)]
    library = [each.text.startswith(LIBRARY) for each in names]
    lines = [
        text(
            "code_library" if of_library else "code_rows",
            place=place,
            text=network.text.removeprefix(LIBRARY),
            size=network.input_size,
        )
        for place, network, of_library in zip(("one", "two"), names, library, strict=True)
    ]
    return "\n".join([text("code"), *lines, text("code_end")])


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=_choose_and_find,
        stage=_draw_maps,
        notes=_show_differences,
        more=_show_costs,
        question=question,
        code=_code,
        height=720,
    ).show()
