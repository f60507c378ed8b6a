"""A small network that proposes the next move of a game of Go, and two to compare it with."""

from torch import Tensor, nn

SIDE = 19


class GoPolicy(nn.Module):
    """(N, planes, 19, 19) -> (N, 361) scores, one for each point.

    A 5 x 5 convolution, then 3 x 3 ones, all padded so that every map keeps the board's size: what is asked for is a
    point, and pooling would forget which. The last layer is 1 x 1, with a bias of its own for each point, since an
    empty board too has better and worse points. After Clark and Storkey (2014), far smaller.
    """

    def __init__(self, planes: int = 1, width: int = 48, depth: int = 5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_block(planes, width, 5), *(layer for _ in range(depth) for layer in _block(width, width, 3))
        )
        self.move = nn.Conv2d(width, 1, 1, bias=False)
        self.point = nn.Parameter(Tensor(SIDE * SIDE).zero_())

    def forward(self, boards: Tensor) -> Tensor:
        scores: Tensor = self.move(self.features(boards)).flatten(1) + self.point
        return scores


class GoPolicyPooled(nn.Module):
    """The same with a 2 x 2 max-pooling behind the second convolution, as a classifier of photos would have it.

    (N, planes, 19, 19) -> (N, 361). Behind the pooling no map has the board's points any more, so a linear layer has to
    find them again.
    """

    def __init__(self, planes: int = 1, width: int = 48, depth: int = 5, kept: int = 8) -> None:
        super().__init__()
        layers = [*_block(planes, width, 5), *_block(width, width, 3), nn.MaxPool2d(2, ceil_mode=True)]
        layers += [layer for _ in range(depth - 1) for layer in _block(width, width, 3)]
        self.features = nn.Sequential(*layers, *_block(width, kept, 1))
        self.move = nn.Linear(kept * 10 * 10, SIDE * SIDE)

    def forward(self, boards: Tensor) -> Tensor:
        scores: Tensor = self.move(self.features(boards).flatten(1))
        return scores


def _block(channels: int, width: int, kernel: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(channels, width, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )
