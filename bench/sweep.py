"""A sweep of 61 angles through EfficientNet-Lite0, with every layer's change, against the bare forward pass.

    python bench/sweep.py [--rounds 5] [--threads N]

A 224 x 224 photo, turned by -90 to 90 degrees; the sweep is asked of the engine as the screen asks it. The bar is 1.2
times one forward pass of the same 61 images in one batch; what the same batches as the sweep's take is printed beside.
"""

import argparse
import itertools
from math import prod

import _run
import torch

from cnnviz import models
from cnnviz.arithmetic.pose import similarity
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Input, Layers, ModelChoice, Picture, Sweep, View
from cnnviz.images import gallery_image
from cnnviz.probes.invariance import chunk_length
from cnnviz.probes.placement import moved

NAME, ANGLES = "efficientnet-lite0", 61


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, help="of torch, inside one operation")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    engine, choice, picture = LocalEngine(), ModelChoice(NAME), Picture.of(gallery_image("chelsea"))
    given = torch.tensor(engine.ask(Input(choice, picture)).values)
    rows = engine.ask(Layers(choice)).rows
    layers = sum(row.kind != "Identity" for row in rows)
    at_once = chunk_length(max(prod(row.maps) for row in rows), engine.statistics().device)
    device = torch.device(engine.statistics().device)
    model = models.load(NAME, device=device)
    angles = torch.linspace(-90, 90, ANGLES)
    batch = moved(given.clamp(0, 1).to(device), [similarity(degrees=angle) for angle in angles.tolist()])
    turn = itertools.count()

    def forward(at_once: int) -> None:
        with torch.inference_mode():
            for part in batch.split(at_once):
                model(part)
        if device.type == "cuda":
            torch.cuda.synchronize()

    def sweep() -> None:
        # Never the same angles twice, which the engine would not compute again.
        off = 1e-3 * next(turn)
        moves = [View(similarity(degrees=float(angle) + off)) for angle in angles]
        for start in range(0, ANGLES, at_once):
            engine.ask(Sweep(choice, picture, tuple(moves[start : start + at_once])))

    taken = _run.interleaved(
        options.rounds,
        {
            "one batch of 61, forward alone": lambda: forward(ANGLES),
            f"batches of {at_once}, forward alone": lambda: forward(at_once),
            "sweep of 61 angles": sweep,
        },
    )
    print(f"{NAME}, {ANGLES} images, {layers} layers, {device}, {torch.get_num_threads()} threads")
    _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, "one batch of 61, forward alone"))
    engine.close()


if __name__ == "__main__":
    main()
