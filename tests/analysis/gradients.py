"""The truth about receptive fields: which pixels the gradient of one unit reaches, all weights positive."""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.calls import observe


def positive(model: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Return a copy in which no path from a pixel can cancel another."""
    model = copy.deepcopy(model).to(dtype).eval()
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.running_mean.zero_()
                module.running_var.fill_(1)
        for parameter in model.parameters():
            parameter.copy_(torch.rand_like(parameter) + 0.5)
            if parameter.dim() > 1:
                parameter /= parameter[0].numel()
    return model


def _averaging(function, arguments, keywords):
    """Run a function so that its gradient goes wherever it can: maxima as means, activations as the identity."""
    name = function.__name__.strip("_")
    if name.startswith("max_pool2d"):
        size, stride, padding, dilation, ceil_mode = (
            arguments[place] if place < len(arguments) else keywords.get(key, default)
            for place, key, default in (
                (1, "kernel_size", None),
                (2, "stride", None),
                (3, "padding", 0),
                (4, "dilation", 1),
                (5, "ceil_mode", False),
            )
        )
        assert dilation == 1
        return F.avg_pool2d(arguments[0], size, stride or size, padding, ceil_mode)
    if name in ("relu", "relu6", "hardtanh", "hardswish", "hardsigmoid", "silu", "sigmoid", "dropout"):
        return arguments[0]
    return function(*arguments, **keywords)


def supports(
    model: nn.Module, size: tuple[int, ...], layers, units, *, dtype: torch.dtype = torch.float64
) -> dict[tuple[str, object], tuple[int, ...] | None]:
    """Return {(layer, unit): the box of input pixels that the unit's gradient reaches}, half-open, None for none.

    `units(shape)` gives the units to look at, each an index along the positions; a unit of None stands for all.
    The gradient is that of the sum over the channels. Every unit has its own copy of the image in one batch.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the tensors are small, and threads that wait for each other cost more than they do
    try:
        return _supports(positive(model, dtype), torch.rand(size, dtype=dtype), layers, units)
    finally:
        torch.set_num_threads(threads)


def _supports(model, image, layers, units):
    with torch.no_grad():
        chosen = {name: [None, *units(output.shape)] for name, output in _outputs(model, image, layers).items()}
    batch = image.repeat(max(map(len, chosen.values())), *[1] * (image.dim() - 1)).requires_grad_()
    found = {}
    for name, output in _outputs(model, batch, layers).items():
        picked = [
            output[place] if unit is None else output[(place, slice(None), *unit)]
            for place, unit in enumerate(chosen[name])
        ]
        gradient = torch.autograd.grad(sum(part.sum() for part in picked), batch, retain_graph=True)[0]
        found |= {(name, unit): box_of(gradient[place]) for place, unit in enumerate(chosen[name])}
    return found


def _outputs(model: nn.Module, batch: Tensor, layers) -> dict[str, Tensor]:
    outputs: dict[str, Tensor] = {}

    def keep(call):
        if call.name in layers and isinstance(call.output, Tensor):
            with torch._C.DisableTorchFunction():
                outputs[call.name] = call.output.clone()

    with observe(model, keep, around=_averaging):
        model(batch)
    return outputs


def box_of(gradient: Tensor) -> tuple[int, ...] | None:
    reached = (gradient != 0).any(dim=0).nonzero()
    if not len(reached):
        return None
    return (*reached.min(dim=0).values.tolist(), *(reached.max(dim=0).values + 1).tolist())


def clipped(box: tuple[int, ...], seen: tuple[int, ...]) -> tuple[int, ...]:
    rank = len(box) // 2
    return (*map(max, box[:rank], seen[:rank]), *map(min, box[rank:], seen[rank:]))
