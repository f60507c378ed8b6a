"""The identity with align_corners agreeing and mixed, and two warps against one by the product of their matrices."""

from functools import partial

import streamlit as st

from cnnviz.components.kept import draw_kept
from cnnviz.engine.results import Probed
from cnnviz.errors import ShapeError
from cnnviz.figures.warp import as_pixels, difference, pictures
from cnnviz.probes.warp import Identities
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.numbers import fixed, formula, matrix, percent
from cnnviz.ui.refusals import translated
from cnnviz.ui.spatial_transformer.by_hand.pixel import aligned
from cnnviz.ui.spatial_transformer.by_hand.state import FORM, THEN, WORDS, State

say, text = WORDS.say, WORDS.text
_SAME = 1e-6


def show_identity(state: State) -> None:
    """Show what the identity does to the image where align_corners agrees and where it is mixed, whatever theta is."""
    request = state.identity()
    answer = ask(request)
    if answer is not None:
        known = request, state.settings["align_grid"], state.settings["align_sample"]
        draw_kept(("identity", *known), partial(_show_identity, state, answer))


def _show_identity(state: State, answer: Probed[Identities]) -> None:
    st.subheader(text("heading_identity"))
    found, side = answer.found, state.image.shape[1]
    grid, sample = state.settings["align_grid"], state.settings["align_sample"]
    words_box, drawn_box = st.columns([3, 2], gap="large")
    with words_box:
        say("identity", mode=state.settings["mode"], padding=state.settings["padding_mode"], side=side)
        numbers = {}
        for place, apart in enumerate(found.apart):
            numbers[f"most_{place}"], numbers[f"mean_{place}"] = (_gap(each) for each in (apart.most, apart.mean))
        say("identity_numbers", **numbers)
        if grid == sample:
            say("identity_same", grid=grid)
        else:
            key, share = ("identity_shrunk", 1 / side) if grid else ("identity_stretched", 1 / (side - 1))
            say(key, side=side, steps=side - 1, share=percent(share, 1))
    mixed = 3 if sample and not grid else 2
    image = state.numbers.array
    panels = [as_pixels(image), as_pixels(found.outputs[2]), as_pixels(found.outputs[3])]
    panels.append(difference(found.outputs[mixed], image))
    names = ("caption_image", "caption_true_false", "caption_false_true", "caption_difference")
    with drawn_box:
        figure = pictures(panels, [text(name) for name in names])
        chart(figure, key=FORM.key("identity"), alt=text("alt_identity"))
        st.caption(text("difference_colours"))


def _gap(value: float) -> str:
    return "0" if value < _SAME else fixed(value, 3)


def show_twice(state: State) -> None:
    """Show a second warp after the first: the inverse, or another, against one warp by the product."""
    st.subheader(text("heading_twice"))
    words_box, drawn_box = st.columns([3, 2], gap="large")
    with words_box:
        FORM.draw(THEN, columns=1)
        inverts = FORM.get(THEN) == "inverse"
        try:
            second = state.second()
        except ShapeError as error:
            st.warning(translated(error), icon=":material/error:")
            return
        answer = ask(state.twice(second))
        if answer is None:
            return
        found = answer.found
        say("twice")
        sign = r"\theta^{-1}" if inverts else r"\theta_2"
        with st.container(key=FORM.key("formula-product")):
            aligned(
                rf"&{sign} = {matrix((second[:3], second[3:]))}",
                rf"&\theta \, {sign} = {matrix((_clean(found.product[:3]), _clean(found.product[3:])))}",
            )
        apart = found.from_input if inverts else found.apart
        if found.apart.most < _SAME:
            say("twice_same", most="10⁻⁶")
        else:
            key = "twice_inverse" if inverts else "twice_other"
            say(key, mean=fixed(apart.mean, 3), most=fixed(apart.most, 3))
    panels = [as_pixels(each) for each in (found.first, found.second, found.direct)]
    panels.append(difference(found.second, found.direct))
    names = ("caption_first", "caption_second", "caption_direct", "caption_apart")
    with drawn_box:
        figure = pictures(panels, [text(name) for name in names])
        chart(figure, key=FORM.key("twice"), alt=text("alt_twice"))
        st.caption(text("difference_colours"))


def _clean(row: tuple[float, ...]) -> list[float]:
    """Return numbers without what rounding has left of a zero."""
    return [float(formula(value, places=6)) for value in row]
