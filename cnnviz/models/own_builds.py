"""What somebody's own code makes: networks from functions that may fail, and their weights drawn anew."""

from collections.abc import Sequence
from copy import deepcopy
from inspect import signature
from typing import TYPE_CHECKING

from cnnviz.errors import ModelError
from cnnviz.models.own_code import Factory

if TYPE_CHECKING:
    from torch import nn


def made(factory: "Factory | nn.Module", name: str) -> "nn.Module":
    """Return what a factory makes, or a copy of a network; raises ModelError where that fails or makes no network."""
    from torch import nn

    if isinstance(factory, nn.Module):
        return _copied(factory, name)
    if wanted := _wanted(factory):
        given, called = ", ".join(f"{each}=..." for each in wanted), getattr(factory, "__name__", "it")
        raise ModelError(
            f"{name} can't be called without {' and '.join(wanted)}; name a function that needs nothing, "
            f"such as def build(): return {called}({given})."
        )
    try:
        network = factory()
    # It is somebody's own code, which may raise whatever it likes.
    except Exception as error:
        raise ModelError(f"The factory of {name} raised {type(error).__name__}: {_one_line(error)}.") from error
    if not isinstance(network, nn.Module):
        raise ModelError(f"The factory of {name} made a {type(network).__name__}; it should make a torch.nn.Module.")
    return network


def settled(one: "nn.Module", other: "nn.Module") -> tuple[str, ...]:
    """Return the parameters that two builds from different seeds share, but for those of one number all over."""
    from torch import equal

    others = dict(other.named_parameters())
    return tuple(
        name
        for name, value in one.named_parameters()
        if name in others and equal(value, others[name]) and not bool((value == value.flatten()[:1]).all())
    )


def draw(network: "nn.Module", names: Sequence[str], name: str) -> None:
    """Draw parameters anew, by the layers that they belong to; raises ModelError where one has no way to do it."""
    for owner in dict.fromkeys(each.rpartition(".")[0] for each in names):
        layer = network.get_submodule(owner)
        reset = getattr(layer, "reset_parameters", None)
        if not callable(reset):
            which = next(each for each in names if each.rpartition(".")[0] == owner)
            raise ModelError(
                f"{name} has no random weights: {which} belongs to a {type(layer).__name__}, which has no "
                "reset_parameters() to draw it."
            )
        reset()
    for layer in network.modules() if names else ():
        if callable(reset := getattr(layer, "reset_running_stats", None)):
            reset()


def _copied(network: "nn.Module", name: str) -> "nn.Module":
    try:
        return deepcopy(network)
    # What can't be copied, such as a tensor that backward() still has to pass, says so in many ways.
    except Exception as error:
        raise ModelError(
            f"{name} can't be copied ({_one_line(error)}); give a function that makes the network instead."
        ) from error


def _wanted(factory: Factory) -> list[str]:
    """Return the arguments that a function can't be called without."""
    try:
        given = signature(factory).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        each.name
        for each in given
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or "no reason given"
