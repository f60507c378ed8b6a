"""The part "Inside a network": which layer of which network, and how its maps are warped."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.arithmetic.affine import Theta
from cnnviz.arithmetic.pose import similarity
from cnnviz.engine.requests import AnswerWarped, Localise, ModelChoice, Picture, WarpMaps
from cnnviz.ui.controls import Choice, Dial, value_of
from cnnviz.ui.state import current, keep_within

if TYPE_CHECKING:
    from cnnviz.engine.results import LayerRow, LayerTable

LAYER = "inside_layer"
_LEAST = 4  # rows: a localisation network halves twice

NETWORK = Choice("inside_network", "Network", ("lenet-relu-mnist", "lenet5-mnist", "cnn-r-mnist"), "lenet-relu-mnist")
DEGREES = Dial("inside_degrees", "Turn counter-clockwise, degrees", -180, 180, 180, 30)
SCALE = Dial("inside_scale", "Size, percent", 40, 200, 200, 100)
RIGHT = Dial("inside_right", "Right, pixels", -12, 12, 12, 0)
DOWN = Dial("inside_down", "Down, pixels", -12, 12, 12, 0)
DIALS = (DEGREES, SCALE, RIGHT, DOWN)


def _preset(degrees: int, scale: int, right: int, down: int) -> dict[str, object]:
    return dict(zip((each.key for each in DIALS), (degrees, scale, right, down), strict=True))


PRESETS = {
    "Turn by 30°": _preset(30, 100, 0, 0),
    "Turn by 90°": _preset(90, 100, 0, 0),
    "Shift by 4 pixels": _preset(0, 100, 4, 0),
    "Shift by 1 pixel": _preset(0, 100, 1, 0),
    "Twice as large": _preset(0, 200, 0, 0),
    "Nothing": _preset(0, 100, 0, 0),
}


@dataclass(frozen=True)
class Experiment:
    """All that the part shows follows from this; the amounts are those of the picture, which is `side` pixels wide."""

    network: str
    row: "LayerRow"
    picture: Picture
    invert: bool
    side: int
    degrees: int
    scale: float
    right: int
    down: int

    @property
    def theta(self) -> Theta:
        """The theta that does this to a photo."""
        pose = similarity(degrees=self.degrees, scale=self.scale, right=self.right, down=self.down)
        return pose.theta(self.side)

    @property
    def stride(self) -> int:
        """By how many pixels of the photo neighbouring units of the layer lie apart."""
        field = self.row.receptive_field
        assert field is not None  # layers without one are not offered
        return int(field.stride[0])

    @property
    def case(self) -> str:
        """What the lesson has to say about this warp: "nothing", "shift", "stride" or "turn"."""
        if self.degrees or self.scale != 1:
            return "turn"
        if not (self.right or self.down):
            return "nothing"
        return "stride" if self.right % self.stride or self.down % self.stride else "shift"

    def maps(self) -> WarpMaps:
        """Return what to ask about the maps."""
        return WarpMaps(ModelChoice(self.network), self.picture, self.row.name, self.theta, self.invert)

    def sheet(self) -> AnswerWarped:
        """Return what to ask about the test digits."""
        return AnswerWarped(ModelChoice(self.network), self.row.name, self.theta)

    def localise(self) -> Localise:
        """Return what to ask about a localisation network for the layer."""
        return Localise(ModelChoice(self.network), self.row.name)


def layers(table: "LayerTable") -> "dict[str, LayerRow]":
    """Return the layers whose maps can be warped, by name."""
    return {
        row.name: row
        for row in table.rows
        if row.receptive_field is not None and len(row.output_size) == 4 and min(row.output_size[2:]) >= _LEAST
    }


def choose_layer(rows: "dict[str, LayerRow]") -> None:
    """Draw the choice of a layer."""
    names = list(rows)
    keep_within(LAYER, names, _first(names))
    st.selectbox("Warp the maps after", names, key=LAYER, bind="query-params")


def experiment(rows: "dict[str, LayerRow]", table: "LayerTable", picture: Picture, *, invert: bool) -> Experiment:
    """Return what the controls say, before or after they are drawn."""
    names = list(rows)
    row = rows[current(LAYER, names, _first(names))]
    amounts = value_of(DEGREES), value_of(SCALE) / 100, value_of(RIGHT), value_of(DOWN)
    return Experiment(value_of(NETWORK), row, picture, invert, table.input_size[-1], *amounts)


def _first(names: list[str]) -> str:
    return next((name for name in names if name.startswith("pool")), names[0])
