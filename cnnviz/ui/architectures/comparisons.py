"""Why networks changed: two or three ways of doing one thing, with the calculator's numbers of all."""

from dataclasses import dataclass
from random import Random

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.arithmetic import ReceptiveField
from cnnviz.components.network_map import network_map
from cnnviz.design import parse, to_pytorch
from cnnviz.design.comparisons import COMPARISONS, Way
from cnnviz.figures.cost_panels import Panel, cost_panels
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT
from cnnviz.ui.architectures import auxiliary
from cnnviz.ui.architectures.opening import open_in_calculator, rows_link
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import of_bytes, of_count, of_size, ratio, whole, whole_in_latex
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words, clauses

WORDS = Words("architecture_comparisons")
FORM = Form(WORDS, screen="architectures", part="Why")
say, text = WORDS.say, WORDS.text

COMPARISON = Choice("comparison", "kernels", options=tuple(COMPARISONS))
# Here the classifiers' answers are the stage, and the costs stand below.
_ANSWERS = "auxiliary"
PRESETS: dict[str, Preset] = {name: {} if name == COMPARISON.default else {"comparison": name} for name in COMPARISONS}


@dataclass(frozen=True)
class State:
    """A comparison, its channels and side, and its ways."""

    name: str
    channels: int
    side: int
    ways: tuple[Way, ...]


def _controls() -> tuple[Number, Number]:
    name = FORM.get(COMPARISON)
    found = COMPARISONS[name]
    return (
        Number("channels", found.channels, low=1, high=found.most, label=f"channels.{name}"),
        Number("side", found.side, low=found.least, high=found.largest, label=f"side.{name}"),
    )


def read() -> State:
    """Return what the form says."""
    name, (channels, side) = FORM.get(COMPARISON), map(FORM.get, _controls())
    return State(name, channels, side, COMPARISONS[name].ways(channels, side))


def _names(ways: tuple[Way, ...]) -> list[str]:
    return [text(f"way_{way.name}") for way in ways]


def _figure(ways: tuple[Way, ...]) -> go.Figure:
    totals = [way.totals for way in ways]
    measures = (
        ("parameters", KERNEL, [each.parameters for each in totals], of_count),
        ("macs", INPUT, [each.macs for each in totals], of_count),
        ("outputs", OUTPUT, [each.outputs for each in totals], of_bytes),
    )
    panels = [Panel(text(f"panel_{name}"), colour, of, [*map(write, of)]) for name, colour, of, write in measures]
    return cost_panels(_names(ways), panels)


def _draw_stage(state: State, ways: tuple[Way, ...]) -> None:
    if state.name == _ANSWERS:
        auxiliary.draw_answers(FORM)
        auxiliary.tell_answers(FORM)
    else:
        _draw_costs(ways)


def _draw_costs(ways: tuple[Way, ...]) -> None:
    chart(_figure(ways), key=FORM.key(f"costs-{len(ways)}"), alt=text("alt_costs"))


def _draw_settings() -> None:
    """Draw what changes the stage: the choice of a picture where answers are there, else the sliders."""
    FORM.tell_refused(COMPARISON)
    if FORM.get(COMPARISON) == _ANSWERS:
        auxiliary.choose_picture(FORM)
    else:
        _draw_sliders()


def _draw_sliders() -> None:
    """Draw the sliders, and under them the way of each into the calculator."""
    FORM.draw(*_controls(), columns=1)
    state = read()
    for way, name in zip(state.ways, _names(state.ways), strict=True):
        open_in_calculator(text("open", name=name), rows_link(way.text, way.input_size))


def _show_notes(state: State, ways: tuple[Way, ...]) -> None:
    """Say what the comparison shows, and all numbers side by side."""
    st.subheader(WORDS.label(f"preset.{state.name}"))
    if state.name == _ANSWERS:
        auxiliary.tell_all(FORM)
    say(f"said_{state.name}", **_said(ways))
    _draw_maps(ways)
    if state.name == _ANSWERS:
        _draw_costs(ways)
        _draw_sliders()
    rows = [text("rows", name=name, rows=way.text) for name, way in zip(_names(ways), ways, strict=True)]
    st.markdown("\n".join(rows))
    st.dataframe(_table(ways), hide_index=True, height="content", alt=text("alt_costs"))


def _draw_maps(ways: tuple[Way, ...]) -> None:
    """Draw the map of each way below what it costs, all side by side."""
    for box, way, name in zip(st.columns(len(ways)), ways, _names(ways), strict=True):
        shown = way.totals
        if shown.graph is not None:
            with box:
                parameters, macs, outputs = of_count(shown.parameters), of_count(shown.macs), of_bytes(shown.outputs)
                say("map", name=name, parameters=parameters, macs=macs, outputs=outputs)
                network_map(shown.graph, key=FORM.key(f"map-{way.name}"), small=True)


def _said(ways: tuple[Way, ...]) -> dict[str, str]:
    """Return the numbers that a sentence may have: of way 1, 2, …, its share of all, and how many times way 1's."""
    said = {}
    for measure, write in (("parameters", of_count), ("macs", of_count), ("outputs", of_bytes)):
        amounts = [int(getattr(way.totals, measure)) for way in ways]
        for number, amount in enumerate(amounts, 1):
            said[f"{measure}_{number}"] = write(amount)
            said[f"{measure}_share_{number}"] = f"{100 * amount / sum(amounts):.0f}%"
            said[f"{measure}_times_{number}"] = ratio(amount, amounts[0])
    for number, way in enumerate(ways, 1):
        said[f"output_{number}"] = of_size((way.totals.working[-1].output_size or ())[1:])
        said[f"field_{number}"] = _field(way.totals.working[-1].receptive_field)
        said[f"nonlinear_{number}"] = str(way.nonlinearities)
    return said


def _field(field: ReceptiveField | None) -> str:
    if field is None:
        return "–"
    return text("whole") if field.size is None else of_size(field.size)


def _table(ways: tuple[Way, ...]) -> pd.DataFrame:
    numbers = {
        "input": [of_size(way.input_size[1:]) for way in ways],
        "output": [of_size((way.totals.working[-1].output_size or ())[1:]) for way in ways],
        "field": [_field(way.totals.working[-1].receptive_field) for way in ways],
        "layers": [str(len(way.convolutions_and_linear)) for way in ways],
        "nonlinearities": [str(way.nonlinearities) for way in ways],
        "parameters": [whole(way.totals.parameters) for way in ways],
        "macs": [whole(way.totals.macs) for way in ways],
        "flops": [whole(way.totals.flops) for way in ways],
        "outputs": [of_bytes(way.totals.outputs) for way in ways],
    }
    rows = [(text(f"row_{name}"), *values) for name, values in numbers.items()]
    return pd.DataFrame(rows, columns=["", *_names(ways)])


def _show_formulas(state: State, ways: tuple[Way, ...]) -> None:
    """Typeset where the numbers come from, a line each."""
    say(f"formulas_{state.name}")
    for line in text(f"formula_{state.name}", **_in_formulas(state, ways)).split("\n\n"):
        st.latex(line)


def _in_formulas(state: State, ways: tuple[Way, ...]) -> dict[str, object]:
    c, s = state.channels, state.side
    numbers: dict[str, object] = {"c": c, "c2": 2 * c, "c4": 4 * c, "s": s, "s2": 2 * s}
    for number, way in enumerate(ways, 1):
        counted, leaves = way.convolutions_and_linear, way.totals.leaves
        amounts = {
            "parameters": way.totals.parameters,
            "macs": way.totals.macs,
            "weights": sum(each.parameters for each in counted),
            "first": leaves[0].macs,
            "branch": sum(each.macs for each in counted if "branch3" in each.name),
        }
        numbers |= {f"{name}_{number}": whole_in_latex(amount) for name, amount in amounts.items()}
        numbers[f"first_side_{number}"] = (leaves[0].output_size or (0,))[-1]
        numbers[f"side_{number}"], numbers[f"in_{number}"] = way.input_size[-1], way.input_size[1]
    return numbers


def _offer_files(state: State, ways: tuple[Way, ...]) -> None:
    offer_downloads(FORM, state.name, WORDS.label(f"preset.{state.name}"), _table(ways), [_figure(ways)])


def question(state: State, ways: tuple[Way, ...], number: int) -> Question:
    """Ask for the parameters or the MACs of one of the ways, at other channels."""
    chance, found = Random(number), COMPARISONS[state.name]
    channels = found.channels if found.most <= 16 else chance.randint(2, 16) * 8
    others = COMPARISONS[state.name].ways(channels, found.side)
    measure = ("parameters", "macs")[number % 2]
    amounts = [int(getattr(way.totals, measure)) for way in others]
    asked = (number // 2 + number) % len(others)
    right = amounts[asked]
    slips = [*amounts, 2 * right, right // 2, 3 * right]
    told = {"rows": others[asked].text, "input": of_size(others[asked].input_size[1:])}
    why = clauses(
        text("predict_way", name=name, number=whole(amount)) for name, amount in zip(_names(ways), amounts, strict=True)
    )
    return Question(
        text(f"predict_{measure}", **told), right, [each for each in slips if each != right], text("why", ways=why)
    )


def _code(state: State, ways: tuple[Way, ...]) -> str:
    blocks = (to_pytorch(parse(way.text), way.input_size) for way in ways)
    return "\n".join(block + text("code_count") + "\n" for block in blocks)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=lambda state: state.ways,
        stage=_draw_stage,
        settings=_draw_settings,
        notes=_show_notes,
        formulas=_show_formulas,
        more=_offer_files,
        question=question,
        code=_code,
        height=520 if FORM.get(COMPARISON) == _ANSWERS else 360,
        beside=True,
    ).show()
