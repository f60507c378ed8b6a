"""Make the small arrays that the home page shows, from the shipped AlexNet: python -m cnnviz.training.examples.

One file a screen, so that the page needs neither torch nor a model to be alive.
"""

from pathlib import Path

import numpy as np
import torch

from cnnviz import images, models
from cnnviz.probes.activations import activations
from cnnviz.probes.filters import colour_tiles, first_filters, order

FOLDER = Path(__file__).parents[2] / "assets" / "home"
MODEL = "alexnet-tiny"
SHOWN = 32


def main() -> None:
    """Write assets/home/activations.npz and assets/home/filters.npz."""
    model = models.load(MODEL)
    prepared = images.prepare(images.gallery_image("chelsea"), models.card(MODEL).preprocessing)
    batch = torch.from_numpy(prepared.tensor)
    maps = activations(model, batch, ["relu1"])["relu1"][0].numpy()
    varied = np.argsort(-maps.reshape(len(maps), -1).std(axis=1), kind="stable")[:SHOWN]
    np.savez_compressed(FOLDER / "activations.npz", maps=maps[varied].astype(np.float16), channels=varied)
    bank = first_filters(model, batch)
    by_hue = order(bank, "hue")
    np.savez_compressed(
        FOLDER / "filters.npz",
        tiles=colour_tiles(bank, shared=False)[by_hue],
        weights=bank.weights[by_hue].astype(np.float16),
        filters=by_hue,
    )


if __name__ == "__main__":
    main()
