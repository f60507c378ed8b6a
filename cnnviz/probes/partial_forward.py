"""Run a model no further than the layer that is asked about."""

import difflib
from collections.abc import Callable
from typing import TypeVar

from torch import Tensor, nn

from cnnviz.calls import Around, Call, observe
from cnnviz.errors import ModelError

T = TypeVar("T")


class Enough(Exception):  # noqa: N818  (it ends a forward, and is no error)
    """Raised inside of a forward whose rest nobody needs; never leaves this package."""


def catch(
    model: nn.Module,
    batch: Tensor,
    layer: str,
    take: Callable[[Call], T],
    *,
    around: Around | None = None,
    before: Callable[[Call], None] | None = None,
) -> T:
    """Return `take(call)` of the call named `layer`, taken while the model runs, and run no further.

    `before` is told of the calls that come earlier. Raises ModelError when no call has that name.
    """
    names: list[str] = []
    taken: list[T] = []

    def on_call(call: Call) -> None:
        if call.name == layer:
            taken.append(take(call))
            raise Enough
        names.append(call.name)
        if before is not None:
            before(call)

    try:
        with observe(model, on_call, around=around):
            model(batch)
    except Enough:
        return taken[0]
    raise ModelError(missing(layer, names))


def missing(name: str, names: list[str]) -> str:
    """Return the sentence for a user who asked for a layer that is not there."""
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names[:3]
    return f"No call of this model is named {name}; it makes {len(names)} calls, {', '.join(near)} among them."
