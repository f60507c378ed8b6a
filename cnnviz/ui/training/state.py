"""What the screen on training is set to, and the run that follows from it, which stays with the visit."""

import math
from dataclasses import dataclass

import streamlit as st

from cnnviz.design import Evaluated
from cnnviz.engine.results import RunView
from cnnviz.images.example_sets import EXAMPLE_SETS, PATCHES
from cnnviz.training.live.examples import POINT_SETS, image_sets, load
from cnnviz.training.live.settings import INITIALIZATIONS, OPTIMISERS, Settings
from cnnviz.ui.engine import engine
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice, Text
from cnnviz.ui.learnt_networks import follow
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.training.driver import Driver
from cnnviz.ui.training.player import RUN, begin_anew
from cnnviz.ui.words import Words

WORDS = Words("training")
FORM = Form(WORDS)
CONVOLUTIONAL = "Conv 8 5 p2, ReLU, MaxPool 2, Conv 16 5, ReLU, MaxPool 2, Flatten, Linear 10"
SMALL = "Linear 8, Tanh, Linear 8, Tanh, Linear 2"
LENET = "Conv 6 5 p2, Sigmoid, AvgPool 2, Conv 16 5, Sigmoid, AvgPool 2, Flatten, Linear 120, Sigmoid, Linear 84, Sigmoid, Linear 10"  # noqa: E501
RESIDUAL = (
    "Conv 8 3 p1, ReLU, MaxPool 2, Add [Conv 8 3 p1, ReLU, Conv 8 3 p1 | ], ReLU, MaxPool 2, "
    "Add [Conv 8 3 p1, ReLU, Conv 8 3 p1 | ], ReLU, Flatten, Linear 10"
)
NORMALISED = CONVOLUTIONAL.replace(", ReLU", ", BatchNorm2d, ReLU")
DROPPED = CONVOLUTIONAL.replace("Flatten,", "Flatten, Dropout 0.5,")
NOISE = Real("noise", 0.1, high=0.5)
OPTIMISER = Choice("optimiser", "Adam", options=tuple(OPTIMISERS), technical=True)
RATE = Choice(
    "rate", "0.003", options=("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"), technical=True
)
BATCH = Number("batch_size", 64, low=1, high=256, slider=False)
_FACTORS = ("0", "0.00001", "0.0001", "0.001", "0.01")
L1 = Choice("l1", "0", options=_FACTORS, technical=True)
L2 = Choice("l2", "0", options=_FACTORS, technical=True)
SMOOTHING = Real("label_smoothing", 0.0, high=0.5)
# When Play ends: after so many epochs in all, or with a test of which such a share is right.
STOP = Choice(
    "stop", "never", options=("never", *(f"{n}-epochs" for n in (1, 5, 20)), "0.9", "0.95", "0.97", "0.98", "0.99")
)
SEED = Number("seed", 0, high=9999, slider=False)
INITIALIZATION = Choice("initialization", "default", options=tuple(INITIALIZATIONS))
SIGMA = Choice("sigma", "0.01", options=("0.001", "0.01", "0.03", "0.1", "0.3", "1"), technical=True)
SHIFT = Number("shift", 0, high=4)
ROTATION = Real("rotation", 0.0, high=45.0, step=1.0, shown="%.0f")
FLIP = Real("flip", 0.0, high=1.0, step=0.1)
PRESETS: dict[str, Preset] = {
    "convolutional": {},
    "linear": {"net": "Flatten, Linear 10"},
    "lenet": {"net": LENET, "rate": "0.01"},
    "residual": {"net": RESIDUAL},
    "clothes": {"examples": "fashion-mnist"},
    "photos": {"examples": PATCHES},
    "circles": {"examples": "circles", "rate": "0.01"},
    "xor": {"examples": "xor", "rate": "0.01"},
    "spiral": {
        "examples": "spiral",
        "net": "Linear 16, Tanh, Linear 16, Tanh, Linear 2",
        "noise": 0.0,
        "rate": "0.01",
    },
    "batch_norm": {"net": NORMALISED},
    "dropout": {"net": DROPPED},
    "augmented": {"shift": 2, "rotation": 10.0},
    "too_fast": {"optimiser": "SGD", "rate": "1"},
}


@dataclass(frozen=True, eq=False)
class State:
    """The settings, the network's table, and the run."""

    settings: Settings
    table: Evaluated
    run: Driver
    shown: int = 0
    stop: str = "never"

    @property
    def count(self) -> int:
        """How many examples there are to learn from."""
        return self.settings.examples_used

    @property
    def epoch(self) -> int:
        """The steps of an epoch."""
        return -(-self.count // self.settings.batch_size)

    def view(self) -> RunView:
        """Return what there is to see of the run now."""
        return self.run.look(self.shown)

    def play(self) -> None:
        """Let the run go on to where it should stop, in a callback."""
        if self.stop.endswith("-epochs"):
            whole = int(self.stop.removesuffix("-epochs")) * self.epoch
            self.run.play(whole - self.run.step % whole)
        else:
            self.run.play(None, math.inf if self.stop == "never" else float(self.stop))


def examples() -> Choice:
    """Return the control of what is learnt from: what the operator's data root holds is on the list, too."""
    return Choice("examples", "mnist", ("net", "noise", "right", "said", "shown"), options=(*image_sets(), *POINT_SETS))


def has_images() -> bool:
    """Return whether it is images that are learnt from."""
    return FORM.get(examples()) not in POINT_SETS


def shown() -> Number:
    """Return the control of which test image the maps are of."""
    images = EXAMPLE_SETS.get(FORM.get(examples()))
    return Number("shown", 0, high=images.tests - 1 if images else 0, slider=False)


def net() -> Text:
    """Return the control of the network's text, whose default follows from the examples."""
    return Text("net", CONVOLUTIONAL if has_images() else SMALL)


def controls() -> tuple[AnyControl, ...]:
    """Return the settings of a run, but for the network and the rate."""
    own = (SHIFT, ROTATION, FLIP, shown()) if has_images() else (NOISE,)
    sigma = (SIGMA,) if FORM.get(INITIALIZATION) == "normal" else ()
    return examples(), OPTIMISER, BATCH, L1, L2, SMOOTHING, SEED, INITIALIZATION, *sigma, *own


def read() -> State:
    """Return the state, with the run that the visit has, or a new one for other settings; raises CnnvizError."""
    settings = Settings(
        network=FORM.get(net()),
        examples=FORM.get(examples()),
        noise=FORM.get(NOISE),
        optimiser=FORM.get(OPTIMISER),
        rate=float(FORM.get(RATE)),
        batch_size=FORM.get(BATCH),
        l1=float(FORM.get(L1)),
        l2=float(FORM.get(L2)),
        label_smoothing=FORM.get(SMOOTHING),
        seed=FORM.get(SEED),
        initialization=FORM.get(INITIALIZATION),
        sigma=float(FORM.get(SIGMA)),
        shift=FORM.get(SHIFT),
        rotation=FORM.get(ROTATION),
        flip=FORM.get(FLIP),
    )
    return State(settings, settings.checked(), _run_of(settings), FORM.get(shown()), FORM.get(STOP))


def keep(run: Driver | None) -> None:
    """Keep a run beside the next ones, in a callback; None forgets what is kept."""
    st.session_state[FORM.key("kept-run")] = run


def kept_run() -> Driver | None:
    """Return what is kept, if there is something."""
    kept: Driver | None = st.session_state.get(FORM.key("kept-run"))
    return kept


def _run_of(settings: Settings) -> Driver:
    key = FORM.key(RUN)
    run: Driver | None = st.session_state.get(key)
    if run is not None and run.is_of(settings) and (run.step or run.settings.rate == settings.rate):
        run.change_rate(settings.rate)
        return run
    begin_anew(FORM)
    # Here, and not in its first slice: a large set takes seconds to be read, in which the engine serves others.
    load(settings.examples, noise=settings.noise, seed=settings.seed)
    st.session_state[key] = made = Driver(engine(), settings)
    follow(made)
    return made
