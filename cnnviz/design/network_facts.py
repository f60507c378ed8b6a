"""What a network is known by, so that two can be told apart in a few sentences.

>>> from cnnviz.design import PRESETS
>>> from cnnviz.design.totals import of_text
>>> zfnet, resnet = (facts(of_text(PRESETS[name].text, PRESETS[name].input_size, 4)) for name in ("zfnet", "resnet50"))
>>> zfnet.depth, resnet.depth, resnet.first.kernel_size, resnet.kinds_unlike(zfnet)
(8, 50, (7, 7), ('AdaptiveAvgPool2d', 'BatchNorm2d', 'add'))
"""

from dataclasses import dataclass

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.families import family
from cnnviz.arithmetic.record import Size
from cnnviz.design.layer_alignment import name_of_kind
from cnnviz.design.totals import Totals
from cnnviz.graph.longest_path import depth

# What joins branches, and what is left out in training: no family, but what a network may be known for.
_KNOWN_FOR = frozenset(("add", "cat", "mul", "dropout", "channelshuffle", "droppath", "stochasticdepth"))


@dataclass(frozen=True)
class First:
    """A network's first convolution; `output_size` is (N, C, ...)."""

    kernel_size: Size
    stride: Size
    output_size: Size


@dataclass(frozen=True)
class Facts:
    """`depth` is the longest path in convolutions and linear layers; `layers` is how many there are.

    `field` is the largest receptive field of a unit that does not see the whole image by construction, in pixels along
    each axis, None where there is none. `kinds` are the kinds of layers that compute, join or drop something, and
    `kernels` the kernel sizes of the convolutions. `outputs` are the bytes of all outputs.
    """

    parameters: int
    macs: int
    outputs: int
    layers: int
    depth: int
    field: Size | None
    first: First | None
    kinds: frozenset[str]
    kernels: frozenset[Size]

    def kinds_unlike(self, other: "Facts") -> tuple[str, ...]:
        """Return the kinds that the other network has not, a module and the function that does the same being one."""
        known = set(map(name_of_kind, other.kinds))
        return tuple(sorted(kind for kind in self.kinds if name_of_kind(kind) not in known))

    def kernels_unlike(self, other: "Facts") -> tuple[Size, ...]:
        """Return the kernel sizes that the other network has not, the smallest first."""
        return tuple(sorted(self.kernels - other.kernels))


def facts(shown: Totals) -> Facts:
    """Return what a network that works is known by."""
    leaves = shown.leaves
    convolutions = [each for each in leaves if family(each.kind) == "conv" and each.taps]
    # Of maps: what is flattened has lost its places.
    fields = [
        each.receptive_field.size
        for each in leaves
        if len(each.output_size or ()) > 2 and each.receptive_field and each.receptive_field.size
    ]
    return Facts(
        shown.parameters,
        shown.macs,
        shown.outputs,
        sum(each.parameters > 0 and family(each.kind) in ("conv", "linear") for each in leaves),
        depth(shown.graph) if shown.graph else 0,
        max(fields, default=None),
        _first(convolutions[0]) if convolutions else None,
        frozenset({name_of_kind(each.kind): each.kind for each in leaves if _tells(each)}.values()),
        frozenset(each.taps[0] for each in convolutions if each.taps),
    )


def _first(layer: LayerRecord) -> First:
    kernel, stride = layer.taps or ((), ())
    return First(kernel, stride, layer.output_size or ())


def _tells(layer: LayerRecord) -> bool:
    return family(layer.kind) != "other" or layer.parameters > 0 or name_of_kind(layer.kind) in _KNOWN_FOR
