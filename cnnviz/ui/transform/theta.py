"""Theta as a person sets it: one text in the link, shown as six numbers and as rotation, scale, shear and shift."""

import math
from dataclasses import dataclass, replace

import streamlit as st

from cnnviz.arithmetic.affine import Theta
from cnnviz.arithmetic.pose import Pose, pose_of
from cnnviz.ui.linked import linked, put

KEY = "theta"
PLACES, MOST = 6, 10.0
# The box's pose on a canvas of this side has lengths as theta has them: the input runs from -1 to 1.
SIDE = 2
DEFAULT_POSE = Pose(degrees=25.0, scale=(0.7, 0.7))
_POSE = "theta-pose"


@dataclass(frozen=True)
class Amount:
    """A slider from `low` to `high`: what it is called, and which amount of the box's Pose it is, `axis` of a pair."""

    name: str
    label: str
    low: float
    high: float
    step: float
    axis: int | None = None

    @property
    def key(self) -> str:
        """Return the widget's key."""
        return f"theta-{self.name}-{self.axis or 0}"

    def of(self, pose: Pose) -> float:
        """Return its value."""
        amounts = {
            "rotation": (0.0 - pose.degrees,),
            "shear": (pose.shear,),
            "scale": pose.scale,
            "shift": (pose.right, pose.down),
        }
        return float(amounts[self.name][self.axis or 0])

    def put_in(self, pose: Pose, value: float) -> Pose:
        """Return the pose with another value of it."""
        if self.name == "rotation":
            return replace(pose, degrees=0.0 - value)
        if self.name == "shear":
            return replace(pose, shear=value)
        if self.name == "shift":
            return replace(pose, down=value) if self.axis else replace(pose, right=value)
        return replace(pose, scale=(pose.scale[0], value) if self.axis else (value, pose.scale[1]))


SLIDERS = (
    Amount("rotation", "Rotation of the box, degrees clockwise", -180.0, 180.0, 1.0),
    Amount("shear", "Shear", -2.0, 2.0, 0.05),
    Amount("scale", "Width of the box", -2.0, 2.0, 0.05, 0),
    Amount("scale", "Height of the box", -2.0, 2.0, 0.05, 1),
    Amount("shift", "Shift right", -1.5, 1.5, 0.05, 0),
    Amount("shift", "Shift down", -1.5, 1.5, 0.05, 1),
)


def tidy(theta: Theta) -> Theta:
    """Return theta as it is kept: six decimal places, within MOST, no negative zero."""
    a, b, c, d, e, f = (round(min(max(number, -MOST), MOST), PLACES) + 0.0 for number in theta)
    return a, b, c, d, e, f


def made_of(pose: Pose) -> Theta:
    """Return the tidy theta of a box."""
    return tidy(pose.box(SIDE))


def written(theta: Theta) -> str:
    """Return theta as the link holds it."""
    return ",".join(f"{number:.8g}" for number in theta)


def parse(text: str) -> Theta | None:
    """Return the theta that a link holds, None if it holds none."""
    try:
        a, b, c, d, e, f = map(float, text.split(","))
    except ValueError:
        return None
    theta = (a, b, c, d, e, f)
    return tidy(theta) if all(map(math.isfinite, theta)) else None


DEFAULT = made_of(DEFAULT_POSE)


def current() -> Theta:
    """Return theta: the link's, else the session's, else the default. Call it once a run, before it is drawn."""
    theta = parse(linked(KEY, written(DEFAULT)))
    if theta is None:
        keep(DEFAULT)
        linked(KEY, written(DEFAULT))
    return theta or DEFAULT


def keep(theta: Theta) -> None:
    """Give theta another value, in a callback."""
    put(KEY, written(tidy(theta)))


def keep_pose(pose: Pose) -> None:
    """Give theta the value of a box, in a callback, and remember the box: a mirror has several."""
    theta = made_of(pose)
    keep(theta)
    st.session_state[_POSE] = written(theta), pose


def pose(theta: Theta) -> Pose:
    """Return the box of theta: what was set by the sliders, as long as theta is still that, else what it comes to."""
    text, known = st.session_state.get(_POSE, (written(DEFAULT), DEFAULT_POSE))
    return known if text == written(theta) else pose_of(theta, SIDE)


def show_sliders(theta: Theta) -> None:
    """Draw the sliders in pairs; one beyond its end stands at it, and keeps its value while another is moved."""
    now = pose(theta)

    def slid(amount: Amount) -> None:
        keep_pose(amount.put_in(now, float(st.session_state[amount.key])))

    boxes = st.columns(2, gap="medium")
    for number, amount in enumerate(SLIDERS):
        shown = round(min(max(amount.of(now), amount.low), amount.high), 4)
        if st.session_state.get(amount.key) != shown:
            st.session_state[amount.key] = shown
        boxes[number % 2].slider(
            amount.label,
            amount.low,
            amount.high,
            step=amount.step,
            format="%.0f" if amount.step == 1 else "%.2f",
            key=amount.key,
            on_change=slid,
            args=(amount,),
        )


def show_numbers(theta: Theta) -> None:
    """Draw the six numbers as the matrix has them, two rows of three."""

    def typed(place: int) -> None:
        numbers = list(theta)
        numbers[place] = float(st.session_state[f"theta-number-{place}"])
        a, b, c, d, e, f = numbers
        keep((a, b, c, d, e, f))

    for row in range(2):
        with st.container(horizontal=True, gap="small"):
            for column in range(3):
                place = 3 * row + column
                key = f"theta-number-{place}"
                if st.session_state.get(key) != theta[place]:
                    st.session_state[key] = theta[place]
                st.number_input(
                    "θ" + "₁₂"[row] + "₁₂₃"[column],
                    -MOST,
                    MOST,
                    step=0.05,
                    format="%.4f",
                    key=key,
                    on_change=typed,
                    args=(place,),
                    width=104,
                )
