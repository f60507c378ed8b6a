"""The course's GoogLeNet, a quarter as wide, with the paper's two auxiliary classifiers: on its third and sixth block.

Szegedy et al. 2015, "Going Deeper with Convolutions", section 5: while the network learns, 0.3 times the loss of each
is added to that of the last; afterwards they are not needed. Theirs have 128 channels and 1024 units, and average
first, from 14x14 to 4x4; here the maps have 4x4 already.
"""

from collections import OrderedDict

from torch import Tensor, nn

from cnnviz.models import course_networks

# By the name of each auxiliary classifier, the block that it reads: 4a and 4d in the paper.
AUXILIARY = {"early": "inception3", "middle": "inception6"}


class GoogLeNet(nn.Module):
    """The layers by their names, and the classifiers `early` and `middle`, which run in training only."""

    def __init__(self, layers: nn.Sequential, auxiliary: dict[str, nn.Module]) -> None:
        super().__init__()
        self.path = [name for name, _ in layers.named_children()]
        for name, layer in (*layers.named_children(), *auxiliary.items()):
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor, Tensor]:
        """Return (N, 10) scores; in training those of the last, the early and the middle classifier."""
        if self.training:
            early, middle, last = self.answers(x)
            return last, early, middle
        for name in self.path:
            x = getattr(self, name)(x)
        return x

    def answers(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the (N, 10) scores of the early, the middle and the last classifier."""
        found = {}
        for name in self.path:
            x = getattr(self, name)(x)
            for classifier, block in AUXILIARY.items():
                if name == block:
                    found[classifier] = getattr(self, classifier)(x)
        return found["early"], found["middle"], x


def _classifier(channels: int) -> nn.Module:
    """Return a classifier of maps (N, channels, 4, 4)."""
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        conv1=nn.Conv2d(channels, 32, kernel_size=1),
        relu1=nn.ReLU(inplace=True),
        flatten=nn.Flatten(),
        fc1=nn.Linear(32 * 4 * 4, 256),
        relu2=nn.ReLU(inplace=True),
        dropout=nn.Dropout(0.7),
        fc2=nn.Linear(256, 10),
    )
    return course_networks.started(nn.Sequential(layers))


def build() -> nn.Module:
    """Return a module from (N, 1, 28, 28) to (N, 10) scores."""
    layers = course_networks.build(name="googlenet-fashion", first=0.1)
    assert isinstance(layers, nn.Sequential)
    return GoogLeNet(layers, {"early": _classifier(128), "middle": _classifier(132)})
