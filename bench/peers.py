"""`cnnviz.analyze` side by side with torchinfo, fvcore, ptflops and torch's FlopCounterMode: error and time.

python bench/peers.py [--rounds 3]

The three are not among this project's requirements: install torchinfo, fvcore and ptflops where this is to run; what is
missing is said and left out. The truth is torch's counter on the meta device, halved, where attention is taken apart
into its products; an LSTM is unrolled into linear layers for it. Convolutions, linear layers and products of matrices
count, without bias: what a tool adds to that by its own convention is in its error. Times are those of one processor,
so that what else the machine does is not in them.
"""

import argparse
import contextlib
import copy
import io
import logging
import time
import warnings
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import _run
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

import cnnviz

Size = tuple[int, ...]


class Decoder(nn.Module):
    """Up from 7x7 to 56x56 by transposed convolutions, one of them grouped."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(256, 128, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1, groups=4),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 3, 4, stride=2, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Recurrent(nn.Module):
    """An LSTM of two layers in both directions, and a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(64, 128, 2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.lstm(x)[0][:, -1])


class Unrolled(Recurrent):
    """The products of the same, a linear layer for each matrix of weights at each step."""

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(x.shape[1]):
            for name, weight in self.lstm.named_parameters():
                if name.startswith("weight"):
                    nn.functional.linear(x.new_empty(x.shape[0], weight.shape[1]), weight)
        return self.head(x.new_empty(x.shape[0], 256))


NETWORKS: dict[str, tuple[Callable[[], nn.Module], Size, Callable[[], nn.Module] | None]] = {
    "resnet50": (models.resnet50, (1, 3, 224, 224), None),
    "vgg16": (models.vgg16, (1, 3, 224, 224), None),
    "densenet121": (models.densenet121, (1, 3, 224, 224), None),
    "mobilenet_v3_small (depthwise)": (models.mobilenet_v3_small, (1, 3, 224, 224), None),
    "resnext50_32x4d (grouped)": (models.resnext50_32x4d, (1, 3, 224, 224), None),
    "decoder (transposed)": (Decoder, (1, 256, 7, 7), None),
    "vit_b_16 (attention)": (models.vit_b_16, (1, 3, 224, 224), None),
    "swin_t (attention by matmul)": (models.swin_t, (1, 3, 224, 224), None),
    "lstm, 50 steps": (Recurrent, (1, 50, 64), Unrolled),
}


def by_cnnviz(model: nn.Module, size: Size) -> int:
    return cnnviz.analyze(model, size).macs


def by_torch(model: nn.Module, size: Size) -> int:
    device = next(model.parameters()).device
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(size, device=device))
    return counter.get_total_flops() // 2


def by_torchinfo(model: nn.Module, size: Size) -> int:
    import torchinfo

    return int(torchinfo.summary(model, input_size=size, verbose=0, device="cpu").total_mult_adds)


def by_fvcore(model: nn.Module, size: Size) -> int:
    from fvcore.nn import FlopCountAnalysis

    analysis = FlopCountAnalysis(model, torch.zeros(size)).unsupported_ops_warnings(False)
    return int(analysis.uncalled_modules_warnings(False).total())


def by_ptflops(model: nn.Module, size: Size) -> int:
    from ptflops import get_model_complexity_info

    macs, _ = get_model_complexity_info(
        model, size[1:], as_strings=False, print_per_layer_stat=False, verbose=False, backend="pytorch"
    )
    return int(macs)


TOOLS: dict[str, Callable[[nn.Module, Size], int]] = {
    "cnnviz": by_cnnviz,
    "FlopCounterMode, CPU": by_torch,
    "torchinfo": by_torchinfo,
    "fvcore": by_fvcore,
    "ptflops": by_ptflops,
}


def installed() -> dict[str, Callable[[nn.Module, Size], int]]:
    """Return the tools that can be imported, and say which cannot."""
    tools = dict(TOOLS)
    for name in ("torchinfo", "fvcore", "ptflops"):
        try:
            __import__(name)
        except ImportError:
            print(f"{name} is not installed, so it is missing here: pip install {name}")
            del tools[name]
    return tools


def quietly(tool: Callable[[nn.Module, Size], int], model: nn.Module, size: Size) -> int | None:
    """Return a tool's count without what it prints, None where it fails."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            return tool(model, size)
        except Exception:
            return None


def processor(case: Callable[[], Any]) -> float:
    """Return the processor seconds that a case takes."""
    began = time.process_time()
    case()
    return time.process_time() - began


def compare(name: str, tools: dict[str, Callable[[nn.Module, Size], int]], rounds: int) -> list[tuple[Any, ...]]:
    """Return the rows of one network."""
    make, size, unrolled = NETWORKS[name]
    model = make().eval()
    meta = copy.deepcopy(model).to("meta")
    truth = by_torch((unrolled or make)().eval().to("meta"), size)
    counts = {tool: quietly(count, copy.deepcopy(model), size) for tool, count in tools.items()}
    counts["FlopCounterMode, meta"] = by_torch(meta, size)
    report = cnnviz.analyze(model, size)
    # A tool may leave something on the model it counts, so each has its own.
    cases: dict[str, Callable[[], Any]] = {
        tool: partial(quietly, count, copy.deepcopy(model), size) for tool, count in tools.items()
    }
    cases["FlopCounterMode, meta"] = lambda: by_torch(meta, size)
    cases["cnnviz, resized"] = lambda: report.resized(size).macs
    counts["cnnviz, resized"] = report.resized(size).macs
    taken = _run.interleaved(rounds, {tool: partial(processor, case) for tool, case in cases.items()})
    base = median(taken["cnnviz"])
    rows: list[tuple[Any, ...]] = []
    for tool, seconds in taken.items():
        found = counts[tool]
        error = "fails" if found is None else "exact" if found == truth else f"{100 * (found - truth) / truth:+.2f} %"
        shown = "" if found is None else f"{found:,}"
        rows.append((name, tool, shown, error, f"{1000 * median(seconds):.2f}", f"{median(seconds) / base:.2f}"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    tools = installed()
    rows = [row for name in NETWORKS for row in compare(name, tools, options.rounds)]
    _run.table(("network", "tool", "MACs", "error", "median ms of a processor", "times cnnviz"), rows)


if __name__ == "__main__":
    main()
