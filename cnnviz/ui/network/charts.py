"""A network as charts, in the lesson's words."""

from collections import Counter
from collections.abc import Sequence

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.families import family
from cnnviz.design.totals import Totals, seen_by, sees_all
from cnnviz.figures.field_by_layer import Growth
from cnnviz.figures.network_costs import Costs
from cnnviz.graph import Block, NetworkGraph, fold
from cnnviz.ui.network.state import WORDS
from cnnviz.ui.numbers import of_bytes, of_count, percent

text = WORDS.text


def costs_of(shown: Totals, entries: Sequence[LayerRecord], title: str = "") -> Costs:
    """Return what each of the entries costs, and what stands over each panel.

    With a title, for two side by side, that is the total alone; without, it says where the most of it sits.
    """
    totals = of_bytes(sum(entry.memory for entry in entries)), of_count(shown.parameters), of_count(shown.macs)
    if title:
        keys = ("both_memory", "both_parameters", "both_macs")
        notes = [text(key, total=total) for key, total in zip(keys, totals, strict=True)]
    else:
        memory = [leaf.memory for leaf in shown.leaves]
        early = sum(memory[: -(-len(memory) // 4)]) / (sum(memory) or 1)
        notes = [
            text("where_memory", total=totals[0], share=percent(early, 1)),
            text("where_parameters", total=totals[1], **_largest(shown, "parameters")),
            text("where_macs", total=totals[2], **_largest(shown, "macs")),
        ]
    return Costs(
        [entry.name for entry in entries],
        [entry.memory for entry in entries],
        [entry.parameters for entry in entries],
        [entry.macs for entry in entries],
        (notes[0], notes[1], notes[2]),
        title,
    )


def by_blocks(graph: NetworkGraph, most: int) -> list[LayerRecord]:
    """Return a network's layers, or where there are more than `most`, its blocks with the sums of theirs."""
    items = list(fold(graph))
    while True:
        opened = [inner for item in items for inner in (item.items if isinstance(item, Block) else (item,))]
        if len(opened) > most or opened == items:
            break
        items = opened
    spans = [(each.first, each.last, each.name) if isinstance(each, Block) else (each, each, "") for each in items]
    found = []
    for first, last, name in spans:
        layers = [layer for node in graph.nodes[first : last + 1] if (layer := node.layer) is not None]
        if layers:
            sums = [sum(getattr(layer, number) for layer in layers) for number in ("parameters", "macs", "memory")]
            found.append(LayerRecord(name or layers[0].name, "", layers[-1].output_size, *sums))
    return found


def _largest(shown: Totals, number: str) -> dict[str, object]:
    """Return the family of layers that has the most of a number, in words, and its share of all."""
    sums: Counter[str] = Counter()
    for leaf in shown.leaves:
        sums[family(leaf.kind)] += getattr(leaf, number)
    name, most = max(sums.items(), key=lambda item: item[1], default=("other", 0))
    return {"family": WORDS.label(f"family.{name}"), "share": percent(most / (sums.total() or 1), 1)}


def growth_of(shown: Totals, entries: Sequence[LayerRecord]) -> Growth | None:
    """Return how the receptive field grows along the entries; None where the input has no positions."""
    image = shown.input_size[2:]
    if not image:
        return None
    covers = next((place for place, entry in enumerate(entries) if _covers(entry, image)), None)
    return Growth(
        [entry.name for entry in entries],
        [int(field[0]) if (field := seen_by(entry)) else None for entry in entries],
        image[0],
        text("image_line", side=image[0]),
        covers,
        next((place for place, entry in enumerate(entries) if sees_all(entry)), None),
        text("whole"),
    )


def _covers(entry: LayerRecord, image: Sequence[int]) -> bool:
    field = seen_by(entry) or ()
    return sees_all(entry) or (bool(field) and all(size >= side for size, side in zip(field, image, strict=True)))
