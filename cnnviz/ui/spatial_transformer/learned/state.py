"""The part "Learned": which transformer is asked, and how the digit is placed before it looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.engine.requests import FollowBox, ModelChoice, Picture, TransformDigits
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.spatial_transformer.digit import Digit, digit_of, one_of_each
from cnnviz.ui.words import Words

WORDS = Words("learned_transformer")
FORM = Form(WORDS, "spatial_transformer", "Learned")
SIDE = 28  # of a digit, pixels
# A 3 that, small and in a corner, the network without a transformer reads as an 8.
DIGIT = 30


@dataclass(frozen=True)
class Task:
    """What a pair of networks was trained on: digits rotated by up to `degrees`, scaled, and moved where they fit.

    `side` is that of the input in pixels; `plain` is the network without a transformer, None where there is none.
    `curves` are the models whose errors over the angle are compared, and what the lesson calls them.
    """

    transformer: str
    plain: str | None
    side: int
    degrees: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)
    moved: bool = False
    clutter: bool = False
    curves: Mapping[str, str] = field(default_factory=dict)

    def room(self, scale: float) -> float:
        """Return how far a digit of that scale was moved at most, in pixels."""
        return max(0.0, (self.side - SIDE * scale) / 2) if self.moved else 0.0

    @property
    def kind(self) -> str:
        """What the lesson calls the training: "rotated", "all" or "moved"."""
        return ("all" if self.degrees else "moved") if self.moved else "rotated"

    @property
    def range(self) -> dict[str, object]:
        """What the lesson says of the training's range."""
        low, high = (f"{scale:g}" for scale in self.scale)
        return {"degrees": f"{self.degrees:g}", "low": low, "high": high, "side": self.side}

    def knows(self, pose: Pose) -> bool:
        """Return whether training had digits in this pose."""
        return (
            abs(pose.degrees) <= self.degrees
            and self.scale[0] <= pose.scale[0] <= self.scale[1]
            and max(abs(pose.right), abs(pose.down)) <= self.room(pose.scale[0]) + 1e-6
        )

    @property
    def sweeps(self) -> dict[str, tuple[float, ...]]:
        """The amounts that training changed, each with values over their range."""
        found: dict[str, tuple[float, ...]] = {}
        if self.degrees:
            found["degrees"] = _between(-self.degrees, self.degrees, 13)
        if self.scale[0] < self.scale[1]:
            found["scale"] = _between(*self.scale, 11)
        if self.moved:
            room = self.room(1.0)
            found["right"] = found["down"] = _between(-room, room, 9)
        return found


def _between(low: float, high: float, count: int) -> tuple[float, ...]:
    return tuple(round(low + (high - low) * step / (count - 1), 6) for step in range(count))


_R = {"stn-r-mnist": "affine", "cnn-r-mnist": "plain"}
_RTS = {"stn-rts-mnist": "affine", "cnn-rts-mnist": "plain", "stn-tps-rts-mnist": "spline"}
# By their names in a link.
TASKS = {
    "turned": Task("stn-r-mnist", "cnn-r-mnist", 28, 90, curves=_R),
    "turned, scaled, moved": Task("stn-rts-mnist", "cnn-rts-mnist", 42, 45, (0.7, 1.2), True, curves=_RTS),
    "the same, with a spline": Task("stn-tps-rts-mnist", "cnn-rts-mnist", 42, 45, (0.7, 1.2), True, curves=_RTS),
    "moved, among clutter": Task("stn-cluttered-mnist", None, 60, moved=True, clutter=True),
}
TASK = Choice("task", "turned, scaled, moved", options=tuple(TASKS))
DEGREES = Number("degrees", -45, low=-180, high=180)
SCALE = Number("scale", 70, low=40, high=160)
RIGHT = Number("right", 9, low=-20, high=20)
DOWN = Number("down", -9, low=-20, high=20)
_PLACING: tuple[AnyControl, ...] = (TASK, DEGREES, SCALE, RIGHT, DOWN)
CLUTTER = Switch("clutter", True)
SEED = Number("seed", 3, low=0, high=999, reach=99)
# How an amount of the box is called in a link.
AMOUNTS = {"rotation": "degrees", "size": "scale", "shift right": "right", "shift down": "down"}


def _preset(task: str, degrees: int, scale: int, right: int, down: int) -> Preset:
    wanted = {"task": task, "degrees": degrees, "scale": scale, "right": right, "down": down}
    return {each.name: wanted[each.name] for each in _PLACING if wanted[each.name] != each.default}


PRESETS: dict[str, Preset] = {
    "disagree": {},
    "corner": _preset("turned, scaled, moved", 30, 80, 6, -4),
    "large": _preset("turned, scaled, moved", -40, 120, 2, 2),
    "rotated": _preset("turned", 60, 100, 0, 0),
    "spline": _preset("the same, with a spline", 30, 80, 6, -4),
    "clutter": _preset("moved, among clutter", 0, 100, 12, -8),
    "beyond": _preset("turned, scaled, moved", 85, 50, 0, 0),
}


@dataclass(frozen=True)
class State:
    """One state of the part: a digit, its pose, the seed of clutter, and a digit of each class, 0 to 9, in `others`."""

    task: Task
    digit: Digit
    others: tuple[Picture, ...]
    pose: Pose
    clutter: int | None

    def request(self) -> TransformDigits:
        """Return what to ask of the transformer about the digit."""
        return self.one(self.task.transformer)

    def one(self, model: str) -> TransformDigits:
        """Return what to ask of a network about the digit."""
        return TransformDigits(ModelChoice(model), (self.digit.picture,), self.pose, self.clutter, self.digit.invert)

    def ten(self, model: str) -> TransformDigits:
        """Return what to ask of a network about the others."""
        return TransformDigits(ModelChoice(model), self.others, self.pose, self.clutter)

    def follow(self, amount: str) -> FollowBox:
        """Return what to ask about the box while one amount alone changes."""
        return FollowBox(
            ModelChoice(self.task.transformer),
            self.others,
            clutter=self.clutter,
            amount=amount,
            values=self.task.sweeps[amount],
        )


def task_of() -> Task:
    """Return the chosen task."""
    return TASKS[FORM.get(TASK)]


def controls() -> tuple[AnyControl, ...]:
    """Return what there is to set."""
    return (*_PLACING, *((SEED, CLUTTER) if task_of().clutter else ()))


def read() -> State | None:
    """Return what the form says, None while there is no picture."""
    task = task_of()
    digit = digit_of(FORM, DIGIT, task.transformer)
    if digit is None:
        return None
    seed = FORM.get(SEED) if task.clutter and FORM.get(CLUTTER) else None
    scale = FORM.get(SCALE) / 100
    pose = similarity(degrees=FORM.get(DEGREES), scale=scale, right=FORM.get(RIGHT), down=FORM.get(DOWN))
    return State(task, digit, one_of_each(FORM, DIGIT), pose, seed)
