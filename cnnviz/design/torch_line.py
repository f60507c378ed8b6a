"""A layer as the line of PyTorch that makes it."""

from collections.abc import Mapping
from typing import Any

from cnnviz.design.vocabulary import input_argument

# Written without their names, as everybody does.
_BARE = (
    "in_channels",
    "out_channels",
    "in_features",
    "out_features",
    "num_features",
    "num_embeddings",
    "embedding_dim",
)


def torch_line(kind: str, input_size: tuple[int, ...], settings: Mapping[str, Any]) -> str:
    """Return nn.Conv2d(3, 10, kernel_size=5, padding=2) and the like; settings at their defaults are left out."""
    arrives = input_argument(kind)
    given = {arrives: input_size[-1 if arrives == "in_features" else 1]} if arrives else {}
    arguments = {**given, **settings}
    bare = [repr(value) for name, value in arguments.items() if name in _BARE]
    named = [f"{name}={value!r}" for name, value in arguments.items() if name not in _BARE]
    return f"nn.{kind}({', '.join([*bare, *named])})"
