"""The branches of a network's blocks, and what each makes of a picture."""

from cnnviz import models
from cnnviz.analysis import analyze
from cnnviz.arithmetic import LayerRecord
from cnnviz.engine.compute.inputs import picture_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Branches, SeeBranches
from cnnviz.engine.results import BlockRow, BranchMaps, BranchRow, BranchTable
from cnnviz.errors import ModelError
from cnnviz.graph.branches import branched_blocks, without_reduction
from cnnviz.probes.activations import activations
from cnnviz.probes.arrays import to_numpy


@computes(Branches)
def branches(request: Branches, run: Run) -> BranchTable:
    """Return the blocks of the network at the size of its own input."""
    graph = analyze(run.network, (1, *models.card(request.model.name).input_size)).graph
    rows: list[BlockRow] = []
    for block in branched_blocks(graph):
        reads = graph.nodes[block.source].size[1:]
        lines = [[layer for place in line if (layer := graph.nodes[place].layer)] for line in block.branches]
        join = graph.nodes[block.join]
        # A block is known by its module, of which only one that has several concatenations needs to tell them apart.
        module = ".".join(join.path)
        name = join.name if module in ("", *(row.name for row in rows)) else module
        rows.append(BlockRow(name, reads, tuple(_branch(line, reads[0]) for line in lines)))
    if not rows:
        raise ModelError(f"{request.model.name} has no block whose branches are concatenated; GoogLeNet has nine.")
    return BranchTable(tuple(rows))


def _branch(line: list[LayerRecord], channels: int) -> BranchRow:
    layers = tuple((layer.kind, layer.taps) for layer in line if layer.taps)
    made = line[-1].output_size or ()
    return BranchRow(line[-1].name, layers, made[1], sum(each.macs for each in line), without_reduction(line, channels))


@computes(SeeBranches)
def see_branches(request: SeeBranches, run: Run) -> BranchMaps:
    """Return every branch's maps, of one run."""
    table = run.ask(Branches(request.model))
    block = next((each for each in table.blocks if each.name == request.block), None)
    if block is None:
        some = ", ".join(each.name for each in table.blocks[:3])
        raise ModelError(f"This model has no block {request.block}; it has {some} and others.")
    names = [branch.last for branch in block.branches]
    found = activations(run.network, picture_batch(request, run), names)
    return BranchMaps(tuple(to_numpy(found[name][0]) for name in names), str(run.device), run.note)
