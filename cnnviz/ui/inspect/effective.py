"""The effective receptive field of a unit: trained beside random weights, over several pictures, one, or noise."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz import images, models
from cnnviz.engine.requests import EffectiveField, ModelChoice, Picture
from cnnviz.figures.effective_field import effective_field
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.picture import gallery_picture, sheet_picture

if TYPE_CHECKING:
    from cnnviz.engine.results import LayerRow

SCREEN = "receptive_field"
SEVERAL, ONE, NOISE = OVER = ("several pictures", "this picture", "noise")
MIDDLE, PICKED = UNITS = ("the middle one", "the picked one")
_NOISE = 8


def show_effective(
    model: ModelChoice, row: "LayerRow", picked: tuple[int, int], picture: Picture, *, invert: bool
) -> None:
    """Show the effective field of a unit of a layer for two sets of weights."""
    say(SCREEN, "effective")
    over_box, unit_box, channel_box = st.columns(3, vertical_alignment="bottom")
    linked: dict[str, Any] = {"bind": "query-params", "required": True}
    over = over_box.segmented_control("Average over", OVER, default=SEVERAL, key="over", **linked)
    which = unit_box.segmented_control("Unit", UNITS, default=MIDDLE, key="which", **linked)
    channels, height, width = row.maps
    if (st.session_state.get("channel") or 0) >= channels:
        del st.session_state["channel"]
    channel = channel_box.number_input(
        "Channel",
        0,
        channels - 1,
        value=None,
        key="channel",
        bind="query-params",
        placeholder=text(SCREEN, "effective_all"),
        disabled=channels == 1,
    )
    at = (height // 2, width // 2) if which == MIDDLE else picked
    said = text(SCREEN, "effective_all") if channel is None else text(SCREEN, "effective_one", channel=channel)
    st.markdown(text(SCREEN, "effective_of", layer=row.name, row=at[0], column=at[1], channel=said))
    field, box = row.receptive_field, None
    if field is not None and field.size is not None:
        top, left, bottom, right = field.box(*at)
        box = top, left, bottom, right
    pictures = {SEVERAL: lambda: _several(model.name), ONE: lambda: (picture,), NOISE: tuple}[over]()
    weights = _two(model)
    for place, (title, choice), number in zip(st.columns(len(weights), gap="large"), weights, range(2), strict=False):
        with place:
            st.markdown(f"**{title}**")
            request = EffectiveField(
                choice,
                row.name,
                *at,
                channel=None if channel is None else int(channel),
                pictures=pictures,
                noise=_NOISE if over == NOISE else 0,
                invert=invert,
            )
            _one(request, box, number)


def _one(request: EffectiveField, box: tuple[int, int, int, int] | None, number: int) -> None:
    from cnnviz.probes.effective_field import concentration

    answer = ask(request)
    if answer is None:
        return
    found = answer.found
    if found.silent == found.images:
        st.warning(text(SCREEN, "effective_zero", images=found.images), icon=":material/block:")
        return
    facts = concentration(found.energy, box)
    chart(effective_field(found.energy, box, radius=facts.radius), key=f"effective-{number}")
    over = "effective_noise" if request.noise else "effective_images" if found.images > 1 else "effective_image"
    say(SCREEN, over, images=found.images, device=answer.device)
    say(SCREEN, "effective_shares", **vars(facts))
    if found.silent:
        say(SCREEN, "effective_some_zero", silent=found.silent, images=found.images)
    if facts.inside < 1 - 1e-6:
        say(SCREEN, "effective_outside", outside=1 - facts.inside)


def _several(name: str) -> tuple[Picture, ...]:
    """Return pictures of the kind that a model reads: the gallery's photos, or ten test images, one of each class."""
    if models.card(name).input_size[0] != 1:
        return tuple(map(gallery_picture, images.gallery_names()))
    sheet = "clothes" if "fashion" in name else "digits"
    return tuple(sheet_picture(sheet, index) for index in range(0, 100, 10))


def _two(model: ModelChoice) -> list[tuple[str, ModelChoice]]:
    """Return the chosen weights and those to see beside them, each with its title, the trained ones first."""
    drawn = [
        (text(SCREEN, "effective_random", seed=seed), ModelChoice(model.name, random_seed=seed)) for seed in range(2)
    ]
    if model.checkpoint_sha256 is not None:
        return [(text(SCREEN, "effective_own"), model), drawn[0]]
    # Trained weights that are not on this disk are fetched when a person chooses them, not to stand beside others.
    if model.random_seed is not None and (models.is_designed(model.name) or not models.is_ready(model.name)):
        return drawn
    return [(text(SCREEN, "effective_trained"), ModelChoice(model.name)), drawn[0]]
