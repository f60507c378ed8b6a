"""The map of a network with the measures that take a real run: asked of the engine once they are chosen.

>>> draw_map(FORM, report.graph, Run(ModelChoice("resnet18", random_seed=0), (1, 3, 224, 224)))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import streamlit as st

from cnnviz import images
from cnnviz.components.network_map import network_map
from cnnviz.components.network_map_measures import MEASURED, MEASURES, TIME, Measured
from cnnviz.engine.requests import CountZeros, ModelChoice, Picture, TimeLayers
from cnnviz.graph import NetworkGraph
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.numbers import of_time, percent
from cnnviz.ui.picture_choice import gallery_picture, sheet_picture
from cnnviz.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.ui.subject import Subject

HEAT = Choice("heat", "", options=(*MEASURES, *MEASURED))
text = Words("network_heat").text


@dataclass(frozen=True)
class Run:
    """What is run for a map: a network on inputs (N, C, H, W), and the `subject` whose picture it looks at, if any."""

    model: ModelChoice
    input_size: tuple[int, ...]
    subject: "Subject | None" = None


class Heat(TypedDict):
    """What a map takes of measures: which it is coloured by, what a run gave, and who hears which run is asked for.

    Without an `on_ask` it has no measures that take a run.
    """

    heat: str
    measured: Measured | None
    on_ask: Callable[[str], None] | None


def draw_map(
    form: Form,
    graph: NetworkGraph,
    run: Run | None,
    *,
    selected: str | None = None,
    on_pick: Callable[[str], None] | None = None,
    heat: str = "",
    tour: "Mapping[str, Any] | None" = None,
) -> None:
    """Draw the map in a form; without a `run` it has no measures that take one.

    `heat` is the measure that it is coloured by where the link says nothing. The link follows the one that is chosen;
    without a `run` it is chosen in the browser alone. A `tour`, as cnnviz.ui.tours tells it, leads over the map.
    """
    place, sign = st.container(), st.empty()
    found = heat_of(form, run, sign, heat)
    with place:
        network_map(graph, key=form.key("map"), selected=selected, on_pick=on_pick, tour=tour, **found)


def heat_of(form: Form, run: Run | None, sign: "DeltaGenerator", first: str = "") -> Heat:
    """Return what the form's map takes of measures, `first` where the link chooses none.

    Where a run is refused, why is said at `sign`.
    """
    chosen = form.get(HEAT)
    if run is None:
        return {"heat": first if chosen in MEASURED else chosen or first, "measured": None, "on_ask": None}
    measured = None
    if chosen in MEASURED:
        measured = _times(run, sign) if chosen == TIME else _zeros(run, sign)
    return {"heat": chosen or first, "measured": measured, "on_ask": lambda name: form.put({HEAT.name: name or None})}


def _times(run: Run, sign: "DeltaGenerator") -> Measured | None:
    answer = ask(TimeLayers(run.model, run.input_size), sign)
    if answer is None:
        return None
    found, spent = answer.found, float(answer.found.seconds.sum())
    note = text(
        "time" if answer.device == "cpu" else "time_gpu",
        runs=found.runs,
        device=answer.device.upper(),
        threads=found.threads,
        batch=run.input_size[0],
        sum=of_time(spent),
        whole=of_time(found.whole),
        share=percent(spent / found.whole),
    )
    return Measured(name=TIME, values=dict(zip(found.names, found.seconds.tolist(), strict=True)), note=note)


def _zeros(run: Run, sign: "DeltaGenerator") -> Measured | None:
    if run.subject is not None:
        picture, said = run.subject.picture, text("picture_own")
        request = CountZeros(run.model, picture, run.subject.invert)
    else:
        picture, said = _shipped(run.input_size)
        request = CountZeros(run.model, picture, input_size=(1, *run.input_size[1:]))
    answer = ask(request, sign)
    if answer is None:
        return None
    found, model = answer.found, run.model
    weights = text("weights_given" if model.random_seed is None else "weights_random")
    note = text("zeros", picture=said, weights=weights, share=percent(found.zeros.sum() / found.sizes.sum(), 1))
    return Measured(name="zeros", values=dict(zip(found.names, found.shares.tolist(), strict=True)), note=note)


def _shipped(input_size: tuple[int, ...]) -> tuple[Picture, str]:
    """Return a photo for a network that reads colours, a digit for one that reads grey, and what it is called."""
    if input_size[1] == 1:
        return sheet_picture("digits", 0), text("picture_digit")
    return gallery_picture(images.gallery_names()[0]), text("picture_photo")
