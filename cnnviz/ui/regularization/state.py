"""What the run with weight penalties is set to, and the run, which stays with the visit."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.design import Evaluated
from cnnviz.engine.results import RunView
from cnnviz.images.example_sets import SHEETS
from cnnviz.training.live.examples import POINTS
from cnnviz.training.live.settings import Settings
from cnnviz.ui.engine import engine
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice, Switch, Text
from cnnviz.ui.number_controls import Number
from cnnviz.ui.training.driver import Driver
from cnnviz.ui.training.player import RUN, begin_anew
from cnnviz.ui.words import Words

WORDS = Words("regularization")
FORM = Form(WORDS)
EXAMPLES = Choice("examples", "mnist", ("net", "count"), options=(*SHEETS, "circles", "xor", "spiral"))
_FACTORS = ("0", "0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03")
L1 = Choice("l1", "0", options=_FACTORS, technical=True)
L2 = Choice("l2", "0", options=_FACTORS, technical=True)
THRESHOLD = Switch("threshold", True)
RATE = Choice("rate", "0.1", options=("0.01", "0.03", "0.1", "0.3"), technical=True)
SEED = Number("seed", 0, high=9999, slider=False)
_POINTS = {"examples": "xor"}
PRESETS: dict[str, Preset] = {
    "none": {},
    "l1": {"l1": "0.001"},
    "l1_gradient": {"l1": "0.001", "threshold": False},
    "l2": {"l2": "0.01"},
    "elastic": {"l1": "0.001", "l2": "0.003"},
    "dropout": {"net": "Flatten, Linear 64, ReLU, Dropout 0.5, Linear 10"},
    "points": _POINTS,
    "points_l1": {**_POINTS, "l1": "0.003"},
    "points_l2": {**_POINTS, "l2": "0.003"},
}
_IMAGES_NET, _POINTS_NET = "Flatten, Linear 64, ReLU, Linear 10", "Linear 40, ReLU, Linear 40, ReLU, Linear 2"
_NOISE = 0.3  # of points: enough for a network to learn the noise


@dataclass(frozen=True, eq=False)
class State:
    """The settings, the network's table, and the run."""

    settings: Settings
    table: Evaluated
    run: Driver

    @property
    def epoch(self) -> int:
        """The steps of an epoch."""
        return -(-self.settings.count // self.settings.batch_size)

    def view(self) -> RunView:
        """Return what there is to see of the run now."""
        return self.run.look()


def count() -> Number:
    """Return the control of how many examples there are, whose range follows from them."""
    images = FORM.get(EXAMPLES) in SHEETS
    return Number("count", 200 if images else 60, low=20, high=1000 if images else POINTS)


def net() -> Text:
    """Return the control of the network's text, whose default follows from the examples."""
    return Text("net", _IMAGES_NET if FORM.get(EXAMPLES) in SHEETS else _POINTS_NET)


def controls() -> tuple[AnyControl, ...]:
    """Return the settings of a run but for its network."""
    threshold = (THRESHOLD,) if FORM.get(L1) != "0" else ()
    return L1, L2, EXAMPLES, count(), RATE, SEED, *threshold


def read() -> State:
    """Return the state, with the run that the visit has, or a new one for other settings; raises CnnvizError."""
    l1 = float(FORM.get(L1))
    settings = Settings(
        network=FORM.get(net()),
        examples=FORM.get(EXAMPLES),
        noise=_NOISE,
        optimiser="SGD",
        rate=float(FORM.get(RATE)),
        batch_size=20,
        l1=l1,
        l2=float(FORM.get(L2)),
        seed=FORM.get(SEED),
        count=FORM.get(count()),
        proximal=bool(l1) and FORM.get(THRESHOLD),
    )
    return State(settings, settings.checked(), _run_of(settings))


def before() -> tuple[Settings, RunView] | None:
    """Return the run before this one, if there was one on the same examples."""
    kept: tuple[Settings, RunView] | None = st.session_state.get(FORM.key("before"))
    return kept


def _run_of(settings: Settings) -> Driver:
    key = FORM.key(RUN)
    run: Driver | None = st.session_state.get(key)
    if run is not None and run.settings == settings:
        return run
    if run is not None and run.step:
        st.session_state[FORM.key("before")] = run.settings, run.look()
    begin_anew(FORM)
    st.session_state[key] = made = Driver(engine(), settings)
    return made
