"""Make the small arrays that the home page shows: python -m cnnviz.training.home_arrays.

One file a screen, so that the page needs neither torch nor a model to be alive.
"""

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from cnnviz import assets, images, models
from cnnviz.arithmetic.affine import composed
from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.probes.activations import activations
from cnnviz.probes.filters import colour_tiles, first_filters, order
from cnnviz.probes.invariance import moving_maps
from cnnviz.probes.placement import moved
from cnnviz.probes.warp import Sampling, warped

FOLDER = assets.HOME
MODEL, DIGITS = "alexnet-tiny", "lenet-relu-mnist"
SHOWN = 32
DIGIT = 70  # a seven
WARPED = 32  # a three
TURNED = 60  # a six
CHANNELS = 3


def main() -> None:
    """Write the files in assets/home."""
    first_layer()
    windows()
    weights_shared()
    warped_digit()
    turned_digit()


def first_layer() -> None:
    """Write activations.npz and filters.npz, from the shipped AlexNet."""
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


def windows() -> None:
    """Write windows.npz: a digit, what Sobel's kernel makes of it, and its 2 x 2 maxima and where they are."""
    small = Image.fromarray(images.sheet("digits")[DIGIT]).resize((8, 8), Image.Resampling.BOX)
    digit = torch.from_numpy(np.asarray(small, np.float32) / 255).round(decimals=1)[None]
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None]
    maxima, places = functional.max_pool2d(digit, 2, return_indices=True)
    np.savez_compressed(
        FOLDER / "windows.npz",
        digit=digit.numpy(),
        kernel=kernel.numpy(),
        convolved=functional.conv2d(digit, kernel).numpy(),
        maxima=maxima.numpy(),
        winners=places.numpy().astype(np.int32),
    )


def weights_shared() -> None:
    """Write connections.npz: 7 inputs, 3 outputs of 3 inputs each, and the matrix of the weights they share."""
    inputs, weights = torch.tensor([1.0, 3, 2, 0, -1, 2, 1]), torch.tensor([1.0, -2, 1])
    owners = np.full((3, 7), -1, np.int32)
    for output in range(3):
        owners[output, 2 * output : 2 * output + 3] = range(3)
    np.savez_compressed(
        FOLDER / "connections.npz",
        inputs=inputs.numpy(),
        outputs=functional.conv1d(inputs[None, None], weights[None, None], stride=2)[0, 0].numpy(),
        matrix=np.where(owners < 0, 0, weights.numpy()[owners]).astype(np.float32),
        owners=owners,
    )


def warped_digit() -> None:
    """Write warped.npz: a digit, a box on it as theta, and what is in the box."""
    image = images.sheet("digits")[WARPED][None]
    theta = composed(rotation=-20, scale=(0.7, 0.7), shear=0, shift=(0, 0))
    output = warped(torch.from_numpy(image) / 255, theta, (28, 28), Sampling()).output
    np.savez_compressed(FOLDER / "warped.npz", image=image, theta=np.array(theta), output=output)


def turned_digit() -> None:
    """Write turned.npz: a digit turned all the way round, what LeNet says of it, and maps of its first layer."""
    model, how = models.load(DIGITS), models.card(DIGITS).preprocessing
    picture = Image.fromarray(images.sheet("digits")[TURNED]).convert("RGB")
    ground, spread = how.mean[0], how.std[0]
    pixels = torch.from_numpy(images.prepare(picture, how).tensor)[0] * spread + ground
    degrees = torch.linspace(-180, 180, 25)
    seen = moved(pixels, [Pose(), *(similarity(degrees=turn) for turn in degrees.tolist())])
    batch = (seen - ground) / spread
    first = activations(model, batch[:1], ["conv1"])["conv1"][0].flatten(1)
    channels = first.std(dim=1).argsort(descending=True)[:CHANNELS].tolist()
    with torch.inference_mode():
        answers = model(batch).softmax(1).numpy()
    classes = np.argsort(-answers.max(axis=0), kind="stable")[:5]
    np.savez_compressed(
        FOLDER / "turned.npz",
        pictures=(seen.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).repeat(1, 1, 1, 3).numpy(),
        maps=moving_maps(model, batch, "conv1", channels).numpy().astype(np.float16),
        answers=answers[:, classes],
        classes=classes,
        channels=np.array(channels),
        degrees=degrees.numpy(),
    )


if __name__ == "__main__":
    main()
