"""What the screen on connectivity asks for, and what follows: the numbers, the request, the counts of weights."""

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import layer
from cnnviz.arithmetic.connectivity import STEPS, Connections, connections
from cnnviz.engine.requests import Connect, Numbers
from cnnviz.images.kernels import KERNELS, kernel_values
from cnnviz.images.small_inputs import input_values
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number
from cnnviz.ui.words import Words

WORDS = Words("connectivity")
FORM = Form(WORDS)
STEP = Choice("step", "shared", options=STEPS)
AXES = Choice("axes", "one axis", ("size", "kernel_size", "stride"), ("one axis", "two axes"))
INPUT = Choice("input", "random", options=("random", "digit", "edge"))
KERNEL = Choice("weights", "random", options=KERNELS)
# Counts at the size of an image, and what is shown on a digit.
CHANNELS_IN = Number("c_in", 3, low=1, high=4096, reach=512)
CHANNELS_OUT = Number("c_out", 10, low=1, high=4096, reach=512)
SIDE = Number("side", 32, low=1, high=4096, reach=256)
SIDE_OF_KERNEL = Number("k", 5, low=1, high=99, reach=11)
REAL = (CHANNELS_IN, CHANNELS_OUT, SIDE, SIDE_OF_KERNEL)
FIRST = Choice("first", "Sobel x", options=KERNELS, labels=KERNEL.name)
SECOND = Choice("second", "Gaussian blur", options=KERNELS, labels=KERNEL.name)
DIGIT = Number("digit", 32, low=0, high=99)
# Connections to start from: the lecture's three steps, then the same with neighbours above and below.
PRESETS: dict[str, Preset] = {
    "all": {"step": "all"},
    "local": {"step": "local"},
    "shared": {},
    "two": {"axes": "two axes"},
    "edges": {"axes": "two axes", "size": 5, "input": "edge", "weights": "Sobel x"},
}


def sliders(axes: str) -> tuple[Number, Number, Number]:
    """Return size, kernel size and stride of an input over one or two axes, first at the lecture's example."""
    one = axes == "one axis"
    return (
        Number("size", 7 if one else 4, low=1, high=12 if one else 5),
        Number("kernel_size", 3 if one else 2, low=1, high=7 if one else 5),
        Number("stride", 2 if one else 1, low=1, high=4),
    )


@dataclass(frozen=True, eq=False)
class State:
    """One state of the screen: `inputs` (*S), `outputs` the size that the windows give, `weights` those of the step."""

    step: str
    kernel_size: int
    stride: int
    inputs: NDArray[np.float32]
    outputs: tuple[int, ...]
    weights: NDArray[np.float32]

    @property
    def axes(self) -> int:
        """Over how many axes the input goes."""
        return self.inputs.ndim

    @property
    def connections(self) -> Connections:
        """How many inputs, outputs and weights there are."""
        return connections(self.inputs.shape, self.outputs, (self.kernel_size,) * self.axes)

    def request(self) -> Connect:
        """Return the question for the engine."""
        return Connect(self.step, Numbers.of(self.inputs), Numbers.of(self.weights), self.stride)


def read() -> State:
    """Return what the form says; raises ShapeError where no window fits."""
    step, axes, name = FORM.get(STEP), FORM.get(AXES), FORM.get(KERNEL)
    size, kernel_size, stride = (FORM.get(each) for each in sliders(axes))
    rank = 1 if axes == "one axis" else 2
    shape = layer(f"Conv{rank}d", (1, 1, *(size,) * rank), out_channels=1, kernel_size=kernel_size, stride=stride)
    inputs, outputs = input_values(FORM.get(INPUT), 1, size, rank, None)[0], shape.output_size[2:]
    count, kernel = prod(outputs), (kernel_size,) * rank
    own = {"all": (count, *inputs.shape), "local": (count, *kernel)}
    if step == "shared" and name != "random":
        weights = kernel_values(name, 1, 1, kernel_size, rank)[0, 0]
    else:
        # None is 0, or a weight would look like no connection.
        weights = np.random.default_rng(3).choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], own.get(step, kernel))
    return State(step, kernel_size, stride, inputs.astype(np.float32), outputs, weights.astype(np.float32))
