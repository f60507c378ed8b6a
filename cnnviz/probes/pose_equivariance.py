"""How much a layer changes when the picture is shifted, turned or scaled, and how much when its maps go along.

>>> poses = [similarity(right=4), similarity(degrees=45)]
>>> found = movements(model, batch, "pool2", places["pool2"], poses)  # doctest: +SKIP
>>> [(change.still, change.along) for change in found]  # doctest: +SKIP
[(0.98, 0.15), (1.04, 0.84)]
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.arithmetic.pose import Pose
from cnnviz.calls import Call, observe
from cnnviz.nested import first_tensor
from cnnviz.probes.activations import activations
from cnnviz.probes.equivariance import Places, gap
from cnnviz.probes.maps import stacked_maps
from cnnviz.probes.placement import thetas
from cnnviz.probes.probabilities import answers
from cnnviz.probes.resampling import by_pixels, resampled

_INSIDE = 0.999


@dataclass(frozen=True)
class Change:
    """What a movement does to a layer: its maps against those before (`still`), and against those moved `along`.

    Both are relative: the root of the sum of squared differences, divided by that of the squares. `along` counts the
    places that the moved maps reach; None where no positions are left. The picture's strongest class is then `answer`,
    with `probability`; of a network with one output that is the output as it is.
    """

    still: float
    along: float | None
    answer: int
    probability: float


@dataclass(frozen=True, eq=False)
class Shifted:
    """What a classifier makes of pictures moved to the right by `shifts` (S,) pixels onto their own ground.

    `right` (S,) is the share that it still gets right, `inside` (S,) the share of what is not ground that is still in
    the picture. `changes` (L, S) are the relative changes of the layers named, all pictures together.
    """

    shifts: NDArray[np.int32]
    right: NDArray[np.float32]
    inside: NDArray[np.float32]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    changes: NDArray[np.float32]


def movements(
    model: nn.Module,
    batch: Tensor,
    layer: str,
    places: Places,
    poses: Sequence[Pose],
) -> tuple[Change, ...]:
    """Return what movements do to `layer`, of one picture (1, C, H, W); it is one forward of all.

    Where nothing is known of the picture, its border is repeated. Raises ModelError where there is no such layer.
    """
    theta = thetas(poses, (batch.shape[2], batch.shape[3]))
    seen = torch.cat([batch, resampled(batch, theta, padding_mode="border")])
    kept: list[Tensor] = []

    def keep(call: Call) -> None:
        tensor = first_tensor(call.output)
        maps = None if tensor is None or call.name != layer else stacked_maps(tensor, call.kind)
        if maps is not None:
            kept.append(maps.detach().clone())

    with torch.inference_mode():
        with observe(model, keep, steps=False):
            output = first_tensor(model(seen))
        if not kept:
            # It says which layers there are.
            activations(model, batch, [layer])
        assert output is not None
        best = answers(output.flatten(1))[1:].max(dim=1)
        before, after = kept[0][:1], kept[0][1:]
        everywhere = torch.ones(before.shape[2:], dtype=torch.bool)
        still = [gap(there, before[0], everywhere).relative for there in after]
        along: list[float | None] = [None] * len(after)
        if everywhere.numel() > 1:
            # The maps go as many units as the picture goes strides of pixels.
            rows, columns = map(float, places.stride)
            units = [replace(pose, right=pose.right / columns, down=pose.down / rows) for pose in poses]
            back = thetas(units, (before.shape[2], before.shape[3]))
            gone = resampled(before, back, padding_mode="border")
            inside = resampled(torch.ones_like(before[:, :1]), back)[:, 0] > _INSIDE
            along = [gap(*each).relative for each in zip(after, gone, inside, strict=True)]
    strongest = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return tuple(Change(*pair, *top) for pair, top in zip(zip(still, along, strict=True), strongest, strict=True))


def shifted(
    model: nn.Module, pictures: Tensor, labels: Tensor, shifts: Sequence[int], ground: Tensor | float
) -> Shifted:
    """Return what shifts do to a classifier's answers to (N, C, H, W) and to its layers; `labels` are (N,)."""
    still: dict[str, tuple[str, Tensor, float]] = {}
    changes: dict[str, list[float]] = {}
    right, inside = [], []
    ink = float((pictures - ground).abs().sum())
    with torch.inference_mode():

        def first(call: Call) -> None:
            tensor = first_tensor(call.output)
            if tensor is not None:
                still[call.name] = call.kind, tensor.clone(), float(tensor.double().norm())

        with observe(model, first, steps=False):
            model(pictures)
        for shift in shifts:
            there = by_pixels(pictures, right=shift, ground=ground)
            inside.append(float((there - ground).abs().sum()) / ink)

            def compare(call: Call) -> None:
                tensor = first_tensor(call.output)
                if call.name in still and tensor is not None:
                    _, before, size = still[call.name]
                    changes.setdefault(call.name, []).append(float((tensor - before).double().norm()) / (size or 1.0))

            with observe(model, compare, steps=False):
                said = model(there).argmax(dim=1)
            right.append(float((said == labels.to(said.device)).double().mean()))
    return Shifted(
        np.array(shifts, np.int32),
        np.array(right, np.float32),
        np.array(inside, np.float32),
        tuple(changes),
        tuple(still[name][0] for name in changes),
        np.array(list(changes.values()), np.float32),
    )
