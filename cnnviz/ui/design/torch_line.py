"""A layer as the line of PyTorch that makes it."""

from collections.abc import Mapping
from typing import Any

# What PyTorch wants to be told although the input tells it: the argument, and where in the input's size it stands.
_GIVEN = (
    ("Conv", "in_channels", 1),
    ("Linear", "in_features", -1),
    ("BatchNorm", "num_features", 1),
    ("InstanceNorm", "num_features", 1),
    ("GroupNorm", "num_channels", 1),
)
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
    given = {name: input_size[at] for prefix, name, at in _GIVEN if kind.startswith(prefix)}
    arguments = {**given, **settings}
    bare = [repr(value) for name, value in arguments.items() if name in _BARE]
    named = [f"{name}={value!r}" for name, value in arguments.items() if name not in _BARE]
    return f"nn.{kind}({', '.join([*bare, *named])})"
