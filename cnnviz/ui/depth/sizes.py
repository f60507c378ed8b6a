"""What plain and residual networks of 6n + 2 layers cost, by the calculator."""

from functools import lru_cache

from cnnviz.design import Evaluated, evaluate, parse

# Those of cnnviz.models.cifar_resnet, which imports torch; a test holds them together.
WIDTH, STAGES, CLASSES = 8, 3, 10
DEPTHS = (8, 20, 44, 110)
SIZE = "1x14x14"
_CONV = "Conv {channels} 3 p1{stride} nobias, BatchNorm, ReLU"


def row_text(depth: int, kind: str) -> str:
    """Return a network of so many layers in the calculator's language.

    It is "plain", or "projected": residual, with 1x1 convolutions in the shortcuts where sizes change. Shortcuts with
    zeros in their place, as the recipe has them, cost what the plain network costs.
    """
    rows = [_CONV.format(channels=WIDTH, stride="")]
    for stage in range(STAGES):
        channels = WIDTH * 2**stage
        for block in range((depth - 2) // (2 * STAGES)):
            stride = " s2" if stage and not block else ""
            both = [_CONV.format(channels=channels, stride=each) for each in (stride, "")]
            rows += both if kind == "plain" else [f"Basic {channels}{stride}"]
    return ", ".join([*rows, "AdaptiveAvgPool 1", "Flatten", f"Linear {CLASSES}"])


@lru_cache(maxsize=16)
def cost(depth: int, kind: str) -> Evaluated:
    """Return the evaluated network."""
    return evaluate(parse(row_text(depth, kind)), (1, *map(int, SIZE.split("x"))))
