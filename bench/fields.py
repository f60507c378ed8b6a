"""Receptive fields of `cnnviz.analyze` side by side with torchlens: which are right, and the time for a whole table.

python bench/fields.py [--rounds 3]

torchlens is not among this project's requirements: install it where this is to run. The truth is the support of a
unit's gradient with all weights positive, for units at the border and in the middle of every convolution, pooling and
sampling (of up to 30 of them, evenly spread). A table is the fields of all layers, with the trace or the forward pass
that a tool needs. Times are those of one processor.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import _run
import torch
import torchvision.models as tv
from torch import nn

import cnnviz
from tests.analysis.gradients import clipped, supports

Size = tuple[int, ...]
COMPARED = 30


class UNet(nn.Module):
    """Down by pooling, up by a transposed convolution, and a skip that joins both."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Conv2d(1, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.bottom = nn.Conv2d(4, 4, 3, padding=1)
        self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)
        self.out = nn.Conv2d(8, 1, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skip = self.down(x)
        return self.out(torch.cat([skip, self.up(self.bottom(self.pool(skip)))], dim=1))


class Slices(nn.Module):
    """Padding and slicing by functions, between two convolutions of even kernels."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 2, 4, padding="same")
        self.second = nn.Conv2d(2, 2, 2, padding="same", dilation=3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(nn.functional.pad(self.first(x), (2, 0, 1, 0))[:, :, 1:-1, ::2])


class Shuffled(nn.Module):
    """Pixel unshuffle, a convolution and pixel shuffle."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.PixelUnshuffle(2)
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.up = nn.PixelShuffle(2)
        self.last = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.up(self.conv(self.down(x))))


class Bilinear(nn.Module):
    """Up bilinearly, then a convolution; then adaptive pooling to a size that does not divide."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 1, 3, stride=2, padding=1)
        self.last = nn.Conv2d(1, 1, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        larger = nn.functional.interpolate(self.first(x), scale_factor=2, mode="bilinear", align_corners=False)
        return self.pool(self.last(larger))


NETWORKS: dict[str, tuple[Callable[[], nn.Module], Size]] = {
    "resnet18": (partial(tv.resnet18, weights=None), (1, 3, 64, 64)),
    "resnet50": (partial(tv.resnet50, weights=None), (1, 3, 49, 49)),
    "inception_v3": (partial(tv.inception_v3, weights=None, init_weights=False), (1, 3, 79, 79)),
    "densenet121": (partial(tv.densenet121, weights=None), (1, 3, 33, 33)),
    "efficientnet_b0 (squeeze and excitation)": (partial(tv.efficientnet_b0, weights=None), (1, 3, 33, 33)),
    "u-net": (UNet, (1, 1, 24, 24)),
    "even kernels, pads, slices": (Slices, (1, 1, 17, 16)),
    "pixel shuffle": (Shuffled, (1, 1, 16, 16)),
    "bilinear, adaptive": (Bilinear, (1, 1, 24, 24)),
}


def units(shape: Size) -> list[tuple[int, int]]:
    """Return the units that are compared: a corner, a border and one in the middle."""
    rows, columns = shape[2:]
    return sorted({(0, columns - 1), (rows // 2, columns // 3), (rows // 2, columns // 2)})


def by_cnnviz(model: nn.Module, size: Size) -> dict[str, Callable[[Size], tuple[int, ...]]]:
    """Return, by the layer's name, the function from a unit to its box."""
    return {
        layer.name: partial(box_by_cnnviz, layer.receptive_field)
        for layer in cnnviz.analyze(model, size).layers
        if layer.receptive_field is not None
    }


def box_by_cnnviz(field: Any, unit: Size) -> tuple[int, ...]:
    box: tuple[int, ...] = field.box(*unit)
    return box


def by_torchlens(model: nn.Module, size: Size) -> dict[str, Callable[[Size], tuple[int, ...]]]:
    """Return, by the module's name, the function from a unit to its box."""
    import torchlens

    trace = torchlens.trace(model, torch.zeros(size))
    fields: dict[str, Callable[[Size], tuple[int, ...]]] = {}
    for layer in trace.layers:
        if layer.module is not None:
            field = layer.ops[0].receptive_field
            fields[str(layer.module).rsplit(":", 1)[0]] = partial(box_by_torchlens, field)
    return fields


def box_by_torchlens(field: Any, unit: Size) -> tuple[int, ...]:
    rows, columns = field.at(unit).slices()[2:]
    return rows.start, columns.start, rows.stop, columns.stop


TOOLS = {"cnnviz": by_cnnviz, "torchlens": by_torchlens}


def compare(name: str, rounds: int) -> list[tuple[Any, ...]]:
    """Return the rows of one network."""
    make, size = NETWORKS[name]
    model = make().eval()
    kinds = (nn.Conv2d, nn.ConvTranspose2d, nn.MaxPool2d, nn.AvgPool2d, nn.PixelShuffle, nn.AdaptiveAvgPool2d)
    layers = [layer for layer, module in model.named_modules() if isinstance(module, kinds)]
    layers = layers[:: 1 + (len(layers) - 1) // COMPARED]
    found = supports(model, size, set(layers), units)
    truth = {key: box for key, box in found.items() if key[1] is not None and box is not None}
    rows: list[tuple[Any, ...]] = []
    cases = {tool: partial(processor, table, model, size) for tool, table in TOOLS.items()}
    taken = _run.interleaved(rounds, cases)
    for tool, table in TOOLS.items():
        fields, right, wrong, missing = table(model, size), 0, 0, 0
        for (layer, unit), box in truth.items():
            try:
                # The padding of a border unit has pixels of its own only inside of what is seen at all.
                said = clipped(fields[layer](unit), found[layer, None])
            except Exception:
                missing += 1
                continue
            right, wrong = right + (said == box), wrong + (said != box)
        least = min(taken[tool])
        times = least / min(taken["cnnviz"])
        rows.append((name, tool, right, wrong, missing, f"{1000 * least:.1f}", f"{times:.1f}"))
    return rows


def processor(table: Callable[[nn.Module, Size], Any], model: nn.Module, size: Size) -> float:
    """Return the processor seconds that a table takes."""
    began = time.process_time()
    table(model, size)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    try:
        import torchlens  # noqa: F401
    except ImportError:
        print("torchlens is not installed, so it is missing here: pip install torchlens")
        del TOOLS["torchlens"]
    rows = [row for name in NETWORKS for row in compare(name, options.rounds)]
    _run.table(("network", "tool", "right", "wrong", "no answer", "least ms of a processor", "times cnnviz"), rows)


if __name__ == "__main__":
    main()
