"""`cnnviz.analyze` and `resized` against a forward of the same network on the meta device; and the memory they take.

python bench/analyze.py [--rounds 7]
"""

import argparse
import copy
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import _run
import torch
from torchvision import models

import cnnviz

SIZES = {"resnet50": 224, "vgg16": 224, "densenet121": 224, "mobilenet_v3_small": 224, "inception_v3": 299}


def compare(name: str, side: int, rounds: int) -> None:
    """Print the table of one model."""
    keywords = {"init_weights": False} if name == "inception_v3" else {}
    model = models.get_model(name, **keywords).eval()
    meta, size = copy.deepcopy(model).to("meta"), (1, 3, side, side)
    report = cnnviz.analyze(model, size)

    def forward() -> None:
        with torch.inference_mode():
            meta(torch.empty(size, device="meta"))

    taken = _run.interleaved(
        rounds,
        {
            "meta forward": forward,
            "analyze": lambda: cnnviz.analyze(model, size),
            "analyze, receptive fields too": lambda: cnnviz.analyze(model, size).layers[0].receptive_field,
            "analyze a copy on the meta device": lambda: cnnviz.analyze(meta, size),
        },
    )
    print(f"{name}: {len(report.layers)} layers, {report.parameters:,} parameters, {report.macs:,} MACs")
    _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, "meta forward"))
    other = (1, 3, side + 96, side + 96)
    rows = []
    for what, case in {
        "resized": lambda: report.resized(other),
        "resized, with memory": lambda: report.resized(other).memory,
        "resized, with receptive fields": lambda: report.resized(other).layers[0].receptive_field,
    }.items():
        own = timed(case, 20 * rounds)
        rows.append((what, f"{median(own):.3f}", f"{_run.percentile(own, 0.95):.3f}", f"{min(own):.3f}"))
    _run.table(("case", "median ms", "p95 ms", "min ms"), rows)


def timed(case: Callable[[], object], rounds: int) -> list[float]:
    """Return the milliseconds of each of so many runs, after one that is not counted."""
    case()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        case()
        taken.append(1000 * (time.perf_counter() - began))
    return taken


FIRST = """
import time, torch
from torchvision import models
import cnnviz
def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) / 1024
warm, model = models.resnet18().eval(), models.resnet50().eval()
cnnviz.analyze(warm)
before, began = resident(), time.perf_counter()
report = cnnviz.analyze(model)
first = time.perf_counter() - began
report.resized((1, 3, 320, 320)).memory
for _ in range(30):
    cnnviz.analyze(model)
for side in range(64, 512, 4):
    report.resized((1, 3, side, side)).memory
print(f"{1000 * first:.1f} {resident() - before:.1f}")
"""


def first(rounds: int) -> None:
    """Print what the first analysis of a process takes, after one of another network."""
    rows = []
    for _ in range(rounds):
        command = [sys.executable, "-W", "ignore", "-c", FIRST]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
        rows.append(tuple(done.stdout.split()))
    print("resnet50 in a new process, after resnet18; then 30 more and 112 other sizes")
    _run.table(("first analyze, ms", "more memory of the process, MB"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    for name, side in SIZES.items():
        compare(name, side, options.rounds)
    first(min(options.rounds, 3))


if __name__ == "__main__":
    main()
