"""What stands behind a dot: a library's names, an object's attributes, and methods of all others."""

import ast
import math

from cnnviz.design.pasted import layers
from cnnviz.design.pasted.functional import size_of
from cnnviz.design.pasted.modules import SAME, children
from cnnviz.design.pasted.reader import Reader
from cnnviz.design.pasted.refusals import beyond, refused
from cnnviz.design.pasted.values import (
    OPAQUE,
    TRAINING,
    Class,
    Container,
    Instance,
    Layer,
    LazyShape,
    Library,
    Method,
    Poison,
    Super,
    Tensor,
)

_NUMBERS = {"math.pi": math.pi, "numpy.pi": math.pi, "math.e": math.e}
_HIDDEN = frozenset({"weight", "bias", "weight_g", "weight_v", "running_mean", "running_var", "data"})
# What every module has, besides what the text gives it.
MODULE_METHODS = SAME | frozenset(
    [
        "add_module",
        "register_module",
        "register_buffer",
        "register_parameter",
        "children",
        "modules",
        "named_children",
        "named_modules",
        "parameters",
        "named_parameters",
        "state_dict",
        "zero_grad",
        "__init__",
        "forward",
        "__call__",
        "append",
        "extend",
        "insert",
        "items",
        "keys",
        "values",
    ]
)


def attribute(reader: Reader, node: ast.AST, value: object, name: str) -> object:
    """Return value.name; raises ModelError for what is not there."""
    if isinstance(value, Library):
        path = f"{value.path}.{name}"
        return _NUMBERS.get(path, Library(path))
    if isinstance(value, Instance):
        return _of_instance(reader, node, value, name)
    if isinstance(value, Class):
        return _of_class(node, value, name)
    if isinstance(value, Tensor):
        return _of_tensor(node, value, name)
    if isinstance(value, Layer):
        return _of_layer(node, value, name)
    if isinstance(value, Container):
        if name in value.items:
            return value.items[name]
        return TRAINING if name == "training" else _method(node, value, name)
    if value == OPAQUE:
        return OPAQUE
    if isinstance(value, list | dict | str | tuple | Super | LazyShape):
        return Method(value, name)
    raise refused(node, f"the attribute {name[:40]} is not known", "write its value in its place")


def _of_instance(reader: Reader, node: ast.AST, value: Instance, name: str) -> object:
    if name in value.attributes:
        found = value.attributes[name]
        if isinstance(found, Poison):
            raise found.error
        return found
    if name == "training":
        return TRAINING
    if name == "__class__":
        return value.cls
    for cls in value.cls.lineage():
        if name in cls.members.names:
            return reader.bound(node, cls.members.names[name], value)
    if name in value.items:
        return value.items[name]
    if name in MODULE_METHODS:
        return Method(value, name)
    if any(isinstance(base, Library) and not base.path.startswith("torch.") for base in _bases(value)):
        # Another library's class, such as Lightning's, has methods of its own, which make no layers.
        return OPAQUE
    if name == "_modules":
        return dict(children(value))
    raise refused(node, f"self.{name[:40]} is never set", f"set self.{name[:40]} in `__init__`")


def _bases(value: Instance) -> list[object]:
    return [base for cls in value.cls.lineage() for base in cls.bases]


def _of_class(node: ast.AST, value: Class, name: str) -> object:
    if name == "__name__":
        return value.node.name
    for cls in value.lineage():
        if name in cls.members.names:
            found = cls.members.names[name]
            if isinstance(found, Poison):
                raise found.error
            return found
    if name == "__init__":
        return Library("torch.nn.Module.__init__")
    raise refused(node, f"the class {value.node.name[:40]} has no {name[:40]}", "write its value in its place")


def _of_tensor(node: ast.AST, value: Tensor, name: str) -> object:
    if name == "shape":
        return size_of(node, value, [])
    if name in ("device", "dtype", "requires_grad", "is_cuda"):
        return OPAQUE
    if name == "data":
        return value
    if name in ("T", "mT", "H", "grad"):
        raise beyond(node, f"the table has no row for x.{name}")
    return Method(value, name)


def _of_layer(node: ast.AST, value: Layer, name: str) -> object:
    if name in _HIDDEN:
        return OPAQUE
    if name == "training":
        return TRAINING
    if (found := layers.attribute(value, name)) is not None:
        return found
    return _method(node, value, name)


def _method(node: ast.AST, value: Layer | Container, name: str) -> object:
    if name not in MODULE_METHODS:
        raise refused(
            node, f"the attribute {name[:40]} is not known", "a layer has its arguments, such as out_channels"
        )
    return Method(value, name)
