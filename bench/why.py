"""Grad-CAM of every layer, and the grid of occlusions, in forward passes of EfficientNet-Lite0.

    python bench/why.py [--rounds 12] [--threads N]

Batch 1, 224 x 224. The grid of 14 x 14 patches stands beside one forward of the same 196 images, in the same chunks.
"""

import argparse

import _run
import torch

from cnnviz import models
from cnnviz.probes import grad_cams
from cnnviz.probes.occlusion import occluded, occluded_logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--threads", type=int, help="of torch, inside one operation")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    model, batch = models.load("efficientnet-lite0").eval(), torch.randn(1, 3, 224, 224)

    def forward(images: torch.Tensor) -> None:
        with torch.no_grad():
            for part in images.split(14):
                model(part)

    print(f"Grad-CAM of {len(grad_cams(model, batch))} layers")
    acts = {"forward": lambda: forward(batch), "Grad-CAM, all layers": lambda: grad_cams(model, batch, 3)}
    _run.table(_run.RATIO_COLUMNS, _run.ratios(_run.interleaved(options.rounds, acts, warm=2), "forward"))

    black = torch.zeros(3, 1, 1)
    places = [(16 * row, 16 * column) for row in range(14) for column in range(14)]
    images = occluded(batch, places, black, size=16)
    grids = {
        "forward of 196 images": lambda: forward(images),
        "14 x 14 occlusions": lambda: occluded_logits(model, batch, places, black, size=16),
    }
    taken = _run.interleaved(max(2, options.rounds // 4), grids, warm=1)
    _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, "forward of 196 images"))


if __name__ == "__main__":
    main()
