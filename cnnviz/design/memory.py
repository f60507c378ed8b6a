"""How much memory a network's tensors take: row by row, then along the network.

What autograd keeps of a layer says cnnviz.arithmetic; here it is told which tensors lie in the same memory, so that
each piece is counted once, and which are alive at the same time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from cnnviz.arithmetic.memory import Memory
from cnnviz.design.row_calls import INPUT, Leaf, Size, opened
from cnnviz.design.rows import Row

INDEX_BYTES = 8
_VIEWS = frozenset({"Flatten", "Unflatten", "Identity"})
_DROPOUTS = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d"})


@dataclass(frozen=True, slots=True)
class Held:
    """What a row holds, in bytes: its outputs, what autograd keeps, and the most alive at once.

    What arrives and what leaves are shared with the rows before and after, so it is only said whether they are kept;
    `kept` is what is kept besides. `trains` and `runs` tell whether the output lies in the memory of what arrives, in
    training and in evaluation; `follows` whether autograd follows the output.
    """

    outputs: int
    keeps_input: bool
    keeps_output: bool
    kept: int
    trains: bool
    runs: bool
    peak: int
    follows: bool


@lru_cache(maxsize=4096)
def held(row: Row, input_size: Size, itemsize: int, follows: bool) -> Held:
    """Return what a row holds; `follows` tells whether autograd already follows what arrives, as behind any weight."""
    found = opened(row, input_size)
    sizes = [itemsize * prod(input_size), *(leaf.layer.memory(itemsize) for leaf in found.leaves)]
    # Storages are numbered by the call that made them.
    trained, evaluated = _storages(found.leaves, training=True), _storages(found.leaves, training=False)
    needs = [follows]
    kept: set[int] = set()
    besides = 0
    for place, leaf in enumerate(found.leaves, 1):
        followed = any(needs[read] for read in leaf.reads)
        needs.append(followed or leaf.layer.parameters > 0)
        if needs[-1]:
            # A convolution that pads by a copy keeps that; what it copied, only padding's own gradient asks for.
            saves = leaf.layer.saves if followed or not _padded(leaf) else ()
            for which in saves:
                kept.update(trained[read] for read in (leaf.reads if which == "input" else (place,)))
            besides += itemsize * leaf.layer.saved_values + leaf.layer.saved_bytes
    last = trained[-1]
    return Held(
        itemsize * found.outputs,
        INPUT in kept,
        last in kept,
        besides + sum(sizes[storage] for storage in kept - {INPUT, last}),
        last == INPUT,
        evaluated[-1] == INPUT,
        _peak(found.leaves, evaluated, sizes, itemsize),
        needs[-1],
    )


def _storages(leaves: tuple[Leaf, ...], *, training: bool) -> list[int]:
    """Return in whose memory what arrives and the output of each call lie."""
    storages = [INPUT]
    for place, leaf in enumerate(leaves, 1):
        same = leaf.in_place or leaf.layer.kind in _VIEWS
        if leaf.layer.kind in _DROPOUTS:
            same = same or not training or leaf.layer.saved_values == 0
        storages.append(storages[leaf.reads[0]] if same else place)
    return storages


def _peak(leaves: tuple[Leaf, ...], storages: list[int], sizes: list[int], itemsize: int) -> int:
    """Return the most bytes alive at once. Whoever calls the row keeps what arrives until the row is done."""
    last_read = {INPUT: len(leaves)}
    for place, leaf in enumerate(leaves, 1):
        for storage in (storages[place], *(storages[read] for read in leaf.reads)):
            last_read[storage] = max(place, last_read.get(storage, 0))
    peak = 0
    for place, leaf in enumerate(leaves, 1):
        # A storage has the number of the call that made it.
        alive = sum(sizes[storage] for storage, last in last_read.items() if storage <= place <= last)
        peak = max(peak, alive + itemsize * _padded(leaf) + _indices(leaf))
    return peak


def _indices(leaf: Leaf) -> int:
    """Return the bytes of the places of the maxima, which are noted whether anyone asks or not, except in one axis."""
    kind = leaf.layer.kind
    return leaf.layer.saved_bytes if "MaxPool" in kind and kind != "MaxPool1d" else 0


def _padded(leaf: Leaf) -> int:
    """Return the numbers of the padded copy that a convolution makes first where it pads with anything but zeros."""
    mode = leaf.row.given.get("padding_mode", "zeros") if leaf.row else "zeros"
    return 0 if mode == "zeros" else leaf.layer.saved_values


def memory(rows: Iterable[tuple[Row, Size]], input_size: Size, itemsize: int) -> Memory:
    """Return the memory of rows, each with the size that arrives at it, for numbers of `itemsize` bytes."""
    outputs = saved = peak = 0
    kept = follows = False
    is_image = True
    image = arrives = prod(input_size) * itemsize
    for row, size in rows:
        each = held(row, size, itemsize, follows)
        follows = each.follows
        outputs += each.outputs
        saved += each.kept
        kept = kept or each.keeps_input
        # The image is kept by whoever runs the network.
        peak = max(peak, each.peak + (0 if is_image else image))
        if row.kind == "Embedding" and is_image:
            more = prod(input_size) * (INDEX_BYTES - itemsize)
            image, arrives, peak = image + more, arrives + more, peak + more
        is_image = is_image and each.runs
        if not each.trains:
            saved += arrives if kept else 0
            kept = each.keeps_output
            arrives = itemsize * prod(opened(row, size).output_size)
    return Memory(outputs, saved + (arrives if kept else 0), peak)
