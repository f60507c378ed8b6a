"""Tensors that an analysis cannot stand in for: sparse and nested ones, and those in another library's layout."""

import torch
from torch import Tensor, nn

from cnnviz.errors import ModelError
from cnnviz.modules import OWN, modules_of


def is_plain(tensor: Tensor) -> bool:
    """Return whether a tensor lies in memory by strides, as most do, so that its size is known without its numbers."""
    return tensor.layout is torch.strided and not tensor.is_nested


def kind_of(tensor: Tensor) -> str:
    """Return what a tensor that is not plain is called: sparse_coo, nested."""
    if tensor.is_nested:
        return "nested"
    return str(tensor.layout).removeprefix("torch.").lstrip("_")


def refused(tensor: Tensor) -> ModelError:
    """Return the error for a function that is given such a tensor."""
    return ModelError(
        f"The model calculates with a {kind_of(tensor)} tensor{_size(tensor)}, which has no size in memory without its "
        "numbers; with a dense one it can be analysed."
    )


def made(error: Exception) -> ModelError | None:
    """Return the error for a model that makes such a tensor on its way, None for an error of another kind."""
    text = str(error)
    kind = "nested" if "NestedTensor" in text else "sparse" if "Sparse" in text else ""
    if not kind:
        return None
    return ModelError(
        f"The model makes a {kind} tensor, which has no size in memory without its numbers; with dense ones it can be "
        "analysed."
    )


def unusual(model: nn.Module) -> ModelError | None:
    """Return an error that names the first parameter, buffer or attribute that is such a tensor, None without any."""
    for name, module in modules_of(model):
        every = {**module._parameters, **module._buffers, **{k: v for k, v in vars(module).items() if k not in OWN}}
        for key, value in every.items():
            if isinstance(value, Tensor) and not is_plain(value):
                kind = "parameter" if key in module._parameters else "buffer" if key in module._buffers else "attribute"
                owner = f"{name} ({type(module).__name__})" if name else type(module).__name__
                return ModelError(
                    f"{owner} calculates with a {kind_of(value)} tensor{_size(value)}, its {kind} {key}, which has no "
                    "size in memory without its numbers; with a dense one it can be analysed."
                )
    return None


def _size(tensor: Tensor) -> str:
    return "" if tensor.is_nested else f" of size {'x'.join(map(str, tensor.shape))}"
