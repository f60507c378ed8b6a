"""What the parts that follow a pasted text ask of the one that follows it."""

import ast
from typing import Any, Protocol

from cnnviz.design.pasted.graph import Graph
from cnnviz.design.pasted.limits import Budget


class Reader(Protocol):
    """Follows a text: what it makes, how much work it may ask for, and how to call and go through things."""

    graph: Graph
    budget: Budget

    def call(self, node: ast.AST, what: object, args: list[Any], keywords: dict[str, Any]) -> object:
        """Return what a call returns."""

    def forward(self, node: ast.AST, module: object, args: list[Any], keywords: dict[str, Any]) -> object:
        """Return what a module makes of a tensor."""

    def bound(self, node: ast.AST, value: object, instance: object) -> object:
        """Return a member of a class as an attribute of its instance."""

    def iterated(self, node: ast.AST, value: object) -> list[Any]:
        """Return what a loop goes through."""
