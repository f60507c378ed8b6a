"""The part "Inside a network": two orders of warping and convolving, and what lies between them."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.figures.spatial_transformer import boxed, output
from cnnviz.figures.warped_maps import gaps, map_row
from cnnviz.images import sheet_labels
from cnnviz.ui import lesson
from cnnviz.ui.amounts import of_size
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.inside_form import Experiment
from cnnviz.ui.transform.writing import matrix

SCREEN = "inside_network"
_CHANNELS = 8
_EXACT = 1e-4


def show_maps(made: Experiment, found: Any) -> None:
    """Show the photo before and after, and the strongest maps in both orders, with their difference."""
    photo_box, maps_box = st.columns([1, 4], gap="medium")
    theta = np.array(made.theta).reshape(2, 3)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1.0]])
    edge = corners @ theta[:, :2].T + theta[:, 2]
    with photo_box:
        say(SCREEN, "photo")
        chart(boxed(_grey(found.photo), edge, height=200), key="inside-photo", alt=text(SCREEN, "alt_photo"))
        say(SCREEN, "photo_warped")
        chart(output(_grey(found.warped) / 255, height=200), key="inside-warped", alt=text(SCREEN, "alt_photo_warped"))
    strongest = np.argsort(found.before.std(axis=(1, 2)))[::-1][:_CHANNELS]
    rows = {
        "plain": found.plain[strongest],
        "after": found.after[strongest],
        "before": found.before[strongest],
        "difference": found.after[strongest] - found.before[strongest],
    }
    scale = np.stack(list(rows.values()))
    halves = [half for half in np.array_split(np.arange(len(strongest)), 2) if len(half)]
    with maps_box:
        for name, maps in rows.items():
            said = text(SCREEN, f"maps_{name}", layer=made.row.name)
            st.markdown(said)
            # Two halves, side by side where there is room, so that a phone's maps are large enough to see.
            for number, (box, half) in enumerate(zip(st.columns(len(halves)), halves, strict=True)):
                figure = map_row(maps[half], strongest[half].tolist(), scale)
                chart(figure, key=f"inside-{name}-{number}", at=box, alt=said)
    channels, high, wide = made.row.maps
    numbers = {"layer": made.row.name, "channels": channels, "shown": len(strongest), "size": of_size((high, wide))}
    say(SCREEN, "channels", most=f"{np.abs(scale).max():.3g}", **numbers)


def _grey(values: np.ndarray) -> np.ndarray:
    """Return a photo (C, S, S), as a network gets it, as bytes from its least to its greatest value."""
    plane = values.mean(axis=0)
    span = float(np.ptp(plane)) or 1.0
    shown: np.ndarray = ((plane - plane.min()) / span * 255).round().astype(np.uint8)
    return shown


def show_numbers(made: Experiment, found: Any) -> None:
    """Say how far the two orders are apart, and why."""
    st.subheader(text(SCREEN, "commutes"))
    gap = next(each for each in found.gaps if each.layer == made.row.name)
    most = float(np.abs(found.after - found.before).max())
    numbers = {
        "layer": made.row.name,
        "whole": _share(gap.whole),
        "interior": "–" if gap.interior is None else _share(gap.interior),
        "units": gap.units,
        "all": gap.all,
        "most": f"{most:.3g}",
        "largest": f"{float(np.abs(found.before).max()):.3g}",
        "stride": made.stride,
        "right": made.right,
        "down": made.down,
        "units_right": f"{made.right / made.stride:g}",
        "units_down": f"{made.down / made.stride:g}",
    }
    drawn_box, said_box = st.columns([3, 2], gap="large")
    with said_box:
        say(SCREEN, "gap" if gap.interior is not None else "gap_nowhere", **numbers)
        say(SCREEN, f"why_{made.case}", **numbers)
        if made.case == "turn":
            say(SCREEN, "why_turn_kernel")
        if made.case == "shift" and gap.interior is not None and gap.interior < _EXACT < gap.whole:
            say(SCREEN, "why_border", **numbers)
    whole = np.array([each.whole for each in found.gaps])
    interior = np.array([np.nan if each.interior is None else each.interior for each in found.gaps])
    names = text(SCREEN, "bar_whole"), text(SCREEN, "bar_interior")
    figure = gaps([each.layer for each in found.gaps], whole, interior, names, y=text(SCREEN, "bar_y"))
    chart(figure, key="inside-gaps", at=drawn_box, alt=text(SCREEN, "alt_gaps"))


def _share(value: float) -> str:
    return f"{value:.0%}" if value >= 0.1 else f"{value:.1%}" if value >= 0.001 else f"{100 * value:.0e} %"


def show_answers(made: Experiment, found: Any) -> None:
    """Show what the network answers to the photo, to it warped, and with its maps warped."""
    st.subheader(text(SCREEN, "answers"))
    sheet = ask(made.sheet())
    if sheet is None:
        return
    classes, labels = models.card(made.network).classes, sheet_labels()
    rows = []
    for name, chances, all_answers in zip(
        ("plain", "photos", "maps"),
        found.probabilities,
        (sheet.found.plain, sheet.found.photos, sheet.found.maps),
        strict=True,
    ):
        rows.append(
            text(
                SCREEN,
                "answers_row",
                name=text(SCREEN, f"answers_{name}", layer=made.row.name),
                answer=classes[int(chances.argmax())],
                sure=f"{float(chances.max()):.1%}",
                right=int((all_answers == labels).sum()),
            )
        )
    st.markdown("\n".join([text(SCREEN, "answers_table"), *rows]))
    say(SCREEN, "answers_text", layer=made.row.name)


def show_theta(made: Experiment, found: Any) -> None:
    """Typeset theta, for the photo and for the maps."""
    st.subheader(text(SCREEN, "theta"))
    channels, high, wide = made.row.maps
    say(SCREEN, "theta_text", channels=channels, values=f"{channels * high * wide:,}")
    with st.container(key="formulas"):
        st.latex(text(SCREEN, "theta_formula", matrix=matrix(made.theta)))
        same = np.allclose(made.theta, found.theta, atol=1e-6)
        if not same:
            st.latex(text(SCREEN, "theta_maps", matrix=matrix(found.theta)))
    say(
        SCREEN,
        "theta_same" if same else "theta_other",
        layer=made.row.name,
        photo=of_size((made.side, made.side)),
        size=of_size((high, wide)),
        stride=made.stride,
        covered=of_size((made.stride * high, made.stride * wide)),
    )


def show_localisation(made: Experiment) -> None:
    """Show the shape and cost of a localisation network for the layer."""
    st.subheader(text(SCREEN, "localisation"))
    answer = ask(made.localise())
    if answer is None:
        return
    rows = [
        text(
            SCREEN,
            "part_row",
            kind=part.kind,
            size=of_size(part.output_size),
            parameters=f"{part.parameters:,}",
        )
        for part in answer.parts
    ]
    table_box, said_box = st.columns([3, 2], gap="large")
    table_box.markdown("\n".join([text(SCREEN, "part_table"), *rows]))
    with said_box:
        say(
            SCREEN,
            "localisation_said",
            layer=made.row.name,
            network=made.network,
            size=of_size(answer.input_size),
            parameters=f"{answer.parameters:,}",
            macs=f"{answer.macs:,}",
            whole=f"{answer.whole_parameters:,}",
            whole_macs=f"{answer.whole_macs:,}",
            share=f"{answer.parameters / answer.whole_parameters:.1%}",
            channels=answer.input_size[0],
            side=answer.input_size[1],
        )


def predict(made: Experiment) -> None:
    """Ask how far a shift of the photo moves the maps of the layer."""
    shift = 6 if made.right != 6 else 10
    right = shift / made.stride
    shown = sorted({shift / 4, shift / 2, float(shift), 2.0 * shift, right})
    lesson.predict(
        f"inside-{made.network}-{made.row.name}-{shift}",
        text(SCREEN, "predict", shift=shift, layer=made.row.name),
        [text(SCREEN, "predict_option", units=f"{each:g}") for each in shown],
        shown.index(right),
        text(SCREEN, "predict_why", shift=shift, stride=made.stride, right=f"{right:g}", layer=made.row.name),
    )


def code_lines(made: Experiment, found: Any, number: int) -> str:
    """Return the few lines of Python that warp a test digit, and the maps of a layer on their way."""
    how = models.card(made.network).preprocessing
    return text(
        SCREEN,
        "code",
        network=made.network,
        layer=made.row.name,
        number=number,
        theta=_lines(made.theta),
        own=_lines(found.theta),
        mean=how.mean[0],
        std=how.std[0],
    )


def _lines(theta: tuple[float, ...]) -> str:
    rows = [[round(number, 6) + 0.0 for number in row] for row in (theta[:3], theta[3:])]
    return str(rows)
