"""The engine on a Ray cluster of this machine against the one in this process: what an act costs in both.

    python bench/engines.py [--rounds 60] [--address ray]

EfficientNet-Lite0, asked as Activations asks it, in turn: another layer of a photo that was looked at before, a new
photo of 640 x 480, and a request that costs nothing to compute (a pooling of 8 x 8 numbers). Never the same twice, so
that no answer comes from a cache. Both have as many threads. The bar is 10 ms more by median.
"""

import argparse
import itertools
from collections.abc import Callable
from statistics import median
from typing import Any

import _run
import numpy as np
import torch

from cnnviz.engine import Classify, Engine, Layers, Maps, ModelChoice, Picture, Request
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.ray import RayEngine
from cnnviz.engine.requests import Numbers, Pool
from cnnviz.images import gallery_image

CHOICE = ModelChoice("efficientnet-lite0")
THREADS = 2
LOOKED_AT = ("chelsea", "astronaut", "coffee", "rocket")


def photo(number: int) -> Picture:
    return Picture.of(np.random.default_rng(number).integers(0, 256, (480, 640, 3), dtype=np.uint8))


def acts(rows: list[str], photos: list[Picture]) -> dict[str, Callable[[int], Request[Any]]]:
    """Return, by the name of an act, what is asked for it in round `turn`."""
    looked = [Maps(CHOICE, picture, row) for row in rows for picture in photos]
    settings = (("kernel_size", 2),)
    return {
        "another layer": lambda turn: looked[turn],
        "a new photo": lambda turn: Classify(CHOICE, photo(turn)),
        "8 x 8 pooled": lambda turn: Pool("MaxPool2d", Numbers.of(np.full((1, 8, 8), turn)), settings),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--address", default="ray", help="ray, or ray://HOST:PORT")
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    engines: dict[str, Engine] = {"here": LocalEngine(device="cpu"), "on Ray": RayEngine(options.address)}
    photos = [Picture.of(gallery_image(name)) for name in LOOKED_AT]
    names: list[str] = []
    for engine in engines.values():
        names = [row.name for row in engine.ask(Layers(CHOICE)).rows if row.kind != "Identity"]
        for picture in photos:
            engine.ask(Classify(CHOICE, picture))
    rows = []
    for act, request in acts(names, photos).items():
        turns = {name: itertools.count() for name in engines}
        cases = {
            name: lambda engine=engine, turn=turns[name]: engine.ask(request(next(turn))).nbytes  # noqa: B023
            for name, engine in engines.items()
        }
        taken = _run.interleaved(options.rounds, cases, warm=3)
        here, there = (1000 * median(taken[name]) for name in engines)
        more = [1000 * (b - a) for a, b in zip(*taken.values(), strict=True)]
        rows.append(
            (
                act,
                f"{here:.1f}",
                f"{there:.1f}",
                f"{there - here:.1f}",
                f"{median(more):.1f}",
                f"{_run.percentile(more, 0.95):.1f}",
            )
        )
    _run.table(("act", "here, median ms", "on Ray", "more", "of pairs, median", "p95"), rows)
    for engine in engines.values():
        engine.close()


if __name__ == "__main__":
    main()
