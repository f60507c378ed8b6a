"""The effective receptive field of a unit: trained beside random weights, over several pictures, one, or noise."""

import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import EffectiveField, ModelChoice, Picture
from cnnviz.engine.results import LayerMaps
from cnnviz.figures.effective_field import effective_field
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.numbers import fixed, percent, short
from cnnviz.ui.receptive_field.state import FORM, MIDDLE, NOISE, ONE, OVER, WHICH, WORDS, State
from cnnviz.ui.subject import pictures_for

say, text, label = WORDS.say, WORDS.text, WORDS.label
_NOISE = 8
Box = tuple[int, int, int, int]


def show_effective(state: State, answer: LayerMaps) -> None:
    """Show the effective field of a unit of a layer for two sets of weights."""
    st.subheader(label("effective"))
    say("effective")
    FORM.draw(OVER, WHICH, state.channels, columns=3)
    over, channel = FORM.get(OVER), FORM.get(state.channels)
    _, height, width = state.row.maps
    at = (height // 2, width // 2) if FORM.get(WHICH) == MIDDLE else state.at
    said = text("effective_all") if channel is None else text("effective_one", channel=channel)
    say("effective_of", layer=state.row.name, row=at[0], column=at[1], channel=said)
    field, subject = state.row.receptive_field, state.subject
    box: Box | None = None
    if field is not None and field.size is not None:
        top, left, bottom, right = field.box(*at)
        box = (top, left, bottom, right)
    pictures: tuple[Picture, ...] = ()
    if over != NOISE:
        # Ten test images: one of each class.
        pictures = (subject.picture,) if over == ONE else pictures_for(subject.model.name, range(0, 100, 10))
    weights = _two(subject.model)
    for place, (title, choice), number in zip(st.columns(len(weights), gap="large"), weights, range(2), strict=False):
        with place:
            st.markdown(f"**{title}**")
            noise = _NOISE if over == NOISE else 0
            _show(
                EffectiveField(choice, state.row.name, *at, channel, pictures, noise=noise, invert=subject.invert),
                box,
                FORM.key(f"effective-{number}"),
            )


def _show(request: EffectiveField, box: Box | None, key: str) -> None:
    from cnnviz.probes.effective_field import concentration

    answer = ask(request)
    if answer is None:
        return
    found = answer.found
    if found.silent == found.images:
        st.warning(text("effective_zero", images=found.images), icon=":material/block:")
        return
    facts = concentration(found.energy, box)
    chart(effective_field(found.energy, box, radius=facts.radius), key=key)
    over = "effective_noise" if request.noise else "effective_images" if found.images > 1 else "effective_image"
    say(over, images=found.images, device=answer.device)
    say(
        "effective_shares",
        centre=percent(facts.centre),
        even_centre=percent(facts.even_centre),
        radius=fixed(facts.radius, 1),
        even_radius=fixed(facts.even_radius, 1),
    )
    if found.silent:
        say("effective_some_zero", silent=found.silent, images=found.images)
    if facts.inside < 1 - 1e-6:
        say("effective_outside", outside=short(1 - facts.inside, 2))


def _two(model: ModelChoice) -> list[tuple[str, ModelChoice]]:
    """Return the chosen weights and those to see beside them, each with its title, the trained ones first."""
    drawn = [(text("effective_random", seed=seed), ModelChoice(model.name, random_seed=seed)) for seed in range(2)]
    if model.checkpoint_sha256 is not None:
        return [(text("effective_own"), model), drawn[0]]
    # Trained weights that are not on this disk are fetched when a person chooses them, not to stand beside others.
    trained = models.card(model.name).trained
    if model.random_seed is not None and not (trained and models.is_ready(model.name)):
        return drawn
    return [(text("effective_trained"), ModelChoice(model.name)), drawn[0]]
