"""What the screen on connectivity asks for, and what follows: the numbers, the requests, the counts of weights."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import layer
from cnnviz.engine.requests import Connect, Numbers
from cnnviz.errors import ShapeError
from cnnviz.images.kernels import KERNELS, kernel_values
from cnnviz.images.small_inputs import input_values
from cnnviz.ui.controls import Choice, Control, Dial, value_of

STEPS = ("all", "local", "shared")
STEP = Choice("step", "Step", STEPS, "shared")
AXES = Choice("axes", "Input over", ("one axis", "two axes"), "one axis")
INPUT = Choice("input", "Input", ("random", "digit", "edge"), "random")
# Connections to start from: the lecture's three steps, then the same with neighbours above and below.
PRESETS: dict[str, dict[str, Any]] = {
    "1 · all connections": {"step": "all"},
    "2 · local": {"step": "local"},
    "3 · local and shared": {},
    "Two axes": {"axes": "two axes"},
    "An edge detector": {"axes": "two axes", "size": 5, "input": "edge", "weights": "Sobel x"},
}


def controls(axes: str) -> tuple[Control, ...]:
    """Return the dials of an input over one or two axes, first at the lecture's example."""
    if axes == "one axis":
        return (
            Dial("size", "Inputs", 1, 12, 12, 7),
            Dial("kernel_size", "Kernel size", 1, 7, 7, 3),
            Dial("stride", "Stride", 1, 4, 4, 2),
            Choice("weights", "Kernel", KERNELS, "random"),
        )
    return (
        Dial("size", "Height = width", 1, 5, 5, 4),
        Dial("kernel_size", "Kernel size", 1, 5, 5, 2),
        Dial("stride", "Stride", 1, 4, 4, 1),
        Choice("weights", "Kernel", KERNELS, "random"),
    )


@dataclass(frozen=True, eq=False)
class Experiment:
    """One state of the screen: `inputs` (*S), `outputs` the size that the windows give, `weights` those of the step."""

    step: str
    kernel_size: int
    stride: int
    inputs: NDArray[np.float64]
    outputs: tuple[int, ...]
    weights: NDArray[np.float64]

    @property
    def axes(self) -> int:
        """Return over how many axes the input goes."""
        return self.inputs.ndim

    @property
    def taps(self) -> int:
        """Return how many inputs a window has."""
        return int(self.kernel_size**self.axes)

    def counts(self) -> dict[str, int]:
        """Return how many weights each step has, and "one", a single output that is connected with all inputs."""
        read, made = self.inputs.size, prod(self.outputs)
        shared = layer(
            f"Conv{self.axes}d",
            (1, 1, *self.inputs.shape),
            out_channels=1,
            kernel_size=self.kernel_size,
            stride=self.stride,
            bias=False,
        )
        one, every = (layer("Linear", (1, read), out_features=count, bias=False).weights for count in (1, made))
        return {"one": one, "all": every, "local": made * self.taps, "shared": shared.weights}

    def request(self) -> Connect:
        """Return the question for the engine."""
        return Connect(self.step, Numbers.of(self.inputs), Numbers.of(self.weights), self.stride)


def experiment() -> Experiment:
    """Return what the controls make; raises ShapeError where no window fits."""
    axes = value_of(AXES)
    chosen = {control.key: value_of(control) for control in controls(axes)}
    return made(value_of(STEP), axes, value_of(INPUT), **chosen)


def made(step: str, axes: str, name: str, *, size: int, kernel_size: int, stride: int, weights: str) -> Experiment:
    """Return the experiment of the controls' values; raises ShapeError."""
    rank = 1 if axes == "one axis" else 2
    shape = layer(f"Conv{rank}d", (1, 1, *(size,) * rank), out_channels=1, kernel_size=kernel_size, stride=stride)
    inputs, outputs = input_values(name, 1, size, rank, None)[0], shape.output_size[2:]
    count, kernel = prod(outputs), (kernel_size,) * rank
    own = {"all": (count, *inputs.shape), "local": (count, *kernel)}
    if step == "shared" and weights != "random":
        numbers = kernel_values(weights, 1, 1, kernel_size, rank)[0, 0]
    else:
        # None is 0, or a weight would look like no connection.
        numbers = np.random.default_rng(3).choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], own.get(step, kernel))
    return Experiment(step, kernel_size, stride, inputs, outputs, numbers)


REAL = (
    Dial("c_in", "Channels in", 1, 512, 4096, 3),
    Dial("c_out", "Channels out", 1, 512, 4096, 10),
    Dial("side", "Image height = width", 1, 256, 4096, 32),
    Dial("k", "Kernel height = width", 1, 11, 99, 5),
)


def real_counts() -> dict[str, int]:
    """Return the weights of each step at the size of an image, and the numbers that they come from.

    Outputs are as large as the input, as padding makes them. Raises ShapeError where the padded kernel does not fit.
    """
    c_in, c_out, side, k = (value_of(dial) for dial in REAL)
    if not k % 2:
        raise ShapeError(f"The kernel is {k}; only an odd one leaves the image's size with the same padding all round.")
    size = 1, c_in, side, side
    shared = layer("Conv2d", size, out_channels=c_out, kernel_size=k, padding=k // 2, bias=False)
    outputs = prod(shared.output_size)
    every = layer("Linear", (1, prod(size)), out_features=outputs, bias=False).weights
    return {
        "c_in": c_in,
        "c_out": c_out,
        "side": side,
        "k": k,
        "inputs": prod(size),
        "outputs": outputs,
        "all": every,
        "local": outputs * c_in * k * k,
        "shared": shared.weights,
    }
