"""What an expression of pasted Python may stand for, besides numbers, strings, lists and the like."""

import ast
from dataclasses import dataclass, field

from cnnviz.design.rows import Row
from cnnviz.errors import ModelError


@dataclass(eq=False)
class Layer:
    """A layer: its row, the inputs it is made for, such as in_channels, and the calls of it in a forward."""

    row: Row
    inputs: dict[str, int]
    line: int
    name: str = ""
    uses: int = 0


@dataclass(eq=False)
class Container:
    """A Sequential, ModuleList or ModuleDict with what is in it, by name."""

    kind: str
    items: dict[str, object]
    line: int


@dataclass
class Scope:
    """Names and what they stand for; names that are not here are looked up in the scope around."""

    names: dict[str, object] = field(default_factory=dict)
    around: "Scope | None" = None

    def has(self, name: str) -> bool:
        """Return whether the name stands for anything, here or around."""
        return name in self.names or (self.around is not None and self.around.has(name))

    def find(self, name: str) -> object | None:
        """Return the scope's own names first, then those around; raises KeyError."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.around
        raise KeyError(name)


@dataclass(eq=False)
class Class:
    """A class of the text; `bases` are classes of the text or of a library."""

    node: ast.ClassDef
    bases: tuple[object, ...]
    members: Scope

    def lineage(self) -> "list[Class]":
        """Return the class and the classes of the text that it derives from, its own first."""
        found = [self]
        for base in self.bases:
            if isinstance(base, Class):
                found += [each for each in base.lineage() if each not in found]
        return found

    def derives_from(self, path: str) -> bool:
        """Return whether a library's class is among the bases."""
        return any(isinstance(base, Library) and base.path == path for each in self.lineage() for base in each.bases)


@dataclass(eq=False)
class Instance:
    """An object of a class of the text; `items` are the layers of one that is a Sequential.

    `ready` tells that nn.Module's own __init__ has run, without which torch takes no layer.
    """

    cls: Class
    line: int
    attributes: dict[str, object] = field(default_factory=dict)
    items: dict[str, object] = field(default_factory=dict)
    ready: bool = False


@dataclass(eq=False)
class Function:
    """A function, lambda or method of the text, with the values of its defaults."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: dict[str, object]
    owner: Class | None = None
    bound: object | None = None
    style: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.node.name if isinstance(self.node, ast.FunctionDef) else "a lambda"


@dataclass(frozen=True)
class Library:
    """Something of a library, by its whole name: torch.nn.Conv2d, builtins.range."""

    path: str

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.path.rpartition(".")[2]


@dataclass(eq=False)
class Partial:
    """A callable with some of its arguments given."""

    target: object
    args: list[object]
    keywords: dict[str, object]


@dataclass(eq=False)
class Method:
    """A method, by name, of anything that is no object of the text."""

    owner: object
    name: str


@dataclass(eq=False)
class Super:
    """super(), in a method of `cls`."""

    cls: Class
    instance: object


@dataclass(frozen=True)
class Tensor:
    """The output of a call of the network, 0 for its input; `size` with the batch, None where it is not known."""

    place: int
    size: tuple[int, ...] | None = None


@dataclass(frozen=True)
class LazyShape:
    """The size of a tensor, of which only the batch is known."""


@dataclass(frozen=True)
class Poison:
    """What a name stands for whose statement could not be read; the error is said once the name is needed."""

    error: ModelError


@dataclass(frozen=True)
class Special:
    """The size of the batch, the mode of training, or a value that no row depends on."""

    name: str


class Extent(int):
    """A number that was read off a tensor's size."""


BATCH = Special("the size of the batch")
TRAINING = Special("self.training")
OPAQUE = Special("a value that the text does not say")
MODULES = (Layer, Container, Instance)
