"""What the part on sets of numbers asks for: a small batch, the way it is normalised, gamma and beta."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.normalization import GRIDS
from cnnviz.engine.requests import Normalize, Numbers, UndoNorm
from cnnviz.ui.cell_edits import Edits, edited, edits
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice
from cnnviz.ui.number_controls import Number
from cnnviz.ui.words import Words

WORDS = Words("normalization")
FORM = Form(WORDS)
_PARAMETERS = (Edits.of("gamma").name, Edits.of("beta").name)
_ANEW = (Edits.of("input").name, *_PARAMETERS, "at")
KIND = Choice("kind", "images", _ANEW, ("images", "vectors"), style="buttons")
WAY = Choice("way", "batch", options=("batch", "layer", "instance", "group"), style="buttons")
VALUES = Choice("values", "random", _ANEW, ("random", "bright image", "strong channel"))
AFFINE = Choice("affine", "1 and 0", _PARAMETERS, ("1 and 0", "undo"))
EPS = Choice("eps", "1e-05", options=("1e-05", "0.001", "0.1", "1"))
IMAGES = Number("images", 3, _ANEW, low=1, high=4)
CHANNELS = Number("channels", 4, _ANEW, low=1, high=6)
SIZE = Number("size", 3, _ANEW, low=1, high=4)
FEATURES = Number("features", 6, _ANEW, low=1, high=12)
GROUPS = Number("groups", 2, low=1, high=6)
# Batches to start from: one for each thing that there is to see.
PRESETS: dict[str, Preset] = {
    "batch": {},
    "layer": {"way": "layer"},
    "instance": {"way": "instance"},
    "group": {"way": "group"},
    "vectors": {"kind": "vectors"},
    "vectors_layer": {"kind": "vectors", "way": "layer"},
    "bright": {"values": "bright image", "way": "instance"},
    "undo": {"affine": "undo"},
    "alone": {"kind": "vectors", "images": 1},
}
_LARGEST = (4, 12, 4, 4)


@dataclass(frozen=True, eq=False)
class State:
    """One state of the part: `inputs` (N, C, H, W) or (N, D), `gamma` and `beta` one a channel."""

    way: str
    groups: int
    eps: float
    inputs: NDArray[np.float32]
    gamma: tuple[float, ...]
    beta: tuple[float, ...]

    @property
    def are_images(self) -> bool:
        """Whether it is a batch of images, and not of vectors."""
        return self.inputs.ndim == 4

    @property
    def layer(self) -> str:
        """Torch's layer that does the same, as a call."""
        channels, shape, eps = self.inputs.shape[1], list(self.inputs.shape[1:]), f"eps={self.eps:g}"
        rank = "2d" if self.are_images else "1d"
        return {
            "batch": f"nn.BatchNorm{rank}({channels}, {eps}, affine=False)",
            "layer": f"nn.LayerNorm({shape}, {eps}, elementwise_affine=False)",
            "instance": f"nn.InstanceNorm{rank}({channels}, {eps})",
            "group": f"nn.GroupNorm({self.groups}, {channels}, {eps}, affine=False)",
        }[self.way]

    def request(self) -> Normalize:
        """Return the question for the engine."""
        return Normalize(self.way, Numbers.of(self.inputs), self.gamma, self.beta, self.groups, self.eps)


def way() -> Choice:
    """Return the choice of a way; vectors have no positions to take alone."""
    options = WAY.options if FORM.get(KIND) == "images" else WAY.options[:2]
    return Choice(WAY.name, WAY.default, WAY.resets, options, WAY.style)


def controls() -> tuple[AnyControl, ...]:
    """Return what can be set beside the kind and the way, as far as it has a meaning."""
    images = FORM.get(KIND) == "images"
    sizes = (IMAGES, CHANNELS, SIZE) if images else (IMAGES, FEATURES)
    chosen = FORM.get(way())
    # Only batch normalisation has one mean for each channel, as there is one beta.
    return (*sizes, *((GROUPS,) if chosen == "group" else ()), VALUES, EPS, *((AFFINE,) if chosen == "batch" else ()))


def read() -> State | None:
    """Return what the form says, None after an error was shown."""
    chosen, eps = FORM.get(way()), float(FORM.get(EPS))
    size = FORM.get(SIZE)
    shape = (FORM.get(IMAGES), FORM.get(CHANNELS), size, size)
    if FORM.get(KIND) == "vectors":
        shape = (FORM.get(IMAGES), FORM.get(FEATURES), 1, 1)
    values = _values(FORM.get(VALUES))[tuple(slice(each) for each in shape)]
    inputs = edited(FORM, "input", values if FORM.get(KIND) == "images" else values[..., 0, 0])
    gamma, beta = [1.0] * shape[1], [0.0] * shape[1]
    if chosen == "batch" and FORM.get(AFFINE) == "undo":
        answer = ask(UndoNorm(Numbers.of(inputs), eps))
        if answer is None:
            return None
        gamma, beta = (each.tolist() for each in answer.found)
    for name, numbers in (("gamma", gamma), ("beta", beta)):
        for at, value in edits(FORM.get(Edits.of(name))).items():
            if at < len(numbers):
                numbers[at] = value
    return State(chosen, FORM.get(GROUPS) if chosen == "group" else 1, eps, inputs, tuple(gamma), tuple(beta))


def pinned_cell(state: State, statistics: int) -> tuple[str, int]:
    """Return the pinned cell, without a word in the link a number in the middle of image 0."""
    name, _, index = (FORM.text("at") or "").partition(".")
    count, channels = state.inputs.size, state.inputs.shape[1]
    sizes = dict(zip(GRIDS, (count, statistics, statistics, channels, channels, count), strict=True))
    if name in sizes and index.isdecimal() and int(index) < sizes[name]:
        return name, int(index)
    return "input", state.inputs[0].size // 2


def _values(name: str) -> NDArray[np.float32]:
    """Return whole numbers of which every batch is a corner, so that a smaller one keeps its numbers."""
    values = np.random.default_rng(5).integers(0, 10, _LARGEST)
    if name == "bright image":
        values[0] += 20
    if name == "strong channel":
        values[:, 1] = 5 * values[:, 1] + 30
    return values.astype(np.float32)
