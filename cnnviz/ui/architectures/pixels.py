"""A 1x1 convolution as the same perceptron at every pixel: at any pixel, its number by a linear layer."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.pointwise import pointwise
from cnnviz.engine.requests import ModelChoice, Picture, ReadPixels
from cnnviz.models import DEFAULT
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import of_size, short, whole
from cnnviz.ui.part import Part, tell_missing
from cnnviz.ui.picture_choice import choose_picture, picture_of
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import COMMON, Words

if TYPE_CHECKING:
    # In a subscript below; this module imports torch.
    from cnnviz.engine.results import Probed
    from cnnviz.probes.pointwise import Pointwise

WORDS = Words("architecture_pixels")
FORM = Form(WORDS, screen="architectures", part="Pixels")
say, text = WORDS.say, WORDS.text

# Layers with the side of their maps and how many outputs they have.
_LAYERS = {"blocks.1.1.conv_pw": (56, 144), "blocks.2.1.conv_pw": (28, 240), "blocks.3.1.conv_pw": (14, 480)}
LAYER = Choice("layer", "blocks.1.1.conv_pw", ("channel", "row", "column"), tuple(_LAYERS), technical=True)
PRESETS: dict[str, Preset] = {
    "early": {},
    "middle": {"layer": "blocks.2.1.conv_pw"},
    "late": {"layer": "blocks.3.1.conv_pw"},
}
_NETWORK = ModelChoice(DEFAULT)


@dataclass(frozen=True)
class State:
    """A picture, a layer, one of its outputs and a pixel of its map."""

    picture: Picture
    layer: str
    channel: int
    row: int
    column: int

    def request(self) -> ReadPixels:
        """Return the question for the engine."""
        return ReadPixels(_NETWORK, self.picture, self.layer)


def _numbers() -> tuple[Number, Number, Number]:
    side, outputs = _LAYERS[FORM.get(LAYER)]
    return (
        Number("channel", 0, low=0, high=outputs - 1, slider=False),
        Number("row", side // 2, low=0, high=side - 1, slider=False),
        Number("column", side // 2, low=0, high=side - 1, slider=False),
    )


def read() -> State | None:
    """Return what the form says, None where there is no picture yet."""
    picture = picture_of(FORM)
    if picture is None:
        tell_missing()
        return None
    return State(picture, FORM.get(LAYER), *map(FORM.get, _numbers()))


def _draw_pixels(state: State, answer: "Probed[Pointwise]") -> None:
    found = answer.found
    _, row, column = _numbers()
    pointwise(
        found.inputs,
        found.weights,
        found.bias,
        found.outputs,
        channel=state.channel,
        selected=(state.row, state.column),
        key=FORM.key("pixels"),
        on_pick=lambda place: FORM.put(
            {
                name: None if value == control.default else value
                for name, value, control in (("row", place[0], row), ("column", place[1], column))
            }
        ),
    )


def _draw_settings() -> None:
    FORM.draw(LAYER, *_numbers(), columns=4)
    with st.popover(COMMON.label("source"), icon=":material/image:", key=FORM.key("choose-picture")):
        choose_picture(FORM)


def _show_notes(state: State, answer: "Probed[Pointwise]") -> None:
    """Say that both are the same everywhere, and what that means."""
    found = answer.found
    made, channels = found.weights.shape
    places = found.outputs[0].shape
    numbers = {"layer": state.layer, "made": made, "read": channels, "weights": whole(made * channels)}
    say("same", gap=short(found.gap, 2), largest=short(found.largest, 3), places=of_size(places), **numbers)
    say("nin")


def _show_formulas(state: State, answer: "Probed[Pointwise]") -> None:
    made, channels = answer.found.weights.shape
    say("formula_said")
    st.latex(text("formula", read=channels, channel=state.channel, row=state.row, column=state.column))
    say("formula_counts", made=made, read=channels, weights=whole(made * channels))


def question(state: State, answer: "Probed[Pointwise]", number: int) -> Question:
    """Ask for the weights of a 1x1 convolution, and for its MACs on a map."""
    chance = Random(number)
    arrives, made, side = chance.choice((16, 32, 64, 96)), chance.choice((24, 48, 128)), chance.choice((7, 14, 28))
    numbers = {"read": arrives, "made": made, "side": side}
    weights = arrives * made
    if number % 2 == 0:
        slips = [9 * weights, weights * side * side, arrives + made]
        return Question(text("predict_weights", **numbers), weights, slips, text("predict_weights_why", **numbers))
    macs = weights * side * side
    slips = [weights, 9 * macs, weights * side]
    return Question(text("predict_macs", **numbers), macs, slips, text("predict_macs_why", **numbers))


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        request=State.request,
        stage=_draw_pixels,
        settings=_draw_settings,
        notes=_show_notes,
        formulas=_show_formulas,
        question=question,
        code=lambda state, answer: text("code", layer=state.layer, row=state.row, column=state.column),
        height=560,
    ).show()
