"""`cnnviz.analyze` against a forward of the same network on the meta device.

python bench/analyze.py [--rounds 7]
"""

import argparse
import copy

import _run
import torch
from torchvision import models

import cnnviz

SIZES = {"resnet50": 224, "densenet121": 224, "inception_v3": 299}


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
            "analyze a copy on the meta device": lambda: cnnviz.analyze(meta, size),
        },
    )
    print(f"{name}: {len(report.layers)} layers, {report.parameters:,} parameters, {report.macs:,} MACs")
    _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, "meta forward"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    for name, side in SIZES.items():
        compare(name, side, options.rounds)


if __name__ == "__main__":
    main()
