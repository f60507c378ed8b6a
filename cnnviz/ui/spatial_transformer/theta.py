"""Theta as a person sets it: one text in the link, drawn as six numbers and as rotation, scale, shear and shift."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from cnnviz.arithmetic.affine import Theta
from cnnviz.arithmetic.pose import Pose, pose_of
from cnnviz.components.kept import draw_kept, forget
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Binding, Control

PLACES, MOST = 6, 10.0
# A box has lengths as theta has them on a canvas of this side: the input runs from -1 to 1.
SIDE = 2
NAMES = ("θ₁₁", "θ₁₂", "θ₁₃", "θ₂₁", "θ₂₂", "θ₂₃")


def tidy(theta: Theta) -> Theta:
    """Return theta as a link holds it: six decimal places, within MOST, no negative zero."""
    a, b, c, d, e, f = (round(min(max(number, -MOST), MOST), PLACES) + 0.0 for number in theta)
    return a, b, c, d, e, f


def made_of(box: Pose) -> Theta:
    """Return the tidy theta of a box in this pose."""
    return tidy(box.box(SIDE))


@dataclass(frozen=True)
class ThetaControl(Control[Theta]):
    """Six numbers, drawn as the matrix has them, two rows of three."""

    step: float = 0.05

    def parse(self, text: str) -> Theta | None:
        """Return the theta if the text is six finite numbers."""
        try:
            a, b, c, d, e, f = map(float, text.split(","))
        except ValueError:
            return None
        theta = (a, b, c, d, e, f)
        return tidy(theta) if all(map(math.isfinite, theta)) else None

    def allowed(self) -> str:
        """Return the names of the six."""
        return ", ".join(NAMES)

    def draw(self, bound: Binding, value: Theta) -> None:
        """Draw the six numbers."""

        def draw(place: int) -> None:
            key = f"{bound.key}-{place}"

            def typed() -> None:
                forget(key)
                numbers = [st.session_state[f"{bound.key}-{each}"] for each in range(6)]
                if numbers[place] is None:
                    numbers[place] = value[place]
                st.session_state[bound.key] = tidy((*map(float, numbers),))  # type: ignore[arg-type]
                bound.changed(bound.key)

            bound.show(key, value[place])
            st.number_input(
                NAMES[place], -MOST, MOST, step=self.step, format="%.4f", key=key, on_change=typed, width=104
            )

        for row in (0, 3):
            with st.container(horizontal=True, gap="small"):
                for place in range(row, row + 3):
                    draw_kept(value[place], partial(draw, place), f"{bound.key}-{place}")


@dataclass(frozen=True)
class Slider:
    """A slider from `low` to `high`: its name among the labels, and which amount of a box's pose it is."""

    name: str
    low: float
    high: float
    step: float
    of: Callable[[Pose], float]
    put_in: Callable[[Pose, float], Pose]


SLIDERS = (
    Slider("rotation", -180.0, 180.0, 1.0, lambda box: 0.0 - box.degrees, lambda box, x: replace(box, degrees=0.0 - x)),
    Slider("shear", -2.0, 2.0, 0.05, lambda box: box.shear, lambda box, x: replace(box, shear=x)),
    Slider(
        "box_width", -2.0, 2.0, 0.05, lambda box: box.scale[0], lambda box, x: replace(box, scale=(x, box.scale[1]))
    ),
    Slider(
        "box_height", -2.0, 2.0, 0.05, lambda box: box.scale[1], lambda box, x: replace(box, scale=(box.scale[0], x))
    ),
    Slider("shift_right", -1.5, 1.5, 0.05, lambda box: box.right, lambda box, x: replace(box, right=x)),
    Slider("shift_down", -1.5, 1.5, 0.05, lambda box: box.down, lambda box, x: replace(box, down=x)),
)


def draw_sliders(form: Form, control: ThetaControl, known: Mapping[Theta, Pose]) -> None:
    """Draw theta as sliders; one beyond its end stands at it, and keeps its value while another is moved.

    `known` says whose box a theta is where several poses have it, as of a mirror; so does what was slid last.
    """
    kept = form.key("pose")

    def box() -> Pose:
        theta = form.get(control)
        slid_to, last = st.session_state.get(kept, (None, None))
        pose: Pose = last if slid_to == theta else known.get(theta) or pose_of(theta, SIDE)
        return pose

    def slid(slider: Slider, key: str) -> None:
        forget(key)
        changed = slider.put_in(box(), float(st.session_state[key]))
        st.session_state[kept] = made_of(changed), changed
        form.set(control, made_of(changed))

    def draw(slider: Slider, key: str, shown: float) -> None:
        if st.session_state.get(key) != shown:
            st.session_state[key] = shown
        st.slider(
            form.words.label(slider.name),
            slider.low,
            slider.high,
            step=slider.step,
            format="%.0f" if slider.step == 1 else "%.2f",
            key=key,
            on_change=slid,
            args=(slider, key),
        )

    now = box()
    with form.grid("pose", 2):
        for slider in SLIDERS:
            key = form.key(slider.name)
            shown = round(min(max(slider.of(now), slider.low), slider.high), 4)
            draw_kept(shown, partial(draw, slider, key, shown), key)
