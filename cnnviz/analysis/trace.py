"""One run of a model without arithmetic, written down as flat records."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from cnnviz.analysis.failures import explained, located, told
from cnnviz.analysis.inputs import Inputs
from cnnviz.analysis.operations import Stored, Trace
from cnnviz.analysis.recorder import Recorder
from cnnviz.analysis.replica import Replica, replica
from cnnviz.calls import observe
from cnnviz.errors import CnnvizError, ModelError, ShapeError


def trace(model: nn.Module, inputs: Inputs) -> tuple[Trace, nn.Module]:
    """Return the record of `model` in eval mode on inputs of some size, and a stand-in that can be traced again.

    The model itself does not run: its modules are stood in for by copies and its parameters by tensors without
    storage, so that weights, buffers, hooks, training mode and other threads that use the model are left alone. Raises
    ShapeError where sizes, types or indices do not fit and ModelError where the model's control flow asks for values.
    """
    with nothing_collected():
        stand_in = replica(model)
        restore = stand_in.remembered()
        try:
            try:
                return _run(stand_in, inputs, follows=True), stand_in.model
            except Exception:
                # A model may refuse sizes that are no plain ints. Errors of its own come again, in its own words.
                restore()
                return _run(stand_in, inputs, follows=False), stand_in.model
        except CnnvizError:
            raise
        except Exception as error:
            misfit = inputs.misfit(model.forward) if isinstance(error, TypeError) else ""
            raise (ModelError(misfit) if misfit else _explained(error, inputs)) from error
        finally:
            restore()


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


def _run(stand_in: Replica, inputs: Inputs, *, follows: bool) -> Trace:
    recorder, copy = Recorder(stand_in, follows=follows), stand_in.model
    numbers = (tensor.dtype for tensor in stand_in.parameters if tensor.is_floating_point() or tensor.is_complex())
    batch = inputs.made(next(numbers, torch.float32))
    positional, named = inputs.placed(batch)
    starts = tuple(recorder.value(tensor) for tensor in batch)
    with torch.no_grad(), observe(copy, recorder.on_call, around=recorder.around, steps=False):
        # Kept until the end, as the caller of a network keeps its inputs and gets its output.
        output = copy(*positional, **named)
    ends = recorder.finish()
    del output
    return Trace(
        starts,
        tuple(recorder.calls),
        tuple(recorder.values),
        ends,
        frozenset(recorder.trained),
        _stored(stand_in.parameters),
        recorder.conditions.formulas() if recorder.holds_elsewhere else None,
    )


def _stored(every: list[Tensor]) -> Stored:
    trained = [tensor for tensor in every if tensor.requires_grad]
    return Stored(
        sum(tensor.numel() for tensor in every),
        sum(tensor.nbytes for tensor in every),
        sum(tensor.nbytes for tensor in trained),
        len(trained),
    )


def _explained(error: Exception, inputs: Inputs) -> CnnvizError:
    if found := explained(error):
        return ShapeError(f"The model cannot run on an input of size {inputs}: {found}.")
    reason = told(error)
    if "meta" in reason.lower() or "data-dependent" in reason.lower():
        return ModelError(f"The model decides by its tensors' values, which are unknown in an analysis: {reason}.")
    if isinstance(error, RuntimeError | ValueError | AssertionError | IndexError):
        return ShapeError(f"The model cannot run on an input of size {inputs}: {located(error)}.")
    return ModelError(f"The model cannot run on an input of size {inputs}: {located(error)}.")
