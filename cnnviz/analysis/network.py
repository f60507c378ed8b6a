"""What is behind a report: the trace of a network, and what was worked out from it at one input size."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import nn

from cnnviz.analysis.costs import macs_of
from cnnviz.analysis.fields import fields_of
from cnnviz.analysis.inputs import Inputs
from cnnviz.analysis.memory import Plan
from cnnviz.analysis.operations import Shape, Trace
from cnnviz.analysis.output_sizes import Elsewhere
from cnnviz.analysis.program import Followed, Program
from cnnviz.analysis.receptive_field import receptive_field
from cnnviz.analysis.trace import trace
from cnnviz.arithmetic import Memory, ReceptiveField
from cnnviz.errors import ModelError

Shown = tuple[ReceptiveField | None, str]


class Network:
    """A traced network, and its modules without weights, which can be traced again where the records do not do."""

    def __init__(self, traced: Trace, source: nn.Module | None) -> None:
        self.trace = traced
        self.macs: list[int] = []
        self._source = source
        unknown: dict[str, None] = {}
        for call in traced.calls:
            costs = {operation: macs_of(operation) for operation in call.operations}
            unknown |= {operation.name: None for operation, cost in costs.items() if cost is None}
            self.macs.append(sum(cost or 0 for cost in costs.values()))
        self.unknown = tuple(unknown)

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.trace)

    @cached_property
    def program(self) -> Program | None:
        try:
            return Program(self.trace)
        except Elsewhere:
            return None

    def followed(self, inputs: Inputs) -> "Run | None":
        """Return the run on inputs of another size as far as the records tell, None where they do not."""
        try:
            followed = self.program.run(inputs.sizes) if self.program else None
        except Elsewhere:
            return None
        return Run(self, inputs, followed.outputs, followed.macs, followed) if followed else None

    def traced(self, inputs: Inputs) -> "Run":
        """Run the network's modules over again on inputs of another size."""
        if self._source is None:
            raise ModelError(
                f"This report travelled without its network, which has to run again for an input of size {inputs}; "
                "analyze the network at that size."
            )
        return run_of(self._source, inputs, self.trace.home)

    def __getstate__(self) -> dict[str, Any]:
        return {"trace": self.trace}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["trace"], None)  # type: ignore[misc]


@dataclass(eq=False)
class Run:
    """A network at one input size: what each call makes and costs, and what is worked out when it is asked for."""

    network: Network
    inputs: Inputs
    outputs: Sequence[Shape]
    macs: Sequence[int]
    followed: Followed | None = None

    @cached_property
    def memory(self) -> Memory:
        values = self.network.trace.values
        followed = self.followed
        return self.network.plan.memory(followed.__getitem__ if followed else lambda number: values[number].shape)

    @cached_property
    def fields(self) -> list[Shown]:
        """Every call's receptive field, or None and the reason in a sentence."""
        here = self.followed.trace() if self.followed else self.network.trace
        known: dict[tuple[int, Shape], Shown] = {}
        found = fields_of(here)
        for field, call in zip(found, here.calls, strict=True):
            key = id(field), call.output.shape
            if key not in known:
                known[key] = receptive_field(field, call.output.shape)
        return [known[id(field), call.output.shape] for field, call in zip(found, here.calls, strict=True)]


def run_of(model: nn.Module, inputs: Inputs, home: torch.device | None = None) -> Run:
    """Trace a model, and return its run."""
    network = Network(*trace(model, inputs, home))
    return Run(network, inputs, [call.output.shape for call in network.trace.calls], network.macs)
