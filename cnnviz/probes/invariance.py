"""What a network says to a picture in several states, and how far each layer is from what it was for the first.

>>> seen = moved(picture, [Pose(), similarity(degrees=90)])    # cnnviz.probes.placement: (2, 3, 224, 224)
>>> 0.1 < changes(model, seen, ["conv1"]).relative["conv1"].item() < 2  # of the second picture, against the first
True
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call, observe
from cnnviz.errors import ModelError
from cnnviz.nested import first_tensor
from cnnviz.probes.maps import stacked_maps
from cnnviz.probes.partial_forward import catch

MOST = 16  # pictures in one forward on a CPU: more at once leave its caches, and take longer
MOST_ON_GPU = 64
_ROOM = 2**26  # values of the largest layer, all pictures of a forward together: a quarter of a gigabyte
_PIECE = 2**19  # values compared at once on a CPU, so that they stay in its cache


@dataclass(frozen=True, eq=False)
class Changes:
    """What a network gave for N pictures, `outputs` (N, K), and how far each layer is from what it gave for the first.

    By layer in the order of execution: `norms`, the L2 norm of its output for the first picture, and `relative`,
    float64 (N - 1,), the norm of the difference divided by it: 0 where nothing changes, infinite from all zeros.
    """

    outputs: Tensor
    norms: dict[str, float]
    relative: dict[str, NDArray[np.float64]]


def changes(model: nn.Module, batch: Tensor, layers: Collection[str] | None = None) -> Changes:
    """Return what a batch (N, C, H, W) makes of a network, each picture against the first, in one forward pass.

    A layer's output is compared as soon as it is there and then let go, so that no more memory is needed than for the
    forward pass and one difference. Calls of `layers`, or all, whose outputs have a part for each picture are compared.
    """
    wanted = None if layers is None else set(layers)
    count = len(batch)
    found: dict[str, tuple[Tensor, Tensor]] = {}

    def compare(call: Call) -> None:
        output = first_tensor(call.output) if wanted is None or call.name in wanted else None
        if output is not None and output.is_floating_point() and output.numel() and len(output) % count == 0:
            found[call.name] = difference(output.reshape(count, -1))

    with torch.no_grad(), observe(model, compare, steps=False):
        output = first_tensor(model(batch))
    if output is None or len(output) != count:
        raise ModelError(f"This model gives no output for each of {count} pictures, so they cannot be compared.")
    if not found:
        return Changes(output.flatten(1), {}, {})
    # All numbers come from the device in one go, at the end: it need not stop after every layer.
    norms, distances = (torch.stack(each).cpu().numpy() for each in zip(*found.values(), strict=True))
    shares = relative(norms, distances)
    return Changes(
        output.flatten(1), dict(zip(found, norms.tolist(), strict=True)), dict(zip(found, shares, strict=True))
    )


def difference(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return the L2 norm of the first of some rows (N, D), and how far from it the others are, (N - 1,), as float64."""
    # On a CPU a piece stays in its cache until it is compared; a GPU does best with all at once.
    width = rows.shape[1] if rows.is_cuda else max(1, _PIECE // len(rows))
    first = torch.zeros((), dtype=torch.float64, device=rows.device)
    others = torch.zeros(len(rows) - 1, dtype=torch.float64, device=rows.device)
    for piece in rows.split(width, dim=1):
        first += torch.linalg.vector_norm(piece[0]).double() ** 2
        others += torch.linalg.vector_norm(piece[1:] - piece[0], dim=1).double() ** 2
    return first.sqrt(), others.sqrt()


def relative(norm: NDArray[np.float64], distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances (L, N) over norms (L,): 0 where nothing changes, infinite from all zeros."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share: NDArray[np.float64] = distance / norm[:, None]
    share[distance == 0] = 0
    return share


def moving_maps(model: nn.Module, batch: Tensor, layer: str, channels: Sequence[int]) -> Tensor:
    """Return the maps (N, K, h, w) of K channels of a layer; the network runs no further. ModelError for no layer."""

    def take(call: Call) -> Tensor:
        output = first_tensor(call.output)
        maps = None if output is None else stacked_maps(output, call.kind)
        if maps is None or len(maps) != len(batch) or max(channels, default=0) >= maps.shape[1]:
            raise ModelError(f"The layer {layer} has no maps of these channels for each of the {len(batch)} pictures.")
        # Taken out now: what comes after may write into the output.
        return maps[:, list(channels)].clone()

    with torch.no_grad():
        return catch(model, batch, layer, take)


def chunk_length(largest: int, device: str = "cpu") -> int:
    """Return how many pictures go through a network at once whose largest layer gives `largest` values for one."""
    if device != "cpu":
        return max(1, min(MOST_ON_GPU, MOST_ON_GPU // MOST * _ROOM // max(1, largest)))
    return max(1, min(MOST, _ROOM // max(1, largest)))


@dataclass(frozen=True, eq=False)
class Swept:
    """N states of a picture against the unmoved one.

    `layers` L names, `norms` (L,) of the unmoved, `changes` (L, N) relative to them; the first is the network's input.
    `probabilities` (N, K) and `unmoved` (K,): of a network with one output that output as it is, for there are no
    classes. `pictures` are what the network got, made small, uint8 (N, h, w, 3).
    """

    layers: tuple[str, ...]
    norms: NDArray[np.float64]
    changes: NDArray[np.float64]
    unmoved: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    original: NDArray[np.uint8]
    pictures: NDArray[np.uint8]

    @property
    def single(self) -> bool:
        """Whether the network has one output, which is no probability."""
        return len(self.unmoved) == 1


def joined(parts: Sequence[Swept], order: Sequence[int]) -> Swept:
    """Return parts of one sweep as one; `order` holds the numbers of the states, counted through all parts."""
    first = parts[0]
    return Swept(
        first.layers,
        first.norms,
        np.concatenate([part.changes for part in parts], axis=1)[:, order],
        first.unmoved,
        np.concatenate([part.probabilities for part in parts])[order],
        first.original,
        np.concatenate([part.pictures for part in parts])[order],
    )
