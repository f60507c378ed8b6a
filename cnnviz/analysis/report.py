"""Any network's report: sizes, parameters, multiply-accumulates, memory and receptive fields of every call."""

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from torch import nn

from cnnviz.analysis.flow import graph_of
from cnnviz.analysis.inputs import InputSize, InputType, inputs_of
from cnnviz.analysis.network import Run, run_of
from cnnviz.analysis.operations import Shape
from cnnviz.analysis.trace import nothing_collected
from cnnviz.analysis.windows import taps
from cnnviz.arithmetic.layer_record import LayerRecord, Taps
from cnnviz.arithmetic.memory import Memory, Training, training
from cnnviz.arithmetic.receptive_field import ReceptiveField
from cnnviz.graph import NetworkGraph


class _Seen(LayerRecord):
    """What a layer looks up when it is asked for; not compared, not shown, and no field of the dataclass."""

    _run: Run
    _place: int


@dataclass(frozen=True)
class LayerReport(_Seen):
    """One call of the network.

    `parameters` are those that this call is the first to use, and `memory` the bytes of an output that is not the
    memory of another, so that a column of each adds up. Receptive fields are worked out when the first is asked for.
    """

    output_size: Shape

    @property
    def receptive_field(self) -> ReceptiveField | None:
        """Which input pixels its units can depend on.

        None where the layer does not depend on the image, where the input has no positions, and where no one field
        describes its units; `field_problem` then is the sentence that says why.
        """
        return self._run.fields[self._place][0]

    @property
    def field_problem(self) -> str:
        return self._run.fields[self._place][1]

    @property
    def taps(self) -> Taps | None:
        """The kernel size and the stride of the convolution or pooling that it runs first, None where it runs none."""
        return next(filter(None, map(taps, self._run.network.trace.calls[self._place].operations)), None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LayerReport) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content[:-1])

    @property
    def _content(self) -> tuple[Any, ...]:
        known = self.name, self.kind, self.output_size, self.parameters, self.macs, self.memory
        return (*known, self._run.fields[self._place])


class _Known:
    _run: Run


@dataclass(frozen=True)
class NetworkReport(_Known):
    """What a network costs on one input size. `unknown` names the operations whose cost `macs` leaves out.

    `input_size` is what analyze was given: one size, or the sizes of several inputs.
    """

    input_size: Any
    layers: tuple[LayerReport, ...]
    parameters: int
    macs: int
    unknown: tuple[str, ...]

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs

    @cached_property
    def graph(self) -> NetworkGraph:
        """Which layer reads which layer's output, with the sizes of what is read.

        Its nodes are the layers in their order, but for those that hand on the tensor that they are given as it is.
        """
        run = self._run
        followed = run.followed
        sizes = [followed[value.number] if followed else value.shape for value in run.network.trace.values]
        return graph_of(run.network.trace, self.layers, sizes)

    @property
    def memory(self) -> Memory:
        """The three numbers of memory, in bytes."""
        return self._run.memory

    def training(self, optimiser: str, batch: int) -> Training:
        """Return what training needs, in bytes, with `optimiser` "sgd", "momentum" or "adam".

        `batch` is the number of images of a step; what is saved for backward grows in proportion. Parameters that do
        not require a gradient need none. Raises ModelError for another optimiser.
        """
        saved = self.memory.saved_for_backward * batch // self._run.inputs.batch
        stored = self._run.network.trace.parameters
        return training(stored.nbytes, stored.trained_bytes, stored.trained_tensors, saved, optimiser)

    def resized(self, input_size: InputSize) -> "NetworkReport":
        """Return the report of the same network on another input size, in the form in which analyze takes it.

        Equal to a fresh analyze, in a small part of its time: sizes are followed through the records of the run. Where
        the network's own code would run in another way at that size, or asks for its size in a way that cannot be
        followed, its modules are run over again. Raises ShapeError where the size does not fit.
        """
        inputs = self._run.inputs.of(input_size)
        with nothing_collected():
            return _report(self._run.network.followed(inputs) or self._run.network.traced(inputs))

    def followed(self, input_size: InputSize) -> "NetworkReport | None":
        """Return what `resized` does, or None where that would take the time of a fresh analyze."""
        run = self._run.network.followed(self._run.inputs.of(input_size))
        return _report(run) if run else None


def analyze(model: nn.Module, input_size: InputSize = (1, 3, 224, 224), *, dtype: InputType = None) -> NetworkReport:
    """Return the report of `model`, as it is in eval mode, on an input (N, C, H, W), or (N, C, L), (N, C, D, H, W).

        >>> import torch, torchvision
        >>> analyze(torchvision.models.resnet50()).layers[0].output_size
        (1, 64, 112, 112)
        >>> analyze(torch.nn.Bilinear(8, 3, 5), ((1, 8), (1, 3))).parameters
        125
        >>> analyze(torch.nn.Embedding(1000, 16), (1, 10), dtype=torch.int64).layers[0].output_size
        (1, 10, 16)

    Several inputs are a tuple of sizes, or a dict of them by the names of forward's arguments. An argument that is
    itself a list, a tuple or a dict of tensors is written as one, of sizes: `([(1, 3, 8, 8), (1, 3, 4, 4)],)` is one
    argument, a list of two images, `({"image": (1, 3, 8, 8)},)` one that is a dict. A tensor in the place of a size
    stands for its size and type; numbers, strings, booleans and None are passed as they are.

        >>> class Paste(torch.nn.Module):
        ...     def forward(self, images, scale):
        ...         return torch.cat(images, 1) * scale
        >>> analyze(Paste(), ([(1, 3, 8, 8), (1, 2, 8, 8)], 0.5)).layers[-1].output_size
        (1, 5, 8, 8)

    Inputs are of the parameters' type, complex or half as these are, unless `dtype` says otherwise: one type, or one
    for each input in the same form, None for the default; token indices need torch.int64.

    The model's modules are run over once with tensors that hold no numbers: weights may be anywhere, nothing is
    computed, and the model is not changed. Hooks run too, on copies of what they keep; one that asks for values is left
    out. Modules in plain lists and the like are counted where they run, and what torch.compile compiled is analysed as
    the Python that it is. Layers are named as in cnnviz.calls; what TorchScript and C++ do in a forward is named after
    torch's operators, "block.aten::mm". Receptive fields are those in the first input that has positions. Raises
    ShapeError for what torch refuses on a CPU, in a sentence that names the layer, its sizes and what would be right;
    and ModelError where the control flow depends on values, and for a TorchScript module.
    """
    with nothing_collected():
        return _report(run_of(model, inputs_of(input_size, dtype)))


def _report(run: Run) -> NetworkReport:
    layers = []
    for place, (call, size, macs) in enumerate(zip(run.network.trace.calls, run.outputs, run.macs, strict=True)):
        memory = prod(size) * call.output.itemsize if call.keeps else 0
        layer = LayerReport(call.name, call.kind, size, call.parameters, macs, memory)
        _attach(layer, _run=run, _place=place)
        layers.append(layer)
    parameters = run.network.trace.parameters.count
    report = NetworkReport(run.inputs.shown, tuple(layers), parameters, sum(run.macs), run.network.unknown)
    _attach(report, _run=run)
    return report


def _attach(report: LayerReport | NetworkReport, **known: Any) -> None:
    # Frozen dataclasses take no attributes but in this way.
    vars(report).update(known)
