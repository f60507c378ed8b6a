"""Any network's report: sizes, parameters, multiply-accumulates and receptive fields of every call."""

from dataclasses import dataclass

from torch import nn

from cnnviz.analysis.costs import macs_of
from cnnviz.analysis.fields import fields_of
from cnnviz.analysis.operations import Shape, Trace
from cnnviz.analysis.receptive_field import ReceptiveField, receptive_field
from cnnviz.analysis.trace import trace
from cnnviz.errors import ShapeError


@dataclass(frozen=True)
class LayerReport:
    """One call of the network.

    `parameters` are those that this call is the first to use, so that a column of them adds up. `receptive_field` is
    None where the layer does not depend on the image, where the input has no positions, and where no one field
    describes its units; `field_problem` then is the sentence that says why.
    """

    name: str
    kind: str
    output_size: Shape
    parameters: int
    macs: int
    receptive_field: ReceptiveField | None
    field_problem: str = ""

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs


@dataclass(frozen=True)
class NetworkReport:
    """What a network costs on one input size. `unknown` names the operations whose cost `macs` leaves out."""

    input_size: Shape
    layers: tuple[LayerReport, ...]
    parameters: int
    unknown: tuple[str, ...]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions, linear layers and products of matrices, without bias."""
        return sum(layer.macs for layer in self.layers)

    @property
    def flops(self) -> int:
        """Two for every MAC."""
        return 2 * self.macs


def analyze(model: nn.Module, input_size: tuple[int, ...] = (1, 3, 224, 224)) -> NetworkReport:
    """Return the report of `model`, as it is in eval mode, on an input (N, C, H, W), or (N, C, L), (N, C, D, H, W).

        >>> analyze(torchvision.models.resnet50()).layers[0].output_size
        (1, 64, 112, 112)

    The model's modules are run over once with tensors that hold no numbers: weights may be anywhere, nothing is
    computed, and the model is not changed. Layers are named as in cnnviz.calls. Raises ShapeError where the input does
    not fit, and ModelError where the control flow depends on values.
    """
    size = tuple(int(extent) for extent in input_size)
    if not size or min(size) < 1:
        raise ShapeError(f"An input of size {size} holds nothing; every extent must be at least 1.")
    return _report(trace(model, size))


def _report(traced: Trace) -> NetworkReport:
    unknown: dict[str, None] = {}
    layers = []
    shown_before: dict[tuple[int, Shape], tuple[ReceptiveField | None, str]] = {}
    fields = fields_of(traced)
    for call, field in zip(traced.calls, fields, strict=True):
        macs = 0
        for operation in call.operations:
            cost = macs_of(operation)
            if cost is None:
                unknown[operation.name] = None
            macs += cost or 0
        key = id(field), call.output.shape
        if key not in shown_before:
            shown_before[key] = receptive_field(field, call.output.shape)
        shown, problem = shown_before[key]
        layers.append(LayerReport(call.name, call.kind, call.output.shape, call.parameters, macs, shown, problem))
    return NetworkReport(traced.input.shape, tuple(layers), traced.parameters, tuple(unknown))
