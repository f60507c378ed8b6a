"""The sets of small images that a network can learn from live: their sizes, and what their classes are called.

Three come with the project, one of them cut from the gallery's photos; others are there where the operator has them.
"""

from dataclasses import dataclass

CLOTHES = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
_DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class ExampleSet:
    """Images (channels, side, side), `count` to learn from and `tests` more to be tested with.

    `mean` and `std` are those of all pixels of the training images, over all channels, from 0 to 1.
    """

    classes: tuple[str, ...]
    mean: float
    std: float
    count: int = 5000
    tests: int = 1000
    channels: int = 1
    side: int = 28

    @property
    def size(self) -> tuple[int, int, int]:
        """Of one image, (C, H, W)."""
        return self.channels, self.side, self.side

    @property
    def black(self) -> float:
        """The value of a black pixel where mean and deviation are 0 and 1."""
        return -self.mean / self.std


# As many patches to a photo, of ten photos in which they are neither all dark nor all alike.
PATCHED = ("astronaut", "chelsea", "china", "coffee", "coins", "flower", "grace_hopper", "grass", "retina", "rocket")
_CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_THINGS = (
    "banana",
    "bullet train",
    "golden retriever",
    "goldfish",
    "king penguin",
    "ladybug",
    "lighthouse",
    "monarch butterfly",
    "pizza",
    "school bus",
)

# The first images of the two sets as torchvision has them; mean and deviation are those of all 60,000.
SHEETS = {"mnist": ExampleSet(_DIGITS, 0.1307, 0.3081), "fashion-mnist": ExampleSet(CLOTHES, 0.2860, 0.3530)}
PATCHES = "patches"
EXAMPLE_SETS: dict[str, ExampleSet] = {
    **SHEETS,
    PATCHES: ExampleSet(tuple(name.replace("_", " ") for name in PATCHED), 0.3875, 0.2712, 4000, 1000, 3, 32),
    "whole-mnist": ExampleSet(_DIGITS, 0.1307, 0.3081, 60_000),
    "whole-fashion-mnist": ExampleSet(CLOTHES, 0.2860, 0.3530, 60_000),
    "cifar10": ExampleSet(_CIFAR, 0.4734, 0.2516, 50_000, 1000, 3, 32),
    "tiny-imagenet": ExampleSet(_THINGS, 0.4381, 0.2624, 5000, 500, 3, 32),
}


def folders_of(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Return how Tiny-ImageNet's folders are called: like the classes, with underscores."""
    return tuple(name.replace(" ", "_") for name in classes)
