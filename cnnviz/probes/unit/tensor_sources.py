"""What is remembered of a running model until the layer that is asked about has run."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from cnnviz.calls import Call, Step
from cnnviz.nested import first_tensor
from cnnviz.probes.activations import written_by


@dataclass(frozen=True, eq=False)
class Watch:
    """The inputs that in-place functions overwrite, and which call gave which tensor; it keeps no tensor for long."""

    _originals: dict[int, tuple[Any, Step]] = field(default_factory=dict)
    _givers: dict[int, tuple["weakref.ref[Tensor]", str, str]] = field(default_factory=dict)

    def around(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Run a function, and keep copies of what it overwrites. For cnnviz.calls.observe."""
        target = written_by(function, arguments, keywords)
        if target is not None:
            # Known by its arguments, the very tuple that the step will carry.
            copies = Step(function, *_copied(arguments, keywords, target), output=None)
            self._originals[id(arguments)] = arguments, copies
        return function(*arguments, **keywords)

    def pass_by(self, call: Call) -> None:
        """Note who gave what, and forget the copies for a call that is not the one."""
        self._originals.clear()
        tensor = first_tensor(call.output)
        if tensor is not None:
            self._givers[id(tensor)] = weakref.ref(tensor), call.name, call.kind

    def as_it_was(self, step: Step) -> Step:
        """Return the step with its arguments as they were before it ran."""
        arguments, kept = self._originals.get(id(step.arguments), (None, None))
        return step if kept is None or arguments is not step.arguments else replace(kept, output=step.output)

    def giver(self, value: Any) -> tuple[str, str]:
        """Return the name and kind of the call that gave a tensor, "" and "" when no call did."""
        reference, name, kind = self._givers.get(id(value), (None, "", ""))
        return (name, kind) if reference is not None and reference() is value else ("", "")


def _copied(
    arguments: tuple[Any, ...], keywords: dict[str, Any], target: Tensor
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments with copies of those that share memory with `target`."""
    memory = target.untyped_storage().data_ptr()

    def copy(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return [copy(each) for each in value]
        shared = isinstance(value, Tensor) and value.untyped_storage().data_ptr() == memory
        return value.detach().clone() if shared else value

    return tuple(map(copy, arguments)), {name: copy(value) for name, value in keywords.items()}
