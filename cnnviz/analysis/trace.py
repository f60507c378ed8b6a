"""One run of a model without arithmetic, written down as flat records."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import torch
from torch import Tensor, nn

from cnnviz.analysis.inputs import Inputs
from cnnviz.analysis.operations import Stored, Trace
from cnnviz.analysis.recorder import Recorder, tensors_in
from cnnviz.analysis.replica import Replica, replica
from cnnviz.calls import observe
from cnnviz.errors import CnnvizError, ModelError, ShapeError
from cnnviz.modules import eager


def trace(model: nn.Module, inputs: Inputs) -> tuple[Trace, nn.Module]:
    """Return the record of `model` in eval mode on inputs of some size, and a stand-in that can be traced again.

    The model itself does not run: its modules are stood in for by copies and its parameters by tensors without
    storage, so that weights, buffers, hooks, training mode and other threads that use the model are left alone. Raises
    ShapeError where the sizes do not fit and ModelError where the model's control flow asks for values.
    """
    with nothing_collected():
        stand_in = replica(model)
        try:
            return _traced(stand_in, inputs), stand_in.model
        except CnnvizError:
            raise
        except Exception as error:
            misfit = inputs.misfit(eager(model).forward) if isinstance(error, TypeError) else ""
            raise (ModelError(misfit) if misfit else _explained(_inner(error), inputs)) from error
        finally:
            stand_in.restore()


def _traced(stand_in: Replica, inputs: Inputs) -> Trace:
    """Run a stand-in, again where the first run does not do."""
    try:
        return _run(stand_in, inputs, follows=True)
    except _Unseen:
        pass
    except Exception:
        # A model may refuse sizes that are no plain ints. Errors of its own come again, in its own words.
        with suppress(_Unseen):
            stand_in.restore()
            return _run(stand_in, inputs, follows=False)
    # Operator by operator takes longer, so only where something was done out of sight.
    stand_in.restore()
    return _run(stand_in, inputs, follows=False, operators=True)


class _Unseen(Exception):  # noqa: N818  (it ends a run, and is no error)
    """A tensor was met that no torch function of Python's made."""


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


def _run(stand_in: Replica, inputs: Inputs, *, follows: bool, operators: bool = False) -> Trace:
    recorder, copy = Recorder(stand_in, follows=follows), stand_in.model
    numbers = (tensor.dtype for tensor in stand_in.parameters if tensor.is_floating_point() or tensor.is_complex())
    batch = inputs.made(next(numbers, torch.float32))
    positional, named = inputs.placed(batch)
    starts = tuple(recorder.value(tensor) for tensor in batch)
    with torch.no_grad(), observe(copy, recorder.on_call, around=recorder.around, steps=False, operators=operators):
        # Kept until the end, as the caller of a network keeps its inputs and gets its output.
        output = copy(*positional, **named)
    for tensor in tensors_in((output,)):
        recorder.look(tensor)
    if recorder.unseen and not operators:
        raise _Unseen
    ends = recorder.finish()
    del output
    return Trace(
        starts,
        tuple(recorder.calls),
        tuple(recorder.values),
        ends,
        frozenset(recorder.trained),
        _stored([*stand_in.parameters, *recorder.used(stand_in.others)]),
        recorder.conditions.formulas() if recorder.holds_elsewhere else None,
    )


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
    told = [line for line in str(error).splitlines() if line.startswith("RuntimeError: ")]
    if "TorchScript" not in str(error) or not told:
        return error
    return RuntimeError(told[-1].replace("RuntimeError: ", ""))


def _explained(error: Exception, inputs: Inputs) -> CnnvizError:
    reason = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
    if "indices" in reason and "Long" in reason and inputs.types[0] is None:
        return ShapeError(
            f"An input of size {inputs} holds indices; pass dtype=torch.int64, for this network: {reason}."
        )
    if "meta" in reason.lower() or "data-dependent" in reason.lower() or isinstance(error, NotImplementedError):
        return ModelError(f"The model decides by its tensors' values, which are unknown in an analysis: {reason}.")
    if isinstance(error, RuntimeError | ValueError | AssertionError | IndexError):
        return ShapeError(f"An input of size {inputs} does not fit this model: {reason}.")
    return ModelError(f"The model could not run on an input of size {inputs}: {type(error).__name__}, {reason}.")
