"""Products that sum over what their tensors share, each as Einstein's notation writes it: matmul, einsum, inner, ...

What they make, what they cost and what their units see then follow in one way for all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from cnnviz.analysis.memory_terms import Of
from cnnviz.analysis.operations import Operation, Shape, Value, values_in

# A letter, or for a dimension that may be broadcast its place, counted from the last one.
Label = str | int
Term = tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Contraction:
    """For each operand the labels of its dimensions, and those of what is made; `added` is broadcast to that and added.

    Where `skips` is set, a dimension of size 1 is not summed over, as torch.einsum has it.
    """

    operands: tuple[Value, ...]
    terms: tuple[Term, ...]
    made: Term
    added: Value | None = None
    skips: bool = False

    @property
    def diagonal(self) -> bool:
        """Whether some operand is read along a diagonal."""
        return any(len(set(term)) < len(term) for term in self.terms)


def contraction_of(op: Operation) -> Contraction | None:
    """Return the contraction that an operation is, or None where that cannot be told from its arguments."""
    rule = RULES.get(op.name)
    return rule(op) if rule else None


def macs(op: Operation) -> int | None:
    """Two operands at a time, from the left; a label that one alone has and nobody wants is summed away before.

    Where nothing is summed it is a multiplication of each by each, as `*` is, and no product of matrices.
    """
    found = contraction_of(op)
    if found is None:
        return None
    sizes: dict[Label, int] = {}
    labels: list[set[Label]] = []
    for term, value in zip(found.terms, found.operands, strict=True):
        labels.append({label for label, size in zip(term, value.shape, strict=True) if size > 1 or not found.skips})
        for label, size in zip(term, value.shape, strict=True):
            sizes[label] = max(size, sizes.get(label, 1))
    total = 0
    left = labels[0]
    for place, right in enumerate(labels[1:], 1):
        later = set(found.made).union(*labels[place + 1 :])
        summed = (left & right) - later
        if summed:
            total += prod(sizes[label] for label in (left | right) & (later | summed))
        left = (left | right) & later
    return total


def sizes(op: Operation, of: Of) -> Shape | None:
    """Return the size of what is made where operands have the sizes that `of` tells, None where they do not fit."""
    found = contraction_of(op)
    if found is None:
        return None
    known: dict[Label, int] = {}
    for term, value in zip(found.terms, found.operands, strict=True):
        for label, size in zip(term, of(value), strict=True):
            before = known.setdefault(label, size)
            if size != before:
                if isinstance(label, str) or 1 not in (size, before):
                    return None
                known[label] = max(size, before)
    made = tuple(known[label] for label in found.made)
    return made if found.added is None or _spreads(of(found.added), made) else None


def _spreads(shape: Shape, wanted: Shape) -> bool:
    last = wanted[len(wanted) - len(shape) :]
    return len(shape) <= len(wanted) and all(size in (1, other) for size, other in zip(shape, last, strict=True))


def operands_of(op: Operation, *names: str) -> list[Value]:
    """Return the tensors among the arguments, those by keyword in the order of `names`."""
    return [*values_in(op.arguments), *values_in([op.keywords.get(name) for name in names])]


def _product(left: Value, right: Value, added: Value | None = None) -> Contraction:
    """Matrices, stacked in dimensions that are broadcast, or vectors."""
    one, other = len(left.shape), len(right.shape)
    terms = (
        (*range(one - 2, 0, -1), *(("row", "shared") if one > 1 else ("shared",))),
        (*range(other - 2, 0, -1), *(("shared", "column") if other > 1 else ("shared",))),
    )
    made = (*range(max(one, other) - 2, 0, -1), *["row"] * (one > 1), *["column"] * (other > 1))
    return Contraction((left, right), terms, made, added)


def _matmul(op: Operation) -> Contraction:
    left, right = operands_of(op, "input", "self", "mat2", "tensor", "vec", "other")
    return _product(right, left) if op.name == "rmatmul" else _product(left, right)


def _added_product(op: Operation) -> Contraction:
    added, left, right = operands_of(op, "input", "mat1", "mat", "batch1", "mat2", "batch2", "vec")
    if op.name == "addbmm":
        terms: tuple[Term, ...] = (("batch", "row", "shared"), ("batch", "shared", "column"))
        return Contraction((left, right), terms, ("row", "column"), added)
    return _product(left, right, added)


def _inner(op: Operation) -> Contraction:
    """Over the last dimension of both; with a number it is a multiplication."""
    left, right = operands_of(op, "input", "other")
    own, others = _letters("left", left), _letters("right", right)
    if not own or not others:
        return Contraction((left, right), (own, others), (*own, *others))
    return Contraction((left, right), ((*own[:-1], "shared"), (*others[:-1], "shared")), (*own[:-1], *others[:-1]))


def _outer(op: Operation) -> Contraction:
    *added, left, right = operands_of(op, "input", "vec1", "vec2")
    return Contraction((left, right), (("row",), ("column",)), ("row", "column"), added[0] if added else None)


def _vecdot(op: Operation) -> Contraction:
    left, right = operands_of(op, "x", "y")
    terms = [tuple(range(len(value.shape), 0, -1)) for value in (left, right)]
    everything = max(terms, key=len)
    summed = everything[op.keywords.get("dim", -1)]
    return Contraction((left, right), tuple(terms), tuple(label for label in everything if label != summed))


def _tensordot(op: Operation) -> Contraction | None:
    left, right = operands_of(op, "a", "b")
    dims = op.get(2, "dims", 2)
    own, others = list(_letters("left", left)), list(_letters("right", right))
    if isinstance(dims, Value):
        return None
    pairs = dims if isinstance(dims, tuple) else (tuple(range(len(own) - dims, len(own))), tuple(range(dims)))
    for number, (one, other) in enumerate(zip(*pairs, strict=True)):
        own[one] = others[other] = f"shared {number}"
    made = [label for label in (*own, *others) if not label.startswith("shared")]
    return Contraction((left, right), (tuple(own), tuple(others)), tuple(made))


def _bilinear(op: Operation) -> Contraction:
    """For each output a matrix, which the first input meets first, as in torch."""
    one, other, weight, *bias = operands_of(op, "input1", "input2", "weight", "bias")
    batch: Term = tuple(range(len(one.shape) - 1, 0, -1))
    terms: tuple[Term, ...] = ((*batch, "one"), ("made", "one", "other"), (*batch, "other"))
    return Contraction((one, weight, other), terms, (*batch, "made"), bias[0] if bias else None)


def _chain(op: Operation) -> Contraction:
    """One matrix after the other; the first and the last may be vectors."""
    values = operands_of(op)
    terms: list[Term] = [(f"{place}", f"{place + 1}") for place in range(len(values))]
    if len(values[0].shape) == 1:
        terms[0] = terms[0][1:]
    if len(values[-1].shape) == 1:
        terms[-1] = terms[-1][:1]
    ends = {"0", f"{len(values)}"}
    return Contraction(tuple(values), tuple(terms), tuple(x for term in terms for x in term if x in ends))


def chain_macs(op: Operation) -> int:
    """Return the least that a chain of matrices costs, over all orders: torch looks for that one too."""
    values = operands_of(op)
    first, last = values[0].shape, values[-1].shape
    sides = [first[0] if len(first) > 1 else 1, *(value.shape[0] for value in values[1:]), (*last, 1)[1]]
    least = {(place, place): 0 for place in range(len(values))}
    for length in range(1, len(values)):
        for start in range(len(values) - length):
            end = start + length
            least[start, end] = min(
                least[start, cut] + least[cut + 1, end] + sides[start] * sides[cut + 1] * sides[end + 1]
                for cut in range(start, end)
            )
    return least[0, len(values) - 1]


def _letters(name: str, value: Value) -> tuple[str, ...]:
    return tuple(f"{name} {dim}" for dim in range(len(value.shape)))


def _einsum(op: Operation) -> Contraction | None:
    equation: Any = op.arguments[0]
    if not isinstance(equation, str):
        return None
    operands = tuple(values_in(op.arguments[1:]))
    written, arrow, wanted = equation.replace(" ", "").partition("->")
    terms = tuple(
        tuple(_spelt(term, len(value.shape))) for term, value in zip(written.split(","), operands, strict=True)
    )
    dots = max((label for term in terms for label in term if isinstance(label, int)), default=0)
    if not arrow:
        wanted = "..." + "".join(sorted(x for x in set(written) if x.isalpha() and written.count(x) == 1))
    return Contraction(operands, terms, tuple(_spelt(wanted, len(wanted.replace("...", "")) + dots)), skips=True)


def _spelt(term: str, rank: int) -> Iterator[Label]:
    """Yield the labels of a term; three dots stand for as many dimensions as the others leave of `rank`."""
    before, dots, after = term.partition("...")
    yield from before
    if dots:
        yield from range(rank - len(before) - len(after), 0, -1)
    yield from after


RULES: dict[str, Callable[[Operation], Contraction | None]] = {
    **dict.fromkeys(("matmul", "rmatmul", "linalg_matmul", "mm", "bmm", "mv", "dot", "vdot"), _matmul),
    **dict.fromkeys(("addmm", "addmv", "addbmm", "baddbmm"), _added_product),
    "inner": _inner,
    **dict.fromkeys(("outer", "ger", "addr"), _outer),
    "linalg_vecdot": _vecdot,
    "tensordot": _tensordot,
    "bilinear": _bilinear,
    **dict.fromkeys(("linalg_multi_dot", "chain_matmul"), _chain),
    "einsum": _einsum,
}
