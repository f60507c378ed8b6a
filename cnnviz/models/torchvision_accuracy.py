"""What torchvision publishes about its classification weights, as a table that is read without torch.

The file is written from the metadata of the installed torchvision by `python -m cnnviz.models.torchvision_accuracy`.
"""

import json
import math
from dataclasses import asdict, dataclass
from functools import lru_cache

from cnnviz.assets import TABLES

FILE = TABLES / "torchvision_accuracy.json"
# By how the names of torchvision's classes of weights begin; the longer beginnings come first.
FAMILIES = {
    "AlexNet": "AlexNet",
    "ConvNeXt": "ConvNeXt",
    "DenseNet": "DenseNet",
    "EfficientNet": "EfficientNet",
    "GoogLeNet": "GoogLeNet",
    "Inception": "Inception",
    "MNASNet": "MNASNet",
    "MaxVit": "MaxViT",
    "MobileNet": "MobileNet",
    "RegNet": "RegNet",
    "ResNeXt": "ResNeXt",
    "ResNet": "ResNet",
    "ShuffleNet": "ShuffleNet",
    "SqueezeNet": "SqueezeNet",
    "Swin": "Swin",
    "VGG": "VGG",
    "ViT": "ViT",
    "Wide_ResNet": "Wide ResNet",
}


@dataclass(frozen=True)
class Entry:
    """One set of weights: shares of ImageNet's validation images in percent, on images of `side` pixels.

    `gmacs` are thousands of millions of multiply-accumulates, which torchvision labels GFLOPS. The accuracies are None
    for weights that classify nothing.
    """

    name: str
    architecture: str
    family: str
    side: int
    top1: float | None
    top5: float | None
    parameters: int
    gmacs: float

    @property
    def macs(self) -> float:
        """Multiply-accumulates of one image."""
        return self.gmacs * 1e9


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """Return the shipped table, in torchvision's order."""
    return tuple(Entry(**each) for each in json.loads(FILE.read_text(encoding="utf-8")))


def from_torchvision() -> tuple[Entry, ...]:
    """Return the same from the metadata of the installed torchvision; this imports torch."""
    from torchvision import models

    found = []
    for architecture in models.list_models(module=models):
        for weights in models.get_model_weights(architecture):
            accuracy = weights.meta["_metrics"]["ImageNet-1K"]
            top1, top5 = (None if math.isnan(accuracy[key]) else accuracy[key] for key in ("acc@1", "acc@5"))
            family = next(name for start, name in FAMILIES.items() if str(weights).startswith(start))
            (side,) = weights.transforms().crop_size
            numbers = weights.meta["num_params"], weights.meta["_ops"]
            found.append(Entry(str(weights), architecture, family, side, top1, top5, *numbers))
    return tuple(found)


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(asdict(each)) for each in from_torchvision())
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
