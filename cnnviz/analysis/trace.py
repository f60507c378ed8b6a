"""One run of a model without arithmetic, written down as flat records."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn

from cnnviz.analysis import devices, tensor_types, values
from cnnviz.analysis.failures import explained, sentence, told
from cnnviz.analysis.inputs import Inputs
from cnnviz.analysis.operations import Stored, Trace
from cnnviz.analysis.quantization import quantized
from cnnviz.analysis.recorder import Recorder
from cnnviz.analysis.replica import Replica, replica
from cnnviz.analysis.scripts import deciding_by_device
from cnnviz.analysis.type_questions import asks_types
from cnnviz.analysis.unusual import made, unusual
from cnnviz.analysis.ways import Unseen, Way, next_way
from cnnviz.calls import is_leaf, observe
from cnnviz.errors import CnnvizError, ModelError
from cnnviz.modules import eager, kind_of, modules_of
from cnnviz.nested import tensors_in


def trace(model: nn.Module, inputs: Inputs, home: torch.device | None = None) -> tuple[Trace, nn.Module]:
    """Return the record of `model` in eval mode on inputs of some size, and a stand-in that can be traced again.

    The model itself does not run: its modules are stood in for by copies and its parameters by tensors without
    storage, so that weights, buffers, hooks, training mode and other threads that use the model are left alone. `home`
    is the device that the model is told it is on, where a stand-in is traced; else that of its own tensors. Raises
    ShapeError where sizes, types or indices do not fit and ModelError where the model's control flow asks for values.
    """
    with nothing_collected():
        try:
            stand_in = replica(model)
        except ModelError as error:
            raise (unusual(model) if isinstance(model, nn.Module) else None) or error from None
        try:
            home = home or devices.home_of(stand_in.tensors)
            if found := deciding_by_device(stand_in.model, home):
                raise found
            return _traced(stand_in, inputs, home), stand_in.model
        except Exception as error:
            if found := quantized(model) or (unusual(model) if _is_of_values(error) else None):
                raise found from error
            if isinstance(error, CnnvizError):
                raise
            misfit = inputs.misfit(eager(model).forward) if isinstance(error, TypeError) else ""
            raise (ModelError(misfit) if misfit else _explained(_inner(error), inputs)) from error
        finally:
            stand_in.restore()


def _traced(stand_in: Replica, inputs: Inputs, home: torch.device) -> Trace:
    found, way, sized = _first(stand_in, inputs, home, Way())
    if not sized or not asks_types(stand_in.model):
        return found
    stand_in.restore()
    plain, *_ = _first(stand_in, inputs, home, replace(way, follows=False))
    # Beyond this size its answers may part the two; a run there says so.
    return replace(found, conditions=None) if found.does_as(plain) else plain


def _first(stand_in: Replica, inputs: Inputs, home: torch.device, way: Way) -> tuple[Trace, Way, bool]:
    """Return the record of the first run that ends without an error, how it was run, and whether it gave out sizes that
    are no plain ints.
    """
    while True:
        try:
            found, sized = _run(stand_in, inputs, home, way)
            return found, way, sized
        except Exception as error:
            following = next_way(way, error)
            if following is None:
                raise
        stand_in.restore()
        way = following


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Keep Python from looking for reference cycles: the many records of a trace would make it look at all there is
    in the process, torch included, which can take longer than the trace. Blocks may lie inside of each other.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _run(stand_in: Replica, inputs: Inputs, home: torch.device, way: Way) -> tuple[Trace, bool]:
    """Return the record of one run, and whether it gave out sizes that are no plain ints."""
    recorder, copy = Recorder(stand_in, home, way), stand_in.model
    numbers = (tensor.dtype for tensor in stand_in.parameters if tensor.is_floating_point() or tensor.is_complex())
    batch = inputs.made(next(numbers, torch.float32))
    for tensor in batch:
        tensor.requires_grad_(way.gradients and (tensor.is_floating_point() or tensor.is_complex()))
    positional, named = inputs.placed(batch)
    starts = tuple(recorder.value(tensor) for tensor in batch)
    observed = observe(copy, recorder.on_call, around=recorder.around, steps=False, operators=way.operators)
    with torch.set_grad_enabled(way.gradients), tensor_types.told_of(home), observed:
        # Kept until the end, as the caller of a network keeps its inputs and gets its output.
        try:
            output = copy(*positional, **named)
        except Exception as error:
            # TorchScript passes an error of Python's on without its words.
            if way.operators and recorder.failure is not None and _is_script(error):
                raise recorder.failure from error
            raise
    given = tensors_in(output)
    for tensor in given:
        recorder.look(tensor)
    if recorder.unseen and not way.operators:
        raise Unseen
    outputs = tuple(map(recorder.value, given))
    ends = recorder.finish()
    del output, given
    found = Trace(
        starts,
        tuple(recorder.calls),
        tuple(recorder.tensors.values),
        ends,
        frozenset(recorder.tensors.trained),
        _stored([*stand_in.parameters, *recorder.used(stand_in.others)]),
        recorder.conditions.formulas() if recorder.holds_elsewhere else None,
        home,
        outputs,
        {name: kind_of(module) for name, module in modules_of(copy) if name and not is_leaf(module)},
    )
    return found, recorder.sized


def _stored(every: Sequence[Tensor]) -> Stored:
    trained = [tensor for tensor in every if tensor.requires_grad]
    return Stored(
        sum(tensor.numel() for tensor in every),
        sum(tensor.nbytes for tensor in every),
        sum(tensor.nbytes for tensor in trained),
        len(trained),
    )


def _inner(error: Exception) -> Exception:
    """Return the error of which TorchScript tells in its own, and any other as it is."""
    lines = [line for line in str(error).splitlines() if line.startswith("RuntimeError: ")]
    if not _is_script(error) or not lines:
        return error
    inner = RuntimeError(lines[-1].replace("RuntimeError: ", ""))
    inner.__cause__ = error  # which knows the layer
    return inner.with_traceback(error.__traceback__)


def _is_script(error: Exception) -> bool:
    return "TorchScript" in str(error)


def _is_of_values(error: Exception) -> bool:
    """Return whether an error is one of tensors that have no numbers, or no memory."""
    return isinstance(error, ModelError | NotImplementedError) or "storage" in str(error)


def _explained(error: Exception, inputs: Inputs) -> CnnvizError:
    if found := made(error):
        return found
    if not explained(error) and values.asks_for_values(error):
        return ModelError(f"The model decides by its tensors' values, which are unknown in an analysis: {told(error)}.")
    return sentence(error, str(inputs))
