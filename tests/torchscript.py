"""TorchScript, which torch calls deprecated, made without the warning."""

import warnings
from collections.abc import Callable
from typing import Any

import torch


def scripted(function: Callable[..., Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.script(function)


def traced(function: Callable[..., Any], batch: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.trace(function, batch)
