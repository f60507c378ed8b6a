"""What print(model) shows, read back: the layers in their order, one inside another."""

import ast
import re
from dataclasses import dataclass

from cnnviz.design.pasted.calls import Caller
from cnnviz.design.pasted.limits import DEEPEST, MOST_ITEMS
from cnnviz.design.pasted.refusals import BeyondRowsError
from cnnviz.design.pasted.values import Container, Layer, Library, Scope
from cnnviz.design.text import MOST_ROWS
from cnnviz.errors import ModelError

_OPENED = re.compile(r"\s*(?:\(([\w.-]+)\): )?(?:(\d+) x )?([A-Za-z_]\w*)\(\s*")
_LEAF = re.compile(r"\s*(?:\(([\w.-]+)\): )?(?:(\d+) x )?([A-Za-z_]\w*)\((.*)\)\s*,?")
_PLAIN = ("Sequential", "ModuleList")
# Modules by these names stand beside the others and not after them: a forward adds what they make.
_SHORTCUTS = re.compile(r"downsample|shortcut|skip|residual|proj|identity", re.IGNORECASE)
_BLOCKS = re.compile(
    r"basicblock|bottleneck|residual|resblock|inception|fire|dense(layer|block)|squeeze|se(layer|block|module)|"
    r"attention|transformer",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Printed:
    """The layers that were printed; `of` is the class of the user's own whose forward is not shown, "" for none."""

    network: Container
    of: str


def read_printed(caller: Caller, text: str, begin: int) -> Printed:
    """Return the layers of a printed network that begins on a line; raises ModelError with the line."""
    open_: list[Container] = []
    own = ""
    for number, line in enumerate(text.splitlines(), begin):
        if not line.strip():
            continue
        if line.strip() in (")", "),") and open_:
            done = open_.pop()
            if not open_:
                return Printed(_apart(done, [MOST_ROWS]), own)
            continue
        if leaf := _LEAF.fullmatch(line):
            _put(open_, leaf[1], leaf[2], _leaf(caller, leaf[3], leaf[4], number), number)
        elif opened := _OPENED.fullmatch(line):
            kind = opened[3]
            if kind not in _PLAIN:
                own = own or kind
                if _BLOCKS.search(kind) and open_:
                    raise BeyondRowsError(number, f"print(model) does not show what the forward of {kind[:40]} does")
            container = Container("Sequential", {}, number)
            _put(open_, opened[1], opened[2], container, number)
            open_.append(container)
            if len(open_) > DEEPEST:
                raise ModelError(f"Line {number} is nested more than {DEEPEST} deep; a network need not be.")
        else:
            raise ModelError(f"Line {number} is no layer as print(model) writes it, such as (0): ReLU().")
    raise ModelError("The printed network does not end; copy it to its last bracket.")


def _put(open_: list[Container], name: str | None, times: str | None, module: object, line: int) -> None:
    if not open_:
        return
    if name and _SHORTCUTS.fullmatch(name):
        raise BeyondRowsError(line, f"print(model) does not show what becomes of {name[:40]}")
    inside = open_[-1].items
    for _ in range(min(int(times or 1), MOST_ITEMS)):
        inside[f"{name or ''}.{len(inside)}" if (name or "") in inside or times else name or ""] = module
    if len(inside) > MOST_ITEMS:
        raise ModelError(f"Line {line}: a list has more than {MOST_ITEMS:,} items; a network need not have so many.")


def _apart(container: Container, left: list[int]) -> Container:
    """Return a network whose layers, written once for several (2 x Linear), are layers of their own."""
    made: dict[str, object] = {}
    for name, each in container.items.items():
        left[0] -= 1
        if left[0] < 0:
            raise ModelError(f"The network has more than {MOST_ROWS:,} layers; it may have {MOST_ROWS:,}.")
        if isinstance(each, Container):
            made[name] = _apart(each, left)
        elif isinstance(each, Layer):
            made[name] = Layer(each.row, each.inputs, each.line)
    return Container(container.kind, made, container.line)


def _leaf(caller: Caller, kind: str, arguments: str, line: int) -> Layer | Container:
    if kind in _PLAIN:
        return Container("Sequential", {}, line)
    try:
        call = ast.parse(f"{kind}({arguments})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ModelError(f"Line {line} is no layer as print(model) writes it, such as (0): ReLU().") from None
    for node in ast.walk(call):
        if hasattr(node, "lineno"):
            node.lineno = line
    if not isinstance(call, ast.Call):
        raise ModelError(f"Line {line} is no layer as print(model) writes it, such as (0): ReLU().")
    scope = Scope({kind: Library(f"torch.nn.{kind}")})
    layer = caller.evaluate(call, scope)
    if not isinstance(layer, Layer):
        raise BeyondRowsError(line, f"{kind[:40]} is no layer")
    return layer
