"""How weights begin. A stack is measured part by part, each a request, so that others get their turn in between."""

from dataclasses import fields
from typing import Any

import torch
from torch import Tensor

from cnnviz import images
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import CheckVariance, LearnFrom, Stack, StackDown, StackUp, WatchUnits
from cnnviz.engine.results import Probed
from cnnviz.probes.activation_functions import function
from cnnviz.probes.deep_stack import DeepStack, Stretch, backward, bottom, forward, parts, top
from cnnviz.probes.first_steps import Learning, UnitRows, learning, unit_rows
from cnnviz.probes.variance import OUTPUTS, Lines, draw_inputs, lines

# MNIST's own, as the shipped networks get their digits.
_MEAN, _DEVIATION = 0.1307, 0.3081


@computes(StackUp)
def up(request: StackUp, run: Run) -> Probed[Stretch]:
    """Return the activations of a part, from those below it."""
    stack = deep_stack(request.stack)
    stack.check()
    if not request.part:
        return Probed(bottom(stack, run.device), str(run.device), run.note)
    below = _end(StackUp(request.stack, request.part - 1), run)
    found = forward(stack, parts(stack)[request.part - 1], below)
    return Probed(found, str(run.device), run.note)


@computes(StackDown)
def down(request: StackDown, run: Run) -> Probed[Stretch]:
    """Return the gradients of a part, from the gradient above it and the activations below it."""
    stack = deep_stack(request.stack)
    stack.check()
    if not request.part:
        return Probed(top(stack, run.device), str(run.device), run.note)
    row = parts(stack)
    above = _end(StackDown(request.stack, request.part - 1), run)
    below = _end(StackUp(request.stack, len(row) - request.part), run)
    return Probed(backward(stack, row[-request.part], below, above), str(run.device), run.note)


@computes(LearnFrom)
def learn(request: LearnFrom, run: Run) -> Probed[Learning]:
    """Return the losses, computed on the CPU: a GPU would be slower for so little."""
    inputs, labels = _digits()
    found = learning(deep_stack(request.stack), inputs, labels, rate=request.rate, steps=request.steps)
    return Probed(found, "cpu", "")


@computes(WatchUnits)
def watch(request: WatchUnits, run: Run) -> Probed[UnitRows]:
    """Return the units' weights, computed on the CPU for the same reason."""
    how: dict[str, Any] = {"rate": request.rate, "steps": request.steps, "kept": request.kept}
    return Probed(unit_rows(deep_stack(request.stack), *_digits(), **how), "cpu", "")


@computes(CheckVariance)
def check(request: CheckVariance, run: Run) -> Probed[Lines]:
    """Return every line, computed on the CPU, whose double precision is no slower."""
    generator = torch.Generator().manual_seed(request.seed)
    inputs = draw_inputs(request.drawn, request.fan_in, generator)
    weights = torch.randn(OUTPUTS, request.fan_in, generator=generator) * request.deviation
    return Probed(lines(inputs, weights), "cpu", "")


def deep_stack(stack: Stack) -> DeepStack:
    """Return the stack that a request describes."""
    values = {each.name: getattr(stack, each.name) for each in fields(stack)}
    return DeepStack(**{**values, "function": function(stack.function)})


def _end(request: StackUp | StackDown, run: Run) -> Tensor:
    return torch.tensor(run.ask(request).found.end, device=run.device)


def _digits() -> tuple[Tensor, Tensor]:
    pixels = torch.tensor(images.sheet("digits")).flatten(1).float() / 255
    return (pixels - _MEAN) / _DEVIATION, torch.tensor(images.sheet_labels())
