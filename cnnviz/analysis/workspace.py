"""Memory that a function needs inside of it while it runs, beyond its inputs and outputs."""

from collections.abc import Callable
from math import prod

from cnnviz.analysis import recurrent
from cnnviz.analysis.functions import ADAPTIVE_POOLS, POOLS
from cnnviz.analysis.memory_terms import Extra, bytes_each
from cnnviz.analysis.operations import Operation


def workspace_of(op: Operation) -> Extra | None:
    """Return the bytes of tensors that are alive inside of a function when it needs most, None where there are none."""
    rule = RULES.get(op.name)
    return rule(op) if rule else None


def _multi_head_attention(op: Operation) -> Extra:
    """The projected query, key and value, twice while they are put in order, before there is an output."""
    values = [op.get(place, name) for place, name in enumerate(("query", "key", "value"))]
    made = op.outputs[0]
    return lambda of: 2 * sum(value.itemsize * prod(of(value)) for value in values) - made.itemsize * prod(of(made))


def _max_pool(op: Operation) -> Extra | None:
    """The indices of the maxima, which are made whether anyone asks for them or not, except in one dimension."""
    return None if len(op.outputs) > 1 or op.name == "max_pool1d" else bytes_each(op.outputs[0], 8)


RULES: dict[str, Callable[[Operation], Extra | None]] = {
    "multi_head_attention_forward": _multi_head_attention,
    **dict.fromkeys(recurrent.LAYERS, recurrent.workspace),
    **dict.fromkeys([name for name in (*POOLS, *ADAPTIVE_POOLS) if "max" in name], _max_pool),
}
