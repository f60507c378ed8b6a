"""What the part on points asks for: where the cloud lies, how fast to descend, and the point that is looked at."""

from dataclasses import dataclass

from cnnviz.engine.requests import PreparePoints
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.words import Words

WORDS = Words("preprocessing")
FORM = Form(WORDS)
STEPS = 60


def _real(name: str, default: float, low: float, high: float, step: float = 0.1) -> Real:
    # Streamlit takes no whole numbers beside others.
    return Real(name, default, low=float(low), high=float(high), step=float(step), slider=False)


# Where the cloud lies: its mean, its standard deviations along two axes, and how they are rotated.
X, Y = _real("x", 3.5, -6, 6), _real("y", 2.5, -6, 6)
LONG, SHORT = _real("long", 2.0, 0.2, 4), _real("short", 0.6, 0.2, 4)
TURN = _real("turn", 35.0, -90, 90, 5)
PLACE = (X, Y, LONG, SHORT, TURN)
RATE = Real("rate", 0.04, low=0.001, high=1.0, step=0.01, slider=False, shown="%.3f")
ROTATE = _real("rotate", 5.0, -45, 45, 1)
AT = Number("at", 30, low=0, high=STEPS, slider=False)
COUNT = Number("points", 80, ("point",), low=20, high=200, slider=False)
APART = _real("apart", 1.2, 0.2, 2)
SEED = Number("seed", 1, low=0, high=999, slider=False)
# Clouds to start from: one for each thing that preprocessing takes away, and what is left without it.
PRESETS: dict[str, Preset] = {
    "usual": {},
    "far": {"x": 6.0, "y": 4.5, "long": 1.0, "short": 1.0, "turn": 0.0, "rate": 0.015},
    "scales": {"x": 0.0, "y": 0.0, "long": 3.5, "short": 0.4, "turn": 0.0},
    "correlated": {"x": 0.0, "y": 0.0, "long": 3.0, "short": 0.5, "turn": 45.0},
    "too_fast": {"rate": 0.06},
    "right": {"x": 0.0, "y": 0.0, "long": 1.0, "short": 1.0, "turn": 0.0, "rate": 0.1},
}


@dataclass(frozen=True)
class State:
    """A cloud, the descent, and the point that is looked at."""

    place: tuple[float, float, float, float, float]
    count: int
    apart: float
    seed: int
    rate: float
    rotate: float
    at: int
    point: int

    def request(self) -> PreparePoints:
        """Return the question for the engine."""
        x, y, long, short, turn = self.place
        return PreparePoints(
            self.count, self.apart, self.seed, (x, y), (long, short), turn, self.rate, STEPS, self.rotate
        )


def point(count: int) -> Number:
    """Return the choice of one of so many points."""
    return Number("point", 0, low=0, high=count - 1, slider=False)


def read() -> State:
    """Return what the form says."""
    count = FORM.get(COUNT) // 2 * 2
    x, y, long, short, turn = map(FORM.get, PLACE)
    return State(
        (x, y, long, short, turn),
        count,
        FORM.get(APART),
        FORM.get(SEED),
        FORM.get(RATE),
        FORM.get(ROTATE),
        FORM.get(AT),
        FORM.get(point(count)),
    )


def change(numbers: dict[str, float]) -> None:
    """Take numbers from the stage, in a callback: what is a default stays out of the link."""
    controls = {each.name: each for each in (*PLACE, RATE, ROTATE, AT, point(FORM.get(COUNT)))}
    texts: dict[str, object] = {}
    for name, number in numbers.items():
        control = controls[name]
        value = type(control.default)(number)
        texts[name] = None if value == control.default else value
    FORM.put(texts)
