"""Requests about convolutions of given numbers: Convolve, ConvolvePhoto and LearnKernel. They need no model."""

from dataclasses import fields
from typing import Any

import torch
from torch import Tensor

from cnnviz.engine.requests import Convolve, ConvolvePhoto, LearnKernel, Numbers
from cnnviz.engine.results import Probed
from cnnviz.engine.run import Row, Run
from cnnviz.probes.convolution import Convolved, ConvolvedPhoto, Learned, convolved, convolved_photo
from cnnviz.probes.convolution import learned as learned_kernels

_GIVEN = ("kind", "inputs", "weights", "bias", "picture", "kernel")


def convolve(request: Convolve, run: Run) -> Probed[Convolved]:
    """Return the output, computed on the CPU: a GPU would be slower for so little, and by default less exact."""
    bias = None if request.bias is None else _tensor(request.bias)
    given = request.kind, _tensor(request.inputs), _tensor(request.weights), bias
    return Probed(convolved(*given, **_settings(request)), "cpu", "")


def photo(request: ConvolvePhoto, run: Run) -> Probed[ConvolvedPhoto]:
    """Return the picture before and after."""
    kernel = _tensor(request.kernel).to(run.device)
    return Probed(convolved_photo(request.picture.pixels, kernel, **_settings(request)), str(run.device), run.note)


def learned(request: LearnKernel, run: Run) -> Probed[Learned]:
    """Return what is learned, on the CPU for the same reason."""
    return Probed(learned_kernels(_tensor(request.kernel)), "cpu", "")


def _settings(request: Convolve | ConvolvePhoto) -> dict[str, Any]:
    return {each.name: getattr(request, each.name) for each in fields(request) if each.name not in _GIVEN}


def _tensor(numbers: Numbers) -> Tensor:
    # torch.tensor copies: the bytes of a request are read-only.
    return torch.tensor(numbers.array)


ROWS: dict[type, Row] = {Convolve: Row(convolve), ConvolvePhoto: Row(photo), LearnKernel: Row(learned)}
