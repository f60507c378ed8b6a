"""Principal components of small pictures: eigenimages, coefficients, what the first of them rebuild, and whitening.

A picture of several patches (H, W, C) is cut into squares that touch, row by row; a patch is a row of side * side * C
numbers in the order of its pixels, colours together. Covariances divide by N; all in double precision.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Doubles = NDArray[np.float64]

# An eigenvalue this much smaller than the largest is what rounding has left of 0.
_NOTHING = 1e-10


@dataclass(frozen=True, eq=False)
class Components:
    """The `mean` (D,) of `count` patches, the `eigenvalues` (K,) of their covariance, and eigenvectors `basis` (K, D).

    The largest eigenvalue comes first, those of 0 are left out, and an eigenvector's largest number is positive.
    """

    mean: Doubles
    eigenvalues: Doubles
    basis: Doubles
    count: int

    def share(self, kept: int) -> float:
        """Return the share of the variance that the first `kept` components have."""
        return float(self.eigenvalues[:kept].sum() / self.eigenvalues.sum())


@dataclass(frozen=True, eq=False)
class Decomposed:
    """A picture in terms of components: `pixels` uint8 (H, W, C) and its patches' `coefficients` (P, K).

    `error` is the mean squared difference, of pixels from 0 to 1, between the picture and what the first components
    rebuild; `errors` (K + 1,) is that for every number of them.
    """

    components: Components
    pixels: NDArray[np.uint8]
    coefficients: Doubles
    errors: Doubles


def principal_components(rows: Tensor) -> Components:
    """Return the components of patches (N, D)."""
    mean = rows.mean(dim=0)
    # Of fewer patches than pixels the covariance would be large and mostly 0.
    _, singular, basis = torch.linalg.svd(rows - mean, full_matrices=False)
    values = singular**2 / len(rows)
    basis = basis[values > _NOTHING * values[0]]
    peaks = basis.gather(1, basis.abs().argmax(dim=1, keepdim=True))
    kept = values[: len(basis)]
    return Components(mean.numpy(), kept.numpy(), (basis * peaks.sign()).numpy(), len(rows))


def cut(pixels: Tensor, side: int) -> Tensor:
    """Return the patches (P, side * side * C) of pixels (H, W, C); what is left at the right and below is left out."""
    rows, columns = (length // side for length in pixels.shape[:2])
    kept = pixels[: rows * side, : columns * side]
    return kept.reshape(rows, side, columns, side, -1).transpose(1, 2).reshape(rows * columns, -1)


def assembled(patches: Tensor, rows: int, side: int) -> Tensor:
    """Return the picture (H, W, C) of patches (P, side * side * C), so many rows of them."""
    return (
        patches.reshape(rows, -1, side, side, patches.shape[1] // side**2).transpose(1, 2).flatten(2, 3).flatten(0, 1)
    )


def coefficients(patches: Tensor, found: Components) -> Tensor:
    """Return the coefficients (P, K) of patches (P, D): a_j is the sum of (x - mean) * u_j over the pixels."""
    return (patches - torch.tensor(found.mean)) @ torch.tensor(found.basis).T


def rebuilt(numbers: Tensor, found: Components, kept: int) -> Tensor:
    """Return the patches (P, D) that the first `kept` of coefficients (P, K) make."""
    return torch.tensor(found.mean) + numbers[:, :kept] @ torch.tensor(found.basis[:kept])


def whitened(numbers: Tensor, found: Components, kept: int) -> Tensor:
    """Return the patches (P, D) of the first `kept` coefficients, each divided by the root of its eigenvalue."""
    scaled = numbers[:, :kept] / torch.tensor(found.eigenvalues[:kept]).sqrt()
    return scaled @ torch.tensor(found.basis[:kept])


def decomposed(pixels: NDArray[np.uint8], side: int, found: Components) -> Decomposed:
    """Return a picture (H, W, C) in terms of components of patches of `side`."""
    patches = cut(torch.tensor(pixels), side).double() / 255
    numbers = coefficients(patches, found)
    centred = patches - torch.tensor(found.mean)
    # What is left after each: the basis is orthonormal, so each coefficient takes its square away.
    taken = torch.cat([torch.zeros(1), (numbers**2).sum(dim=0).cumsum(dim=0)])
    errors = ((centred**2).sum() - taken).clamp(min=0) / centred.numel()
    return Decomposed(found, pixels, numbers.numpy(), errors.numpy())
