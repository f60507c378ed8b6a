"""Which calls a model makes while it runs: the one observer under both the analysis and the probes.

    >>> calls = []
    >>> with observe(model, calls.append):
    ...     scores = model(batch)
    >>> calls[0].name, calls[0].kind
    ('conv1', 'Conv2d')

A call is a module of torch.nn that does work itself, or a torch function called outside of one. Names follow
torchvision.models.feature_extraction: "layer1.0.conv1"; "layer1.0.relu_1" for a module's second call; "layer1.0.add"
for a function, after the module that called it. A model all of whose work is out of sight (TorchScript, C++) is itself
the one call. What torch.compile compiled runs as the Python that it is.
"""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils.hooks import RemovableHandle

from cnnviz.modules import eager, is_torchs_own, kind_of, modules_of
from cnnviz.operators import OutOfSight

Around = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]

_locks: "WeakKeyDictionary[nn.Module, threading.RLock]" = WeakKeyDictionary()
_locks_lock = threading.Lock()
_eager_lock = threading.Lock()
_eager_stances: list[Any] = []


@dataclass(frozen=True, eq=False)
class Step:
    """One torch function as it returned, with what it was given and what it gave."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    output: Any


@dataclass(frozen=True, eq=False)
class Call:
    """One call as it returned. `kind` is "Conv2d" for a module and "conv2d" for a function; a function has no `module`.

    `steps` are the torch functions that did the work: the function itself, or those that the module ran, one for most
    modules; a Conv2d that pads by reflection runs two. `output` is what the call returned, a tensor or a structure.
    """

    name: str
    kind: str
    module: nn.Module | None
    steps: tuple[Step, ...]
    arguments: tuple[Any, ...]
    output: Any


@dataclass(frozen=True, eq=False)
class Failure:
    """What was running when an error was raised: the innermost call, named as in Call, "" for the model itself.

    `function` and its arguments are those of the torch function that raised, None for an error of a module's own code.
    `after` names the call that returned last, "" for none.
    """

    name: str
    kind: str
    module: nn.Module | None
    function: Callable[..., Any] | None
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    after: str


def failure_of(error: BaseException) -> Failure | None:
    """Return where an error came from that left a block of `observe`, or that one which it was raised from."""
    while True:
        found: Failure | None = getattr(error, _FAILURE, None)
        cause = error.__cause__ or error.__context__
        if found or cause is None:
            return found
        error = cause


_FAILURE = "__cnnviz_failure__"


def is_leaf(module: nn.Module) -> bool:
    """Return whether a module counts as one call: torch.nn's own working modules do, containers do not."""
    return is_torchs_own(module) and not isinstance(module, nn.Sequential | nn.ModuleList | nn.ModuleDict)


@contextmanager
def observe(
    model: nn.Module,
    on_call: Callable[[Call], None],
    *,
    around: "Around | None" = None,
    steps: bool = True,
    operators: bool = False,
) -> Iterator[None]:
    """Tell `on_call` of every call that `model` makes in this thread, in the order of execution, until the block ends.

    `around(function, arguments, keywords)`, when given, runs every torch function in its place, those inside of modules
    too. Without `steps` calls come without theirs, and no tensor is kept alive a moment longer than the model keeps it.
    With `operators`, what no torch function of Python's says is told too, in the operators that run: "block.aten::mm".
    One block a model at a time: a second thread waits. The model's hooks are as before when the block ends,
    whatever ended it. Raises ModelError for TorchScript.
    """
    with lock_of(eager(model)), eagerly():
        observer = _Observer(on_call, around, keeps=steps)
        handles: list[RemovableHandle] = []
        try:
            for name, module in modules_of(model):
                before, after = observer.hooks(name, is_leaf(module))
                handles.append(module.register_forward_pre_hook(before, with_kwargs=True, prepend=True))
                # always_call: a forward that raises must still leave the stack of modules as it was
                handles.append(module.register_forward_hook(after, with_kwargs=True, always_call=True))
            with OutOfSight(lambda: observer.telling) if operators else nullcontext(), observer:
                yield
        finally:
            for handle in handles:
                handle.remove()


@contextmanager
def eagerly() -> Iterator[None]:
    """Run in Python what torch.compile compiled, until the block ends.

    torch has one switch for the whole process: the first who needs it throws it, and the last puts it back.
    """
    if "torch._dynamo" not in sys.modules:  # whoever has compiled something has imported it; it takes a second
        yield
        return
    with _eager_lock:
        _eager_stances.append(None if _eager_stances else torch.compiler.set_stance("force_eager"))
    try:
        yield
    finally:
        with _eager_lock:
            ended = _eager_stances.pop()
            if ended is not None:
                ended.__exit__(None, None, None)


def lock_of(model: nn.Module) -> threading.RLock:
    """Return what a thread holds while it observes a model, or has hooks in it."""
    with _locks_lock:
        return _locks.setdefault(model, threading.RLock())


class _Observer(TorchFunctionMode):
    """The stack of modules that are running, and the counts that make names unique."""

    def __init__(
        self,
        on_call: Callable[[Call], None],
        around: "Around | None",
        *,
        keeps: bool,
    ) -> None:
        super().__init__()
        self.keeps = keeps
        self.on_call = on_call
        self.around = around
        self.thread = threading.get_ident()
        self.path: list[str] = []
        self.running: list[nn.Module] = []
        self.inside_leaf = 0
        self.steps: list[Step] = []
        self.used: Counter[str] = Counter()
        self.telling = False
        self.told = False
        self.last = ""

    def tell(self, call: Call) -> None:
        # What on_call itself computes is no call of the model's.
        self.telling = self.told = True
        self.last = call.name
        try:
            self.on_call(call)
        finally:
            self.telling = False

    def tell_module(
        self, name: str, module: nn.Module, steps: tuple[Step, ...], arguments: tuple[Any, ...], output: Any
    ) -> None:
        kind = kind_of(module)
        # A model that is itself one working module has no name of its own.
        self.tell(Call(self.unique(name or kind.lower()), kind, module, steps, arguments, output))

    def unique(self, name: str) -> str:
        count = self.used[name]
        self.used[name] += 1
        return f"{name}_{count}" if count else name

    def failed(
        self,
        error: BaseException,
        function: Callable[..., Any] | None,
        arguments: tuple[Any, ...],
        keywords: Mapping[str, Any],
    ) -> None:
        """Write on an error where it was raised, unless that is known: it passes through all modules around."""
        if hasattr(error, _FAILURE):
            return
        path, module = (self.path[-1], self.running[-1]) if self.path else ("", None)
        if function is None or self.inside_leaf:
            name, kind = path, "" if module is None else kind_of(module)
        else:
            module, kind = None, function_name(function) or ""
            label = getattr(function, "label", kind)
            name = f"{path}.{label}" if path else label
        count = self.used[name]
        name = f"{name}_{count}" if count else name
        setattr(error, _FAILURE, Failure(name, kind, module, function, arguments, keywords, self.last))

    def hooks(self, name: str, leaf: bool) -> tuple[Callable[..., None], Callable[..., None]]:
        def before(module: nn.Module, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
            if threading.get_ident() == self.thread:
                self.path.append(name)
                self.running.append(module)
                self.inside_leaf += leaf

        def after(module: nn.Module, arguments: tuple[Any, ...], keywords: dict[str, Any], output: Any) -> None:
            if threading.get_ident() != self.thread or not self.path:
                return
            if output is None and (error := sys.exc_info()[1]) is not None:
                self.failed(error, None, arguments, keywords)
            self.path.pop()
            self.running.pop()
            if leaf:
                self.inside_leaf -= 1
                if not self.inside_leaf:
                    steps, self.steps = tuple(self.steps), []
                    if output is not None:
                        self.tell_module(name, module, steps, arguments, output)
            elif not name and not self.told and output is not None:
                self.tell_module(name, module, (), arguments, output)

        return before, after

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if self.telling:
            return func(*args, **kwargs)
        try:
            output = self.around(func, args, kwargs) if self.around else func(*args, **kwargs)
        except Exception as error:
            # An assertion on numbers is the module's own.
            if _has_tensor((*args, *kwargs.values())):
                self.failed(error, func, args, kwargs)
            raise
        if _has_tensor(output) and (kind := function_name(func)):
            step = (Step(func, args, kwargs, output),) if self.keeps else ()
            if self.inside_leaf:
                self.steps += step
            else:
                path, label = self.path[-1] if self.path else "", getattr(func, "label", kind)
                name = self.unique(f"{path}.{label}" if path else label)
                self.tell(Call(name, kind, None, step, args, output))
        return output


def _has_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or (isinstance(value, tuple | list) and any(map(_has_tensor, value)))


def function_name(function: Callable[..., Any]) -> str | None:
    """Return a readable name ("add" for torch.add, add_ and __iadd__), or None for what only reads an attribute."""
    name = getattr(function, "__name__", "")
    if name in ("__get__", "__set__"):
        # Attributes arrive as descriptors; of those only the transposes make a new view worth naming.
        attribute = (resolve_name(function) or "").split(".")
        return attribute[-2] if len(attribute) > 1 and attribute[-2] in ("T", "mT", "H", "mH") else None
    if name in _IN_PLACE_OPERATORS:
        name = name.replace("__i", "__", 1)
    # torch.ops.aten.mm.default calls itself "mm.default".
    return name.split(".")[0].strip("_") or None


_IN_PLACE_OPERATORS = frozenset(
    f"__i{name}__"
    for name in ("add", "sub", "mul", "matmul", "truediv", "div", "floordiv", "mod", "pow", "and", "or", "xor")
)
