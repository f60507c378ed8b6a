"""One value of a layer under the microscope: what it was made from, and how."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.calls import Call, Step, function_name
from cnnviz.errors import ShapeError
from cnnviz.nested import first_tensor
from cnnviz.probes.maps import as_maps, locate
from cnnviz.probes.partial_forward import catch
from cnnviz.probes.recording import Giver, Recording
from cnnviz.probes.unit import pointwise, pooling, rearrangement, weighted_sums
from cnnviz.probes.unit.accounts import Other, UnitAccount
from cnnviz.probes.unit.function_call import FunctionCall
from cnnviz.probes.unit.tensor_sources import Watch

_EXPLANATIONS: dict[str, Callable[[FunctionCall], UnitAccount | None]] = {
    **dict.fromkeys(("conv1d", "conv2d"), weighted_sums.convolution),
    "linear": weighted_sums.linear,
    **dict.fromkeys(("max_pool1d", "max_pool2d"), pooling.max_pool),
    **dict.fromkeys(("max_pool1d_with_indices", "max_pool2d_with_indices"), pooling.max_pool),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d"), pooling.average_pool),
    **dict.fromkeys(("lp_pool1d", "lp_pool2d"), pooling.lp_pool),
    **dict.fromkeys(("adaptive_avg_pool1d", "adaptive_avg_pool2d"), pooling.adaptive_pool),
    **dict.fromkeys(("adaptive_max_pool1d", "adaptive_max_pool2d"), pooling.adaptive_pool),
    **dict.fromkeys(("adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices"), pooling.adaptive_pool),
    **dict.fromkeys(("mean", "amax"), pooling.whole_map),
    **dict.fromkeys(pointwise.ELEMENTWISE, pointwise.elementwise),
    **dict.fromkeys(("batch_norm", "instance_norm", "group_norm", "layer_norm"), pointwise.normalisation),
    **dict.fromkeys(pointwise.SIGNS, pointwise.combination),
    **dict.fromkeys(rearrangement.MOVES, rearrangement.moved),
}


def account(model: nn.Module, batch: Tensor, layer: str, channel: int, row: int, column: int) -> UnitAccount:
    """Return how the value at (channel, row, column) of a layer came about, for the first item of `batch`.

        >>> one = account(resnet18, batch, "conv1", 3, 20, 31)
        >>> abs(sum(term.total for term in one.terms) + one.rest + (one.bias or 0) - one.value) < 1e-6
        True

    Channel, row and column count in the layer's maps as cnnviz.probes.maps lays them out. The result's class says how
    the value came about; it is Other when this project cannot take it apart. The model runs up to the layer and no
    further, and is left as it was. Raises ModelError for a layer and ShapeError for a position that is not there.
    """
    watch = Watch()
    place = channel, row, column
    with torch.no_grad():
        return catch(
            model,
            batch,
            layer,
            lambda call: _explain(call, tuple(map(watch.as_it_was, call.steps)), watch.giver, place),
            around=watch.around,
            before=watch.pass_by,
        )


def recorded_account(recording: Recording, layer: str, channel: int, row: int, column: int) -> UnitAccount:
    """Return the same as `account` for a run that was recorded."""
    call, giver = recording.call(layer)
    with torch.no_grad():
        return _explain(call, call.steps, giver, (channel, row, column))


def _explain(call: Call, steps: tuple[Step, ...], giver: Giver, place: tuple[int, int, int]) -> UnitAccount:
    """`steps` are those of the call with their arguments as they were before each."""
    output, index = _find(call, place)
    whole = _is_whole(call)
    operation = (function_name(steps[-1].function) if whole else None) or call.kind
    givers = [giver(value) for value in _read(call, operation)]
    common: dict[str, Any] = {
        **dict(zip(("channel", "row", "column"), place, strict=True)),
        "layer": call.name,
        "operation": operation,
        "index": index,
        "reads": tuple(name for name, _ in givers),
        "value": float(output[index]),
    }
    asked = FunctionCall(
        name=operation, steps=steps, index=index, common=common, kinds=tuple(kind for _, kind in givers)
    )
    known: UnitAccount | None = None
    if not steps and output is first_tensor(call.arguments):
        known = rearrangement.unmoved(asked, output)
    elif whole and operation in _EXPLANATIONS:
        known = _EXPLANATIONS[operation](asked)
    return known or Other(**common)


def _find(call: Call, place: tuple[int, int, int]) -> tuple[Tensor, tuple[int, ...]]:
    """Return the output of a call and the index in it of a place in its maps."""
    output = first_tensor(call.output)
    maps = None if output is None else as_maps(output, call.kind)
    if output is None or maps is None:
        axes = 0 if output is None else output.dim()
        raise ShapeError(f"The output of {call.name} has {axes} axes, which cannot be shown as maps.")
    try:
        return output, locate(output.shape, call.kind, *place)
    except IndexError:
        channels, rows, columns = maps.shape
        raise ShapeError(
            f"{call.name} has {channels} maps of {rows} by {columns}; counted from 0, "
            f"channel {place[0]}, row {place[1]}, column {place[2]} is not among them."
        ) from None


def _is_whole(call: Call) -> bool:
    """Return whether the last step, with padding before it, is all that the call did; not so of an attention."""
    if len(call.steps) < 2:
        return bool(call.steps)
    *_, before, last = call.steps
    source, given = first_tensor(last.arguments), first_tensor(call.arguments)
    padded = function_name(before.function) == "pad" and before.output is source
    return source is given or (padded and first_tensor(before.arguments) is given)


def _read(call: Call, operation: str) -> tuple[Any, ...]:
    """Return the tensors and numbers that a call took as its inputs."""
    held = call.arguments if call.module is not None or not call.steps else call.steps[-1].arguments
    if operation in pointwise.SIGNS:
        return tuple(held[:2])
    first = held[0] if held else None
    return tuple(first) if isinstance(first, tuple | list) else (first,)
