"""A trace made ready to be followed at other input sizes: flat records of integers, with one small step each.

    >>> from torch import nn
    >>> from cnnviz.analysis.inputs import inputs_of
    >>> from cnnviz.analysis.trace import trace
    >>> traced, _ = trace(nn.Conv2d(3, 10, 5, padding=2), inputs_of((1, 3, 32, 32), None))
    >>> Program(traced).run(((1, 3, 64, 64),)).macs
    [3072000]

Only sizes that depend on the input are followed, each in a slot of its own; a tensor that surely has the size of
another shares its slot. Where the records do not tell what the network does, Elsewhere is raised, and it has to be
traced there.
"""

from collections.abc import Sequence
from dataclasses import replace as replace_fields
from functools import cached_property
from math import prod
from typing import Any

from cnnviz.analysis import output_sizes, output_sizes_layout, output_sizes_windows, recurrent
from cnnviz.analysis.costs import REGISTERED, macs_of
from cnnviz.analysis.extents import Formula, Size, evaluate, replace
from cnnviz.analysis.functions import CONVOLUTIONS, POINTWISE, words
from cnnviz.analysis.operations import Operation, Shape, Trace, TracedCall, Value
from cnnviz.analysis.output_sizes import Elsewhere
from cnnviz.analysis.output_sizes_compiled import STEPS, Slots, Step
from cnnviz.analysis.strides import Strides

RULES: dict[str, output_sizes.Rule] = {
    **output_sizes.RULES,
    **output_sizes_windows.RULES,
    **output_sizes_layout.RULES,
    **dict.fromkeys(recurrent.LAYERS, recurrent.layer_sizes),
    **dict.fromkeys(recurrent.CELLS, recurrent.cell_sizes),
}


class Followed:
    """A run of a program: the size of every tensor, by its number in the trace."""

    def __init__(self, program: "Program", slots: Slots) -> None:
        self.program = program
        self.slots = slots

    def __getitem__(self, number: int) -> Shape:
        slot = self.program.slot[number]
        found: Shape = self.program.trace.values[number].shape if slot is None else self.slots[slot]
        return found

    @property
    def outputs(self) -> list[Shape]:
        """The sizes of the calls' outputs."""
        slots = self.slots
        return [self[number] if slot is None else slots[slot] for number, slot in self.program.outputs]

    @property
    def macs(self) -> list[int]:
        """The multiply-accumulates of the calls."""
        counts = [prod(size) for size in self.slots]
        found = []
        for fixed, moving, asked in self.program.costs:
            for slot, times in moving:
                fixed += counts[slot] * times
            for op in asked:
                fixed += macs_of(self.operation(op)) or 0
            found.append(fixed)
        return found

    @cached_property
    def values(self) -> list[Value]:
        every = self.program.trace.values
        return [Value(value.number, self[value.number], value.itemsize, value.storage) for value in every]

    def operation(self, op: Operation) -> Operation:
        """Return an operation as it is at this size."""
        arguments, keywords = op.formulas or (op.arguments, op.keywords)
        arguments, keywords = replace(arguments, self._here), replace(keywords, self._here)
        outputs, aliases = replace(op.outputs, self._here), replace(op.aliases, self._here)
        return Operation(op.name, arguments, keywords, outputs, aliases, op.writes)

    def trace(self) -> Trace:
        """Return the whole trace as it is at this size."""
        old = self.program.trace
        calls = [
            TracedCall(
                call.name,
                call.kind,
                tuple(map(self.operation, call.operations)),
                self.values[call.output.number],
                call.parameters,
                call.keeps,
            )
            for call in old.calls
        ]
        inputs, outputs = (tuple(map(self._here, each)) for each in (old.inputs, old.outputs))
        return replace_fields(
            old, inputs=inputs, calls=tuple(calls), values=tuple(self.values), conditions=None, outputs=outputs
        )

    def _here(self, item: Any) -> Any:
        return self.values[item.number] if type(item) is Value else evaluate(item, self.__getitem__)


class Program:
    """Raises Elsewhere where a trace cannot be followed at any other size."""

    def __init__(self, trace: Trace) -> None:
        if trace.conditions is None:
            raise Elsewhere
        self.trace = trace
        self.slot: list[int | None] = [None] * len(trace.values)
        self.steps: list[tuple[int, Step]] = []
        self.checks: dict[tuple[int, int, int], None] = {}
        self.strides = Strides()
        self._used = 0
        for value in trace.inputs:
            self._give_slot(value)
        for operation in trace.operations:
            self._add(operation)
        self.ones = self.strides.ones(self.slot)
        self.conditions = [(formula, made) for formula, made in trace.conditions.items() if self._moves(formula)]
        self.outputs = [(call.output.number, self.slot[call.output.number]) for call in trace.calls]
        self.costs = [self._costs(call) for call in trace.calls]
        # Every rule has to give what torch gave, at least at the size that is known.
        again = self.run([value.shape for value in trace.inputs])
        if any(again[value.number] != value.shape for value in trace.values):
            raise Elsewhere

    def run(self, sizes: Sequence[Shape]) -> Followed:
        """Return the sizes of everything when the inputs have `sizes`; raise Elsewhere where that is not known."""
        if any(len(size) != len(value.shape) for size, value in zip(sizes, self.trace.inputs, strict=True)):
            raise Elsewhere
        slots: Slots = [*sizes, *[None] * (self._used - len(sizes))]
        followed = Followed(self, slots)
        try:
            for slot, step in self.steps:
                slots[slot] = step(slots)
            fits = all(slots[slot][dim] == expected for slot, dim, expected in self.checks)
            fits = fits and all((slots[slot][dim] == 1) == is_one for slot, dim, is_one in self.ones)
            fits = fits and all(evaluate(formula, followed.__getitem__) == made for formula, made in self.conditions)
        except Exception as error:
            # A rule is for sizes that fit: with others it fails in whatever way.
            raise Elsewhere from error
        if not fits:
            raise Elsewhere
        return followed

    def __reduce__(self) -> tuple[type, tuple[Trace]]:
        # Steps are functions made on the spot; they are made again where a program arrives.
        return Program, (self.trace,)

    def _give_slot(self, value: Value) -> int:
        self.slot[value.number] = self._used
        self._used += 1
        return self._used - 1

    def _moves(self, item: Any) -> bool:
        """Return whether formulas in nested arguments depend on the network's input."""
        found = False

        def look(part: Any) -> None:
            nonlocal found
            if type(part) is Size:
                found = found or self.slot[part.number] is not None
            elif type(part) is Formula:
                replace(part.parts, look)

        replace(item, look)
        return found

    def _add(self, op: Operation) -> None:
        """Make the steps of an operation."""
        moving = [value for value in op.inputs if self.slot[value.number] is not None]
        fresh = [value for value in op.outputs if self.slot[value.number] is None]
        if not fresh or not (moving or (op.formulas and self._moves(op.formulas))):
            return
        self.strides.follow(op)
        made = fresh[0]
        if op.name in _ALIKE and len(moving) == 1 and moving[0] is op.inputs[0] and made.shape == moving[0].shape:
            others = [value for value in op.inputs[1:] if value.storage >= 0]
            if not others and len(fresh) == 1:
                if op.name not in POINTWISE:
                    self._check(moving[0], 1)
                self.slot[made.number] = self.slot[moving[0].number]
                return
        simple = op.formulas is None and len(op.outputs) == 1 and op.name in STEPS
        step = STEPS[op.name](op, self.slot, self._check) if simple else None
        if step is None and op.name not in RULES:
            raise Elsewhere
        for place, value in enumerate(op.outputs):
            self.steps.append((self._give_slot(value), step or self._general(op, place)))

    def _general(self, op: Operation, place: int) -> Step:
        """Return the step that asks a rule for one output of an operation."""
        # An input that is written in place gets another slot afterwards.
        rule, slot = RULES[op.name], {value.number: self.slot[value.number] for value in op.inputs}

        def step(slots: Slots) -> Any:
            def of(value: Value) -> Any:
                at = slot[value.number]
                return value.shape if at is None else slots[at]

            def here(item: Any) -> Any:
                return evaluate(item, sizes.__getitem__)

            sizes = Followed(self, slots)
            asked = op
            if op.formulas:
                arguments, keywords = op.formulas
                asked = Operation(op.name, replace(arguments, here), replace(keywords, here), op.outputs)
            made = rule(asked, of)
            return made[place] if isinstance(made, list) else made

        return step

    def _check(self, value: Value, dim: int) -> None:
        """Have a size tested that has to stay as it is."""
        slot = self.slot[value.number]
        if slot is not None:
            self.checks[slot, dim, value.shape[dim]] = None

    def _costs(self, call: TracedCall) -> tuple[int, list[tuple[int, int]], list[Operation]]:
        """Return a call's MACs in three parts: fixed ones, (slot, MACs for each number in it), and what is to be asked.

        A filter does the same for each of its outputs, a transposed one for each input, a linear layer as well.
        """
        fixed, moving, asked = 0, [], []
        for op in call.operations:
            macs = macs_of(op)
            if not macs:
                continue
            value = op.get(0, "input") if "transpose" in op.name else op.outputs[0]
            slot = self.slot[value.number] if isinstance(value, Value) else None
            weight = op.get(1, "weight")
            by_count = op.name in _BY_COUNT and op.name not in REGISTERED
            if by_count and slot is not None and self.slot[weight.number] is None:
                moving.append((slot, macs // prod(value.shape)))
            elif any(self.slot[each.number] is not None for each in op.inputs):
                asked.append(op)
            else:
                fixed += macs
        return fixed, moving, asked


_ALIKE = POINTWISE | words("batch_norm")
_BY_COUNT = CONVOLUTIONS | words("linear")
