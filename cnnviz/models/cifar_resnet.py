"""Networks of 6n + 2 layers for small images, plain or residual (He et al. 2016, section 4.2).

>>> network(20, residual=True)(torch.zeros(1, 1, 14, 14)).shape
torch.Size([1, 10])

A 3x3 convolution, three stages of n blocks of two 3x3 convolutions each, global average pooling and a linear layer. The
second and third stage begin with a stride of 2 and have twice the channels. A shortcut has no parameters: where sizes
change it takes every second position and fills the new channels with zeros (option A of the paper).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.errors import ModelError

WIDTH, STAGES, CLASSES = 8, 3, 10
# Where the auxiliary classifiers sit: behind all stages but the last.
AUXILIARY = STAGES - 1


class Block(nn.Module):
    """Two convolutions F, and with `residual` the shortcut around them: relu(F(x) + x), else relu(F(x)).

    `removed` leaves F out, so that x passes alone. Maps are (N, C, H, W).
    """

    def __init__(self, before: int, after: int, stride: int, *, residual: bool, normalised: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, padding=1, bias=not normalised)
        self.bn1 = nn.BatchNorm2d(after) if normalised else nn.Identity()
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=not normalised)
        self.bn2 = nn.BatchNorm2d(after) if normalised else nn.Identity()
        self.residual, self.stride, self.added = residual, stride, after - before
        self.removed = False

    @property
    def removable(self) -> bool:
        """Whether x has the shape of the output, so that it can stand in its place."""
        return self.stride == 1 and self.added == 0

    def branch(self, maps: Tensor) -> Tensor:
        """Return F(x)."""
        inside = functional.relu(self.bn1(self.conv1(maps)))
        found: Tensor = self.bn2(self.conv2(inside))
        return found

    def forward(self, maps: Tensor) -> Tensor:
        """Return the block's maps (N, C', H', W')."""
        if self.removed:
            return maps
        branch = self.branch(maps)
        return functional.relu(branch + self._shortcut(maps) if self.residual else branch)

    def _shortcut(self, maps: Tensor) -> Tensor:
        if self.removable:
            return maps
        return functional.pad(maps[..., :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.added))


class Network(nn.Module):
    """A whole network (N, 1, H, W) -> (N, 10), see `network`."""

    def __init__(self, depth: int, *, residual: bool, normalised: bool, auxiliary: bool) -> None:
        super().__init__()
        blocks = blocks_of(depth)
        self.conv = nn.Conv2d(1, WIDTH, 3, padding=1, bias=not normalised)
        self.bn = nn.BatchNorm2d(WIDTH) if normalised else nn.Identity()
        self.stages = nn.ModuleList()
        before = WIDTH
        for stage in range(STAGES):
            after = WIDTH * 2**stage
            strides = [2 if stage else 1] + [1] * (blocks - 1)
            widths = [before] + [after] * (blocks - 1)
            self.stages.append(
                nn.Sequential(
                    *(
                        Block(width, after, stride, residual=residual, normalised=normalised)
                        for width, stride in zip(widths, strides, strict=True)
                    )
                )
            )
            before = after
        self.linear = nn.Linear(before, CLASSES)
        self.auxiliary = nn.ModuleList(nn.Linear(WIDTH * 2**stage, CLASSES) for stage in range(AUXILIARY * auxiliary))

    @property
    def blocks(self) -> list[Block]:
        """All blocks, from the input on."""
        return [each for each in self.modules() if isinstance(each, Block)]

    def forward(self, images: Tensor) -> Tensor:
        """Return the scores (N, 10)."""
        return self.scores(images)[-1]

    def scores(self, images: Tensor) -> list[Tensor]:
        """Return the scores (N, 10) of each auxiliary classifier, and of the network last."""
        maps = functional.relu(self.bn(self.conv(images)))
        found = []
        for at, stage in enumerate(self.stages):
            maps = stage(maps)
            pooled = maps.mean(dim=(2, 3))
            if at < len(self.auxiliary):
                found.append(self.auxiliary[at](pooled))
        return [*found, self.linear(pooled)]


def network(
    depth: int,
    *,
    residual: bool,
    normalised: bool = True,
    auxiliary: bool = False,
    beginning: str = "kaiming",
    seed: int = 0,
) -> Network:
    """Return a network of `depth` = 6n + 2 layers as training begins.

    Convolutions begin as He et al. had them, `beginning` "kaiming": kaiming_normal_ by fan-in, biases at 0, and in a
    residual network without batch normalisation zeros in the last convolution of each block, since its maps would grow
    with every sum otherwise; or as torch makes them, "torch". `auxiliary` puts a linear classifier behind the first and
    the second stage. Raises ModelError for another depth.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = Network(depth, residual=residual, normalised=normalised, auxiliary=auxiliary)
        if beginning == "kaiming":
            _begin(made)
    if beginning == "kaiming" and residual and not normalised:
        for block in made.blocks:
            nn.init.zeros_(block.conv2.weight)
    return made


def _begin(made: Network) -> None:
    for each in made.modules():
        if isinstance(each, nn.Conv2d):
            nn.init.kaiming_normal_(each.weight, nonlinearity="relu")
            if each.bias is not None:
                nn.init.zeros_(each.bias)


def blocks_of(depth: int) -> int:
    """Return the blocks of a stage, n; raises ModelError where depth is not 6n + 2."""
    blocks, rest = divmod(depth - 2, 2 * STAGES)
    if blocks < 1 or rest:
        below = max(8, depth - rest)
        raise ModelError(
            f"A network of {depth} layers cannot be made of three equal stages; 6n + 2 can be, such as {below} or "
            f"{below + 6}."
        )
    return blocks
