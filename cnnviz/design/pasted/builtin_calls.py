"""Python's own functions, and methods of lists, dictionaries and strings, as far as a network's text needs them."""

import ast
import math
from collections.abc import Callable
from typing import Any

from cnnviz.design.pasted import layers
from cnnviz.design.pasted.attributes import attribute
from cnnviz.design.pasted.containers import Ordered
from cnnviz.design.pasted.limits import MOST_ITEMS, arithmetic, bounded, number
from cnnviz.design.pasted.operators import truth
from cnnviz.design.pasted.reader import Reader
from cnnviz.design.pasted.refusals import beyond, line_of, refused
from cnnviz.design.pasted.values import (
    BATCH,
    MODULES,
    OPAQUE,
    Class,
    Container,
    Extent,
    Instance,
    Layer,
    LazyShape,
    Library,
    Partial,
    Special,
    Tensor,
)
from cnnviz.errors import ModelError

Args = list[Any]
_KNOWN_TYPES: dict[str, type | tuple[type, ...]] = {
    "int": int, "float": float, "str": str, "list": list, "tuple": tuple, "dict": dict, "bool": bool,
}  # fmt: skip


def called(caller: Reader, node: ast.AST, path: str, args: Args, keywords: dict[str, Any]) -> object:
    """Return what a function of Python or of a library returns; raises ModelError for those that are not known."""
    name = path.rpartition(".")[2]
    if path == "collections.OrderedDict":
        return _ordered(caller, node, args, keywords)
    if path == "functools.partial" and args:
        return Partial(args[0], args[1:], keywords)
    if path.startswith(("math.", "numpy.")) or path in ("builtins.pow",):
        return _mathematics(node, name, args)
    if path.startswith("builtins.") and name in _BUILTINS:
        try:
            return bounded(node, _BUILTINS[name](caller, node, args, keywords))
        except ModelError:
            raise
        except (TypeError, ValueError, OverflowError, AttributeError, IndexError, KeyError):
            raise refused(
                node, f"{name}() is not given what it takes", "look at what stands between its brackets"
            ) from None
    if path.startswith(("torchvision.models.", "timm.")):
        raise beyond(node, f"{path[:60]} is a network of a library", "choose it from the list of architectures")
    if not path.startswith("builtins."):
        raise beyond(node, f"{path.strip('.')[:60]} is not in the text", "paste what it does, or what it gives")
    raise refused(node, f"a call of a function is not allowed, {name[:40]}", layers.ALLOWED)


def _ordered(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> Ordered:
    hint = 'write ("conv1", nn.Conv2d(1, 20, 5))'
    found = Ordered()
    for given in args:
        if isinstance(given, dict):
            found |= given
            continue
        if not isinstance(given, list | tuple):
            raise refused(node, "an OrderedDict holds pairs", hint)
        for pair in given:
            if not isinstance(pair, tuple | list) or len(pair) != 2 or not isinstance(pair[0], str | int):
                raise refused(node, "an OrderedDict holds pairs", hint)
            found[pair[0]] = pair[1]
    found.update(keywords)
    return found


def _mathematics(node: ast.AST, name: str, args: Args) -> object:
    if name in ("pow", "power") and len(args) == 2:
        return arithmetic(node, ast.Pow(), *args)
    if name == "prod" and args:
        return product(node, args[0])
    simple: dict[str, Callable[[Any], Any]] = {
        "floor": math.floor, "ceil": math.ceil, "sqrt": math.sqrt, "log2": math.log2, "log": math.log, "abs": abs,
        "trunc": math.trunc, "isqrt": math.isqrt, "log10": math.log10,
    }  # fmt: skip
    if name not in simple or len(args) != 1:
        raise refused(node, f"a call of a function is not allowed, {name[:40]}", layers.ALLOWED)
    if args[0] == OPAQUE:
        return OPAQUE
    try:
        return simple[name](number(node, args[0]))
    except (ValueError, TypeError, OverflowError):
        raise refused(node, f"{name} has no value here", "its number must be greater than 0") from None


def product(node: ast.AST, values: object) -> object:
    """Return the product of a list of numbers; raises ModelError for anything else."""
    if not isinstance(values, list | tuple):
        raise refused(node, "a product is one of a list of numbers", "write math.prod((16, 5, 5))")
    made: object = Extent(1)
    for value in values:
        made = arithmetic(node, ast.Mult(), made, value)
    return made


def _range(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    found = range(*args)
    if len(found) > MOST_ITEMS:
        raise refused(node, f"range has {len(found):,} numbers", f"at most {MOST_ITEMS:,} are gone through")
    return list(found)


def _length(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    (value,) = args
    if isinstance(value, Tensor):
        return BATCH
    if isinstance(value, LazyShape):
        caller.iterated(node, value)
    if isinstance(value, Container | Instance):
        return len(value.items)
    return len(value)


def _isinstance(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    value, kinds = args
    return any(_is_a(node, value, kind) for kind in (kinds if isinstance(kinds, tuple | list) else (kinds,)))


def _is_a(node: ast.AST, value: object, kind: object) -> bool:
    if isinstance(value, Special | Tensor):
        raise beyond(node, "something is decided by a value that the text does not say")
    if isinstance(kind, Class):
        return isinstance(value, Instance) and kind in value.cls.lineage()
    if not isinstance(kind, Library):
        raise refused(node, "isinstance asks for a class", "write isinstance(v, int)")
    if kind.path == "torch.nn.Module":
        return isinstance(value, MODULES)
    if isinstance(value, Container):
        return kind.path == f"torch.nn.{value.kind}"
    if isinstance(value, Layer):
        return kind.path == f"torch.nn.{value.row.kind}"
    return kind.last in _KNOWN_TYPES and isinstance(value, _KNOWN_TYPES[kind.last])


def _getattr(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    owner, name, *default = args
    if not isinstance(name, str):
        raise refused(node, "getattr takes a name", "write getattr(self, 'conv1')")
    try:
        return attribute(caller, node, owner, name)
    except ModelError:
        if default:
            return default[0]
        raise


def _hasattr(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    missing = object()
    return _getattr(caller, node, [*args, missing], {}) is not missing


def _setattr(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    owner, name, value = args
    if not isinstance(owner, Instance) or not isinstance(name, str):
        raise refused(node, "setattr sets an attribute of self", "write setattr(self, 'conv1', nn.Conv2d(1, 20, 5))")
    owner.attributes[name] = value
    return None


def _number(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    (value,) = args
    if value == OPAQUE or isinstance(value, Special):
        return value
    return value if isinstance(value, int) and not isinstance(value, bool) else int(value)


def _list(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> Any:
    return caller.iterated(node, args[0]) if args else []


def _zip(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    return list(zip(*(caller.iterated(node, each) for each in args), strict=False))


def _enumerate(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    first: Any = keywords.get("start", args[1] if len(args) > 1 else 0)
    return list(enumerate(caller.iterated(node, args[0]), first))


def _extreme(which: Callable[..., Any]) -> Callable[..., object]:
    def found(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
        values = caller.iterated(node, args[0]) if len(args) == 1 else args
        return which(number(node, value) for value in values)

    return found


def _sum(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    values = caller.iterated(node, args[0])
    if any(isinstance(each, Tensor) for each in values):
        made = values[0]
        for each in values[1:]:
            made = caller.graph.join("add", (made, each), line_of(node))
        return made
    return sum(number(node, value) for value in values)


def _text(caller: Reader, node: ast.AST, args: Args, keywords: dict[str, Any]) -> object:
    (value,) = args
    if not isinstance(value, int | float | str):
        raise refused(node, "str() takes a number", "write str(3)")
    return str(value)


_BUILTINS: dict[str, Callable[..., object]] = {
    "range": _range,
    "len": _length,
    "int": _number,
    "float": lambda caller, node, args, keywords: float(number(node, *args)),
    "round": lambda caller, node, args, keywords: round(number(node, args[0]), *args[1:]),
    "abs": lambda caller, node, args, keywords: abs(number(node, *args)),
    "max": _extreme(max),
    "min": _extreme(min),
    "sum": _sum,
    "zip": _zip,
    "enumerate": _enumerate,
    "list": _list,
    "tuple": lambda caller, node, args, keywords: tuple(_list(caller, node, args, keywords)),
    "dict": lambda caller, node, args, keywords: _ordered(caller, node, args, keywords),
    "set": _list,
    "reversed": lambda caller, node, args, keywords: _list(caller, node, args, keywords)[::-1],
    "sorted": lambda caller, node, args, keywords: sorted(_list(caller, node, args, keywords)),
    "str": _text,
    "bool": lambda caller, node, args, keywords: truth(node, *args),
    "any": lambda caller, node, args, keywords: any(truth(node, each) for each in caller.iterated(node, *args)),
    "all": lambda caller, node, args, keywords: all(truth(node, each) for each in caller.iterated(node, *args)),
    "isinstance": _isinstance,
    "getattr": _getattr,
    "setattr": _setattr,
    "hasattr": _hasattr,
}
