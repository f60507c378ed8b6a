"""The part "Inside a network": which layer of which network, and how its maps are warped."""

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.arithmetic.affine import Theta
from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.engine.requests import AnswerWarped, Layers, Localise, ModelChoice, WarpMaps
from cnnviz.engine.results import LayerRow, LayerTable
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number
from cnnviz.ui.spatial_transformer.digit import Digit, digit_of
from cnnviz.ui.words import Words

WORDS = Words("inside_network")
FORM = Form(WORDS, "spatial_transformer", "Inside a network")
DIGIT = 70
_LEAST = 4  # rows: a localisation network halves twice

NETWORK = Choice(
    "network", "lenet-relu-mnist", ("layer",), ("lenet-relu-mnist", "lenet5-mnist", "cnn-r-mnist"), technical=True
)
DEGREES = Number("degrees", 30, low=-180, high=180)
SCALE = Number("scale", 100, low=40, high=200)
RIGHT = Number("right", 0, low=-12, high=12)
DOWN = Number("down", 0, low=-12, high=12)
PRESETS: dict[str, Preset] = {
    "rotate_30": {},
    "rotate_90": {"degrees": 90},
    "shift_4": {"degrees": 0, "right": 4},
    "shift_1": {"degrees": 0, "right": 1},
    "twice": {"degrees": 0, "scale": 200},
    "nothing": {"degrees": 0},
}


@dataclass(frozen=True)
class State:
    """One state of the part: the pose is that of the picture, which is `side` pixels wide."""

    network: str
    row: LayerRow
    digit: Digit
    side: int
    pose: Pose

    @property
    def theta(self) -> Theta:
        """The theta that does this to the picture."""
        return self.pose.theta(self.side)

    @property
    def stride(self) -> int:
        """By how many pixels of the picture neighbouring units of the layer lie apart."""
        field = self.row.receptive_field
        return 1 if field is None else int(field.stride[0])

    @property
    def case(self) -> str:
        """What the lesson has to say about this warp: "nothing", "shift", "stride" or "rotation"."""
        if self.pose.degrees or self.pose.size != 1:
            return "rotation"
        if not (self.pose.right or self.pose.down):
            return "nothing"
        return "stride" if self.pose.right % self.stride or self.pose.down % self.stride else "shift"

    def request(self) -> WarpMaps:
        """Return what to ask about the maps."""
        return WarpMaps(
            ModelChoice(self.network), self.digit.picture, self.row.name, self.theta, invert=self.digit.invert
        )

    def sheet(self) -> AnswerWarped:
        """Return what to ask about the test digits."""
        return AnswerWarped(ModelChoice(self.network), self.row.name, self.theta)

    def localise(self) -> Localise:
        """Return what to ask about a localisation network for the layer."""
        return Localise(ModelChoice(self.network), self.row.name)


def layer_table() -> LayerTable | None:
    """Return the layers of the chosen network."""
    return ask(Layers(ModelChoice(FORM.get(NETWORK))))


def warpable(table: LayerTable) -> dict[str, LayerRow]:
    """Return the layers whose maps can be warped, by name."""
    return {
        row.name: row
        for row in table.rows
        if row.receptive_field is not None and len(row.output_size) == 4 and min(row.output_size[2:]) >= _LEAST
    }


def layer_choice(rows: Mapping[str, LayerRow]) -> Choice:
    """Return the choice of a layer, the first pooling in a link without a word."""
    first = next((name for name in rows if name.startswith("pool")), next(iter(rows)))
    return Choice("layer", first, options=tuple(rows), technical=True)


def read(table: LayerTable) -> State | None:
    """Return what the form says, None while there is no picture."""
    network, rows = FORM.get(NETWORK), warpable(table)
    digit = digit_of(FORM, DIGIT, network)
    if digit is None:
        return None
    scale = FORM.get(SCALE) / 100
    pose = similarity(degrees=FORM.get(DEGREES), scale=scale, right=FORM.get(RIGHT), down=FORM.get(DOWN))
    return State(network, rows[FORM.get(layer_choice(rows))], digit, table.input_size[-1], pose)
