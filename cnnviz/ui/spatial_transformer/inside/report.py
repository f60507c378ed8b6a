"""The part "Inside a network": two orders of warping and convolving, and what lies between them."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.engine.results import LayerTable
from cnnviz.figures.spatial_transformer import boxed, output
from cnnviz.figures.warped_maps import gaps, map_row
from cnnviz.images import sheet_labels
from cnnviz.probes.warped_maps import WarpedMaps
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.numbers import matrix, of_size, percent, short, whole
from cnnviz.ui.part import show_code, stage
from cnnviz.ui.question import Question, ask_questions
from cnnviz.ui.screen import say_idea, say_rest
from cnnviz.ui.spatial_transformer.digit import choose_digit, number_of
from cnnviz.ui.spatial_transformer.inside.state import (
    DEGREES,
    DIGIT,
    DOWN,
    FORM,
    NETWORK,
    PRESETS,
    RIGHT,
    SCALE,
    WORDS,
    State,
    layer_choice,
    layer_table,
    read,
    warpable,
)

say, text = WORDS.say, WORDS.text
_CHANNELS = 8
_EXACT = 1e-4


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    _explore()


@st.fragment
def _explore() -> None:
    """Draw the picture with its settings below it, the maps beside both, and all that follows from them.

    On a phone, too, the settings stand right under the picture that they move.
    """
    FORM.presets(PRESETS)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        photo_box, settings_box = stage(FORM, 240), st.container()
    with right:
        maps_box = stage(FORM, 560)
    with photo_box:
        table = layer_table()
        state = None if table is None else read(table)
        answer = None if state is None else ask(state.request())
        if state is not None and answer is not None:
            _show_photo(state, answer.found)
    with settings_box:
        say_rest(WORDS)
        _draw_settings(table)
    if state is None or answer is None:
        return
    found = answer.found
    with maps_box, st.container(gap="xsmall"):
        _show_maps(state, found)
    _show_numbers(state, found)
    _show_answers(state, found)
    _show_theta(state, found)
    _show_localisation(state)
    ask_questions(FORM, lambda number: question(state, number))
    show_code(code(state, found))


def _draw_settings(table: LayerTable | None) -> None:
    layer = [] if table is None else [layer_choice(warpable(table))]
    FORM.draw(DEGREES, SCALE, RIGHT, DOWN, columns=1)
    FORM.draw(NETWORK, *layer, columns=2)
    choose_digit(FORM, DIGIT, FORM.get(NETWORK))


def _show_photo(state: State, found: WarpedMaps) -> None:
    """Show the picture with the box that theta reads, and what it holds."""
    theta = np.array(state.theta).reshape(2, 3)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1.0]])
    edge = corners @ theta[:, :2].T + theta[:, 2]
    # By app.css they stand side by side on a phone.
    with st.container(key=FORM.key("abreast")):
        before, after = st.columns(2, gap="small")
    with before:
        say("photo")
        chart(boxed(_grey(found.photo), edge, height=200), key=FORM.key("photo"), alt=text("alt_photo"))
    with after:
        say("photo_warped")
        warped = output(_grey(found.warped) / 255, height=200)
        chart(warped, key=FORM.key("photo-warped"), alt=text("alt_photo_warped"))


def _show_maps(state: State, found: WarpedMaps) -> None:
    """Show the maps that vary most in both orders, with their difference."""
    strongest = np.argsort(found.before.std(axis=(1, 2)))[::-1][:_CHANNELS]
    rows = {
        "plain": found.plain[strongest],
        "after": found.after[strongest],
        "before": found.before[strongest],
        "difference": found.after[strongest] - found.before[strongest],
    }
    scale = np.stack(list(rows.values()))
    halves = [half for half in np.array_split(np.arange(len(strongest)), 2) if len(half)]
    for name, maps in rows.items():
        said = text(f"maps_{name}", layer=state.row.name)
        st.markdown(said)
        # Two halves, side by side where there is room, so that a phone's maps are large enough to see.
        for number, (box, half) in enumerate(zip(st.columns(len(halves)), halves, strict=True)):
            figure = map_row(maps[half], strongest[half].tolist(), scale)
            chart(figure, key=FORM.key(f"{name}-{number}"), at=box, alt=said)
    channels, *size = state.row.maps
    numbers = {"layer": state.row.name, "channels": channels, "shown": len(strongest), "size": of_size(size)}
    say("channels", most=short(float(np.abs(scale).max()), 3), **numbers)


def _grey(values: np.ndarray) -> np.ndarray:
    """Return a picture (C, S, S), as a network gets it, as bytes from its minimum to its maximum."""
    plane = values.mean(axis=0)
    span = float(np.ptp(plane)) or 1.0
    shown: np.ndarray = ((plane - plane.min()) / span * 255).round().astype(np.uint8)
    return shown


def _show_numbers(state: State, found: WarpedMaps) -> None:
    """Say how far the two orders differ, and why."""
    say("about")
    st.subheader(text("commutes"))
    gap = next(each for each in found.gaps if each.layer == state.row.name)
    pose, stride = state.pose, state.stride
    numbers = {
        "layer": state.row.name,
        "whole": _share(gap.whole),
        "interior": "–" if gap.interior is None else _share(gap.interior),
        "units": gap.units,
        "all": gap.all,
        "most": short(float(np.abs(found.after - found.before).max()), 3),
        "largest": short(float(np.abs(found.before).max()), 3),
        "stride": stride,
        "right": short(pose.right),
        "down": short(pose.down),
        "units_right": short(pose.right / stride),
        "units_down": short(pose.down / stride),
    }
    drawn_box, said_box = st.columns([3, 2], gap="large")
    with said_box:
        say("gap" if gap.interior is not None else "gap_nowhere", **numbers)
        say(f"why_{state.case}", **numbers)
        if state.case == "rotation":
            say("why_rotation_kernel")
        if state.case == "shift" and gap.interior is not None and gap.interior < _EXACT < gap.whole:
            say("why_border")
    wholes = np.array([each.whole for each in found.gaps])
    interior = np.array([np.nan if each.interior is None else each.interior for each in found.gaps])
    names = text("bar_whole"), text("bar_interior")
    figure = gaps([each.layer for each in found.gaps], wholes, interior, names, y=text("bar_y"))
    chart(figure, key=FORM.key("gaps"), at=drawn_box, alt=text("alt_gaps"))


def _share(value: float) -> str:
    return short(100 * value, 3 if value >= 1 else 2) + "%"


def _show_answers(state: State, found: WarpedMaps) -> None:
    """Show what the network predicts for the picture, for it warped, and with its maps warped."""
    st.subheader(text("answers"))
    sheet = ask(state.sheet())
    if sheet is None:
        return
    classes, labels = models.card(state.network).classes, sheet_labels()
    sheets = {"plain": sheet.found.plain, "photos": sheet.found.photos, "maps": sheet.found.maps}
    rows = [
        text(
            "answers_row",
            name=text(f"answers_{name}", layer=state.row.name),
            answer=classes[int(chances.argmax())],
            sure=percent(float(chances.max()), 1),
            right=int((all_answers == labels).sum()),
        )
        for (name, all_answers), chances in zip(sheets.items(), found.probabilities, strict=True)
    ]
    st.markdown("\n".join([text("answers_table"), *rows]))
    say("answers_text", layer=state.row.name)


def _show_theta(state: State, found: WarpedMaps) -> None:
    """Typeset theta, for the picture and for the maps."""
    st.subheader(text("theta"))
    channels, high, wide = state.row.maps
    say("theta_text", channels=channels, values=whole(channels * high * wide))
    same = np.allclose(state.theta, found.theta, atol=1e-6)
    with st.container(key=FORM.key("formulas")):
        st.latex(text("theta_formula", matrix=_matrix(state.theta)))
        if not same:
            st.latex(text("theta_maps", matrix=_matrix(found.theta)))
    say(
        "theta_same" if same else "theta_other",
        layer=state.row.name,
        photo=of_size((state.side, state.side)),
        size=of_size((high, wide)),
        stride=state.stride,
        covered=of_size((state.stride * high, state.stride * wide)),
    )


def _matrix(theta: Sequence[float]) -> str:
    return matrix((theta[:3], theta[3:]), places=2)


def _show_localisation(state: State) -> None:
    """Show the shape and cost of a localisation network for the layer."""
    st.subheader(text("localisation"))
    answer = ask(state.localise())
    if answer is None:
        return
    rows = [
        text("part_row", kind=part.kind, size=of_size(part.output_size), parameters=whole(part.parameters))
        for part in answer.parts
    ]
    table_box, said_box = st.columns([3, 2], gap="large")
    table_box.markdown("\n".join([text("part_table"), *rows]))
    with said_box:
        say(
            "localisation_said",
            layer=state.row.name,
            network=state.network,
            size=of_size(answer.input_size),
            parameters=whole(answer.parameters),
            macs=whole(answer.macs),
            whole=whole(answer.whole_parameters),
            whole_macs=whole(answer.whole_macs),
            share=percent(answer.parameters / answer.whole_parameters, 1),
            channels=answer.input_size[0],
            side=answer.input_size[1],
        )


def question(state: State, number: int) -> Question:
    """Ask how far a shift of the picture shifts the maps of the layer, and the other way round."""
    amount, stride, layer = (6, 10, 4, 14, 3, 8)[number // 2 % 6], state.stride, state.row.name
    there = number % 2 == 0
    kind, given = ("predict", "shift") if there else ("predict_back", "units")
    right = amount / stride if there else amount * stride
    numbers = {given: amount}
    # As many, the wrong way round, half and twice.
    wrong = [amount, amount**2 / right, amount / 2, 2 * amount, amount / 4, 3 * amount]
    options = [text(f"{kind}_option", units=short(each)) for each in (right, *wrong)]
    why = text(f"{kind}_why", **numbers, stride=stride, right=short(right), layer=layer)
    return Question(text(kind, **numbers, layer=layer), options[0], options[1:], why)


def code(state: State, found: WarpedMaps) -> str:
    """Return the few lines of Python that warp a test digit, and the maps of a layer on their way."""
    how = models.card(state.network).preprocessing
    return text(
        "code",
        network=state.network,
        layer=state.row.name,
        number=number_of(FORM, DIGIT),
        theta=_lines(state.theta),
        own=_lines(found.theta),
        mean=how.mean[0],
        std=how.std[0],
    )


def _lines(theta: Sequence[float]) -> str:
    return str([[round(number, 6) + 0.0 for number in row] for row in (theta[:3], theta[3:])])
