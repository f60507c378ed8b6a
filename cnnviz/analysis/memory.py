"""Where a network's memory goes: all outputs, what training keeps, and the most that a run needs at once."""

from collections.abc import Callable
from math import prod

from cnnviz.analysis.memory_terms import Extra, Merged, copy_of
from cnnviz.analysis.operations import Operation, Shape, Trace, Value
from cnnviz.analysis.saved_for_backward import kept_by
from cnnviz.analysis.workspace import workspace_of
from cnnviz.arithmetic.memory import Memory


class Plan:
    """A trace's storages: when each begins and ends, and which autograd keeps. The same for every input size."""

    def __init__(self, trace: Trace) -> None:
        operations = trace.operations
        first: dict[int, Value] = {}
        births: dict[int, int] = {}
        for value in trace.inputs:
            births.setdefault(value.storage, 0)
        for place, operation in enumerate(operations):
            for value in operation.outputs:
                births.setdefault(value.storage, place)
        for value in trace.values:
            first.setdefault(value.storage, value)
        births.pop(-1, None)
        ends = trace.ends
        events = [(birth, 1, storage) for storage, birth in births.items()]
        events += [(max(ends[storage], birth + 1), -1, storage) for storage, birth in births.items()]
        self.events = sorted(events)
        self.first = first
        self.inner = [(place, extra) for place, op in enumerate(operations) if (extra := workspace_of(op))]
        self.saved, self.extras = _kept(trace, operations, first)
        self.outputs = [call.output for call in trace.calls if call.keeps]

    def memory(self, shape_of: Callable[[int], Shape]) -> Memory:
        """Return the numbers where tensors, by their numbers in the trace, have the sizes that `shape_of` tells."""

        def of(value: Value) -> Shape:
            return shape_of(value.number)

        sizes = {storage: prod(of(value)) * value.itemsize for storage, value in self.first.items()}
        outputs = sum(prod(of(value)) * value.itemsize for value in self.outputs)
        saved = sum(sizes[storage] for storage in self.saved) + sum(extra(of) for extra in self.extras)
        return Memory(outputs, saved, self._peak(sizes, {place: extra(of) for place, extra in self.inner}))

    def _peak(self, sizes: dict[int, int], inner: dict[int, int]) -> int:
        """Return the most bytes alive while any operation runs: born before or by it, not gone before it."""
        peak = alive = place = 0
        for at, sign, storage in self.events:
            if at > place:
                peak = max(peak, alive + max((inner.get(step, 0) for step in range(place, at)), default=0))
                place = at
            alive += sign * sizes[storage]
        return peak


def _kept(trace: Trace, operations: list[Operation], first: dict[int, Value]) -> tuple[list[int], list[Extra]]:
    """Return the storages that autograd keeps, and the extras."""
    needing = set(trace.trained)
    # In training a dropout makes new memory, which it does not in evaluation, as traced: its output stands for that.
    dropped: dict[int, Value] = {}
    saved: dict[int, None] = {}
    extras: dict[object, Extra] = {}

    def needs(item: object) -> bool:
        return isinstance(item, Value) and item.number in needing

    for operation in operations:
        if operation.name == "detach" or not any(value.number in needing for value in operation.inputs):
            continue
        for place, item in enumerate(kept_by(operation, needs)):
            if isinstance(item, Merged):
                cut = item.value.nbytes < first[item.value.storage].nbytes if item.value.storage >= 0 else False
                item = copy_of(item.value) if cut else item.value
            if not isinstance(item, Value):
                extras[operation, place] = item
            elif item.number in dropped:
                extras[item.number] = copy_of(item)
            elif item.storage >= 0:
                saved[item.storage] = None
        needing.update(value.number for value in operation.outputs if value.itemsize > 1)
        made = operation.outputs[0]
        passes = "dropout" in operation.name and operation.inputs[0] is made
        if passes and operation.get(1, "p", 0.5) and not operation.get(3, "inplace", False):
            dropped[made.number] = made
    return list(saved), list(extras.values())
