"""The classification networks of torchvision and timm without weights: for what follows from their structure alone.

Those that the operator registered are among them.

>>> report = analyze(architecture("resnet50"), native_size("resnet50"))
"""

from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from cnnviz.errors import ModelError
from cnnviz.models import registered, torchvision_models

if TYPE_CHECKING:
    from torch import nn

TIMM = "timm/"


def architectures() -> list[str]:
    """Return every name that `architecture` takes: registered ones, torchvision's own, and timm's as "timm/NAME"."""
    return [*registered.names(), *torchvision_models.names(), *_of_timm()]


@cache
def _of_timm() -> list[str]:
    import timm

    return [TIMM + name for name in timm.list_models()]


def architecture(name: str) -> "nn.Module":
    """Return a network in eval mode whose parameters hold no numbers and take no memory.

    Raises ModelError for a name that is not in `architectures()`.
    """
    build = _builder(name)
    try:
        with _no_numbers():
            network = build()
    except Exception:
        # Some networks calculate with the numbers of new tensors; those are built in full, and then emptied.
        network = build().to("meta")
    return network.eval()


def native_size(name: str) -> tuple[int, int, int, int]:
    """Return the size (1, C, H, W) of one image as the network was made for it."""
    _builder(name)
    if name.startswith(TIMM):
        return _size_in_timm(name)
    source = registered if name in registered.names() else torchvision_models
    return (1, *source.card(name).input_size)


@cache
def _size_in_timm(name: str) -> tuple[int, int, int, int]:
    import timm

    settings = timm.get_pretrained_cfg(name.removeprefix(TIMM))
    channels, height, width = settings.input_size if settings else (3, 224, 224)
    return (1, channels, height, width)


def _builder(name: str) -> "Callable[[], nn.Module]":
    # Asking timm for its names imports it, which takes a second that torchvision's networks need not wait.
    if name not in (*registered.names(), *torchvision_models.names()) and name not in architectures():
        near = get_close_matches(name, architectures(), n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "architectures() lists them all."
        raise ModelError(f"There is no architecture {name!r}; {hint}")
    if not name.startswith(TIMM):
        source = registered if name in registered.names() else torchvision_models
        return lambda: source.build(name, random=False)

    def build() -> "nn.Module":
        import timm

        network: nn.Module = timm.create_model(name.removeprefix(TIMM), pretrained=False)
        return network

    return build


def _no_numbers() -> Any:
    """Return a context in which new parameters have no storage, and all other tensors are as ever.

    torch.device("meta") would take the numbers of every tensor, and RegNets calculate their widths with tensors.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    class NoNumbers(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
        ) -> Any:
            kwargs = dict(kwargs or {})
            if func is torch.empty and kwargs.get("device") is None:
                kwargs["device"] = "meta"
            return func(*args, **kwargs)

    return NoNumbers()
