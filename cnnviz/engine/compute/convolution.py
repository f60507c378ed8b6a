"""Convolutions of numbers that are given outright. They need no model."""

from dataclasses import fields
from typing import Any

from cnnviz.engine.compute.inputs import tensor
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Convolve, ConvolvePhoto, LearnKernel
from cnnviz.engine.results import Probed
from cnnviz.probes.convolution import Convolved, ConvolvedPhoto, Learned, convolved, convolved_photo
from cnnviz.probes.convolution import learned as learned_kernels

_GIVEN = ("kind", "inputs", "weights", "bias", "picture", "kernel")


@computes(Convolve)
def convolve(request: Convolve, run: Run) -> Probed[Convolved]:
    """Return the output, computed on the CPU: a GPU would be slower for so little, and by default less exact."""
    bias = None if request.bias is None else tensor(request.bias)
    given = request.kind, tensor(request.inputs), tensor(request.weights), bias
    return Probed(convolved(*given, **_settings(request)), "cpu", "")


@computes(ConvolvePhoto)
def photo(request: ConvolvePhoto, run: Run) -> Probed[ConvolvedPhoto]:
    """Return the picture before and after."""
    kernel = tensor(request.kernel).to(run.device)
    return Probed(convolved_photo(request.picture.pixels, kernel, **_settings(request)), str(run.device), run.note)


@computes(LearnKernel)
def learned(request: LearnKernel, run: Run) -> Probed[Learned]:
    """Return what is learned, on the CPU for the same reason."""
    return Probed(learned_kernels(tensor(request.kernel)), "cpu", "")


def _settings(request: Convolve | ConvolvePhoto) -> dict[str, Any]:
    return {each.name: getattr(request, each.name) for each in fields(request) if each.name not in _GIVEN}
