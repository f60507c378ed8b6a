"""Theta as a person sets it: one text in the link, drawn as six numbers and as rotation, scale, shear and shift."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cnnviz.arithmetic.affine import Amounts, Theta, amounts_of, composed
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Binding, Control, written

PLACES, MOST = 6, 10.0
NAMES = ("θ₁₁", "θ₁₂", "θ₁₃", "θ₂₁", "θ₂₂", "θ₂₃")


def tidy(theta: Theta) -> Theta:
    """Return theta as a link holds it: six decimal places, within MOST, no negative zero."""
    a, b, c, d, e, f = (round(min(max(number, -MOST), MOST), PLACES) + 0.0 for number in theta)
    return a, b, c, d, e, f


def made_of(amounts: Amounts) -> Theta:
    """Return the tidy theta of amounts."""
    return tidy(composed(rotation=amounts.rotation, scale=amounts.scale, shear=amounts.shear, shift=amounts.shift))


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
        """Return an example."""
        return written(self.default)

    def draw(self, bound: Binding, value: Theta) -> None:
        """Draw the six numbers."""

        def typed() -> None:
            numbers = [st.session_state[f"{bound.key}-{place}"] for place in range(6)]
            a, b, c, d, e, f = (old if new is None else float(new) for new, old in zip(numbers, value, strict=True))
            st.session_state[bound.key] = tidy((a, b, c, d, e, f))
            bound.changed(bound.key)

        for row in (0, 3):
            with st.container(horizontal=True, gap="small"):
                for place in range(row, row + 3):
                    key = f"{bound.key}-{place}"
                    bound.show(key, value[place])
                    st.number_input(
                        NAMES[place], -MOST, MOST, step=self.step, format="%.4f", key=key, on_change=typed, width=104
                    )


@dataclass(frozen=True)
class Amount:
    """A slider from `low` to `high`: its name among the labels, and which of the Amounts it is, `axis` of a pair."""

    name: str
    of: str
    low: float
    high: float
    step: float
    axis: int | None = None

    def value(self, amounts: Amounts) -> float:
        """Return its value."""
        value = getattr(amounts, self.of)
        return float(value if self.axis is None else value[self.axis])

    def put_in(self, amounts: Amounts, value: float) -> Amounts:
        """Return the amounts with another value of it."""
        changed: Any = value
        if self.axis is not None:
            pair = list(getattr(amounts, self.of))
            pair[self.axis] = value
            changed = tuple(pair)
        return replace(amounts, **{self.of: changed})


SLIDERS = (
    Amount("rotation", "rotation", -180.0, 180.0, 1.0),
    Amount("shear", "shear", -2.0, 2.0, 0.05),
    Amount("box_width", "scale", -2.0, 2.0, 0.05, 0),
    Amount("box_height", "scale", -2.0, 2.0, 0.05, 1),
    Amount("shift_right", "shift", -1.5, 1.5, 0.05, 0),
    Amount("shift_down", "shift", -1.5, 1.5, 0.05, 1),
)


def draw_sliders(form: Form, control: ThetaControl, known: Mapping[Theta, Amounts]) -> None:
    """Draw theta as sliders; one beyond its end stands at it, and keeps its value while another is moved.

    `known` says what makes a theta where several amounts do, as of a mirror; so does what was slid last.
    """
    theta, kept = form.get(control), form.key("amounts")
    slid_to, last = st.session_state.get(kept, (None, None))
    now: Amounts = last if slid_to == theta else known.get(theta) or amounts_of(theta)

    def slid(amount: Amount, key: str) -> None:
        changed = amount.put_in(now, float(st.session_state[key]))
        st.session_state[kept] = made_of(changed), changed
        form.set(control, made_of(changed))

    boxes = st.columns(2, gap="medium")
    for number, amount in enumerate(SLIDERS):
        key = form.key(amount.name)
        shown = round(min(max(amount.value(now), amount.low), amount.high), 4)
        if st.session_state.get(key) != shown:
            st.session_state[key] = shown
        boxes[number % 2].slider(
            form.words.label(amount.name),
            amount.low,
            amount.high,
            step=amount.step,
            format="%.0f" if amount.step == 1 else "%.2f",
            key=key,
            on_change=slid,
            args=(amount, key),
        )
