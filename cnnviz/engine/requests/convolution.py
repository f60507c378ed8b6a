"""Convolutions of numbers that are given outright."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import Numbers, Picture, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.convolution import Convolved, ConvolvedPhoto, Learned


@dataclass(frozen=True)
class Convolve(Request["Probed[Convolved]"]):
    """A convolution of given numbers: `inputs` (C_in, ...), `weights` in the order of torch's layer `kind`."""

    kind: str
    inputs: Numbers
    weights: Numbers
    bias: Numbers | None = None
    stride: int = 1
    padding: int | str = 0
    padding_mode: str = "zeros"
    dilation: int = 1
    groups: int = 1
    output_padding: int = 0
    flip: bool = False


@dataclass(frozen=True)
class ConvolvePhoto(Request["Probed[ConvolvedPhoto]"]):
    """A picture before and after one kernel (k_h, k_w) went over each of its colours."""

    picture: Picture
    kernel: Numbers
    stride: int = 1
    padding: int | str = 0
    padding_mode: str = "zeros"
    dilation: int = 1
    flip: bool = False


@dataclass(frozen=True)
class LearnKernel(Request["Probed[Learned]"]):
    """What cross-correlation and true convolution learn from the answers of one kernel (k_h, k_w)."""

    kernel: Numbers
