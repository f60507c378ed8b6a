"""Grad-CAM of every layer, and the grid of occlusions, in forward passes of EfficientNet-Lite0.

    python bench/why.py [--rounds 12] [--rows 14]

Batch 1, 224 x 224, one thread, and its processor time: what else the machine does counts for little. The grid of 14 x
14 patches, or some rows of it, stands beside a forward of the same images, ready in memory, in the same batches.
"""

import argparse
import time
from collections.abc import Callable

import _run
import torch

from cnnviz import models
from cnnviz.engine import garbage
from cnnviz.engine.memory import keep_freed
from cnnviz.probes import grad_cams
from cnnviz.probes.occlusion import occluded, occluded_logits


def timed(act: Callable[[], object]) -> Callable[[], float]:
    """Return an act that says how many seconds of processor time it took, in all threads."""

    def run() -> float:
        began = time.process_time()
        act()
        return time.process_time() - began

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--rows", type=int, default=14, help="of the grid")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, batch = models.load("efficientnet-lite0").eval(), torch.randn(1, 3, 224, 224)
    # As in a server: else Python looks through all of torch for garbage again and again, and every map's memory is new.
    garbage.settle()
    keep_freed()

    def forward(images: torch.Tensor) -> None:
        with torch.no_grad():
            for part in images.split(14):
                model(part)

    print(f"Grad-CAM of {len(grad_cams(model, batch))} layers")
    acts = {"forward": timed(lambda: forward(batch)), "Grad-CAM, all layers": timed(lambda: grad_cams(model, batch, 3))}
    _run.table(_run.RATIO_COLUMNS, _run.ratios(_run.interleaved(options.rounds, acts, warm=2), "forward"))

    black = torch.zeros(3, 1, 1)
    places = [(16 * row, 16 * column) for row in range(options.rows) for column in range(14)]
    images = occluded(batch, places, black, size=16)
    whole = f"forward of {len(places)} images"
    grids = {
        whole: timed(lambda: forward(images)),
        f"{options.rows} x 14 occlusions": timed(lambda: occluded_logits(model, batch, places, black, size=16)),
    }
    taken = _run.interleaved(max(2, options.rounds // 4), grids, warm=1)
    _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, whole))


if __name__ == "__main__":
    main()
