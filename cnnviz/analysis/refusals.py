"""What torch refuses to do with the tensors it is given, as a sentence about the layer that asked.

    >>> import torch
    >>> image, weight = torch.empty(1, 8, 9, 9, device="meta"), torch.empty(4, 16, 3, 3, device="meta")
    >>> reason("conv2d", (image, weight), {})
    'expects 16 channels and gets 8, in 1x8x9x9; in_channels=8 would be right'

A check is a function with the signature of torch's own. It gives what comes after the layer's name, or None where torch
runs or the check can't tell.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.analysis import (
    refusals_attention,
    refusals_drawing,
    refusals_indices,
    refusals_layers,
    refusals_layout,
    refusals_memory,
    refusals_products,
    refusals_types,
    refusals_windows,
)

Check = Callable[..., str | None]

# What tensors on the meta device are let through, and eager torch refuses: asked before a function runs.
LAX: dict[str, Check] = {
    **refusals_types.LAX,
    **refusals_layers.LAX,
    **refusals_windows.LAX,
    **refusals_indices.LAX,
    **refusals_products.LAX,
    **refusals_memory.LAX,
    **refusals_drawing.LAX,
}

# What both refuse, torch in words about its own insides: asked after it has failed.
STRICT: dict[str, Check] = {
    **refusals_layers.STRICT,
    **refusals_windows.STRICT,
    **refusals_indices.STRICT,
    **refusals_layout.STRICT,
    **refusals_products.STRICT,
    **refusals_attention.STRICT,
    **refusals_drawing.STRICT,
}


class Refused(RuntimeError):  # noqa: N818
    """What eager torch would refuse, raised in its place, so that a model that catches torch's error goes on."""


def refuse(name: str, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> None:
    """Raise Refused where eager torch refuses the function called `name` and the meta device may not."""
    check = LAX.get(name)
    if check is not None and (found := _asked(check, arguments, keywords)):
        raise Refused(found)


def reason(name: str, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> str | None:
    """Return why torch refuses a function, as the end of a sentence that begins with a layer's name."""
    checks = filter(None, (table.get(name) for table in (LAX, STRICT, refusals_types.STRICT)))
    return next(filter(None, (_asked(check, arguments, keywords) for check in checks)), None)


def _asked(check: Check, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> str | None:
    try:
        return check(*arguments, **keywords)
    except Exception:
        # Arguments that are not those of the signature: torch itself has to tell.
        return None
