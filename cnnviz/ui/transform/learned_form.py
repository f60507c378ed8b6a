"""The part "Learned": which transformer is asked, and how the digit is placed before it looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.engine.requests import FollowBox, ModelChoice, Picture, TransformDigits
from cnnviz.ui.controls import Choice, Control, Dial, Switch, value_of

SCREEN = "learned_transformer"
DIGIT = 28  # pixels


@dataclass(frozen=True)
class Task:
    """What a pair of networks was trained on: digits turned by up to `degrees`, scaled, and moved where they fit.

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
        return max(0.0, (self.side - DIGIT * scale) / 2) if self.moved else 0.0

    @property
    def kind(self) -> str:
        """What the lesson calls the training: "turned", "all" or "moved"."""
        return ("all" if self.degrees else "moved") if self.moved else "turned"

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
TASKS = {
    "turned": Task("stn-r-mnist", "cnn-r-mnist", 28, 90, curves=_R),
    "turned, scaled, moved": Task("stn-rts-mnist", "cnn-rts-mnist", 42, 45, (0.7, 1.2), True, curves=_RTS),
    "the same, with a spline": Task("stn-tps-rts-mnist", "cnn-rts-mnist", 42, 45, (0.7, 1.2), True, curves=_RTS),
    "moved, among clutter": Task("stn-cluttered-mnist", None, 60, moved=True, clutter=True),
}
_FIRST = "turned, scaled, moved"

TASK = Choice("learned_task", "Trained on digits", list(TASKS), _FIRST)
DEGREES = Dial("learned_degrees", "Turned counter-clockwise, degrees", -180, 180, 180, 30)
SCALE = Dial("learned_scale", "Size, percent", 40, 160, 160, 80)
RIGHT = Dial("learned_right", "Right, pixels", -20, 20, 20, 6)
DOWN = Dial("learned_down", "Down, pixels", -20, 20, 20, -4)
CLUTTER = Switch("learned_clutter", "Clutter", True)
SEED = Dial("learned_seed", "Seed of the clutter", 0, 99, 999, 3)
DIALS: tuple[Control, ...] = (DEGREES, SCALE, RIGHT, DOWN)


def _preset(task: str, degrees: int, scale: int, right: int, down: int) -> dict[str, object]:
    values: tuple[object, ...] = task, degrees, scale, right, down
    return {each.key: value for each, value in zip((TASK, *DIALS), values, strict=True)}


PRESETS = {
    "Turned, small, in a corner": _preset(_FIRST, 30, 80, 6, -4),
    "Large and turned": _preset(_FIRST, -40, 120, 2, 2),
    "Turned by 60°": _preset("turned", 60, 100, 0, 0),
    "With a spline": _preset("the same, with a spline", 30, 80, 6, -4),
    "Among clutter": _preset("moved, among clutter", 0, 100, 12, -8),
    "Beyond its training": _preset(_FIRST, 85, 50, 0, 0),
}
AMOUNTS = {"rotation": "degrees", "size": "scale", "shift right": "right", "shift down": "down"}


@dataclass(frozen=True)
class Experiment:
    """All that the part shows follows from this: a digit, its class where it is known, and how it is placed.

    `others` are a digit of each class, 0 to 9.
    """

    name: str
    picture: Picture
    label: int | None
    others: tuple[Picture, ...]
    pose: Pose
    clutter: int | None
    invert: bool

    @property
    def task(self) -> Task:
        """What the networks were trained on."""
        return TASKS[self.name]

    def asked(self, model: str) -> tuple[TransformDigits, TransformDigits]:
        """Return what to ask of a network: about the digit, and about the others."""
        choice = ModelChoice(model)
        one = TransformDigits(choice, (self.picture,), self.pose, self.clutter, self.invert)
        return one, TransformDigits(choice, self.others, self.pose, self.clutter)

    def follow(self, amount: str) -> FollowBox:
        """Return what to ask about the box while one amount alone changes."""
        return FollowBox(
            ModelChoice(self.task.transformer), self.others, Pose(), self.clutter, amount, self.task.sweeps[amount]
        )


def experiment(picture: Picture, label: int | None, others: tuple[Picture, ...], *, invert: bool) -> Experiment:
    """Return what the controls say, before or after they are drawn, about a digit and the ten `others`."""
    task = TASKS[value_of(TASK)]
    seed = value_of(SEED) if task.clutter and value_of(CLUTTER) else None
    scale = value_of(SCALE) / 100
    pose = similarity(degrees=value_of(DEGREES), scale=scale, right=value_of(RIGHT), down=value_of(DOWN))
    return Experiment(value_of(TASK), picture, label, others, pose, seed, invert)


def controls(task: Task) -> tuple[Control, ...]:
    """Return what there is to set."""
    return (TASK, *DIALS, *((SEED, CLUTTER) if task.clutter else ()))
