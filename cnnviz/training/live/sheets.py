"""Make the sheets of images that live runs learn from: python -m cnnviz.training.live.sheets [--data-root DIR]."""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from cnnviz.assets import EXAMPLES
from cnnviz.images.example_sets import SHEETS
from cnnviz.training import data
from cnnviz.training.live.examples import COLUMNS, SIDE


def main() -> None:
    """Write the first images of both data sets into assets/examples, and their labels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, help="a folder with the data sets; without it, they are downloaded")
    root = parser.parse_args().data_root
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    labels = {}
    for name, size in SHEETS.items():
        splits = data.load(name, root)
        for part, count, images, found in (
            ("train", size.count, splits.train_images, splits.train_labels),
            ("test", size.tests, splits.test_images, splits.test_labels),
        ):
            grid = images[:count, 0].numpy().reshape(-1, COLUMNS, SIDE, SIDE).swapaxes(1, 2)
            sheet = Image.fromarray(grid.reshape(-1, COLUMNS * SIDE))
            sheet.save(EXAMPLES / f"{name}-{part}.png", optimize=True)
            labels[f"{name}-{part}"] = found[:count].numpy().astype(np.uint8)
    np.savez_compressed(EXAMPLES / "labels.npz", **labels)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
