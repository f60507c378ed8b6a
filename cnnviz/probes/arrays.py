"""Tensors as arrays that outlive a run."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def to_numpy(tensor: Tensor) -> Floats:
    """Return a tensor as a contiguous read-only float32 array in the CPU's memory, which keeps no larger one alive."""
    tensor = tensor.detach().to("cpu", torch.float32).contiguous()
    if tensor.untyped_storage().nbytes() > tensor.nbytes:
        tensor = tensor.clone()
    array: Floats = tensor.numpy()
    array.setflags(write=False)
    return array
