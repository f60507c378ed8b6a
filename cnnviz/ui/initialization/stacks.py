"""What the parts on initialisation share: the functions, the ways to begin, and how a stack is measured."""

from typing import TYPE_CHECKING

from cnnviz.engine.requests import Stack, StackDown, StackUp
from cnnviz.probes.activation_functions import function
from cnnviz.probes.beginnings import BEGINNINGS
from cnnviz.ui.engine import ask_each
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import AnyControl, Choice
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.words import Words

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.deep_stack import Measured

WORDS = Words("initialization")
# Those of cnnviz.probes.activation_functions, and few enough for a list.
FUNCTIONS = ("tanh", "sigmoid", "relu", "leaky_relu", "elu", "selu", "gelu", "silu")
DEVIATION = Real("deviation", 0.01, low=0.001, high=2.0, step=0.005, slider=False, shown="%.3f")
CONSTANT = Real("constant", 0.05, low=-1.0, high=1.0, step=0.01, slider=False, shown="%.3f")
SEED = Number("seed", 0, low=0, high=999, slider=False)


def functions(default: str) -> Choice:
    """Return the choice of a function."""
    return Choice("function", default, options=FUNCTIONS)


def beginnings(default: str) -> Choice:
    """Return the choice of a beginning."""
    return Choice("beginning", default, options=BEGINNINGS)


def amount_of(form: Form, beginning: str) -> float:
    """Return the number that goes with a beginning, 0 for one that has none."""
    control = _NUMBERS.get(beginning)
    return 0.0 if control is None else form.get(control)


def number_controls(beginning: str) -> tuple[AnyControl, ...]:
    """Return the control of the number that goes with a beginning, if there is one."""
    control = _NUMBERS.get(beginning)
    return () if control is None else (control,)


def call(beginning: str, amount: float) -> str:
    """Return torch's call that begins `layer.weight` so."""
    names = {
        "zeros": "zeros_(layer.weight)",
        "constant": f"constant_(layer.weight, {amount:g})",
        "normal": f"normal_(layer.weight, std={amount:g})",
        "xavier": "xavier_normal_(layer.weight)",
        "kaiming_in": 'kaiming_normal_(layer.weight, nonlinearity="relu")',
        "kaiming_out": 'kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")',
        "orthogonal": "orthogonal_(layer.weight)",
    }
    return f"nn.init.{names[beginning]}"


def module(name: str) -> str:
    """Return the call of a function's module."""
    return f"nn.{function(name)!r}"


def measure(stack: Stack) -> "Measured | None":
    """Return what a stack does by depth, asked part by part with a bar, or None after an error was shown."""
    from cnnviz.engine.compute.initialization import deep_stack
    from cnnviz.probes.deep_stack import joined, parts

    count = 1 + len(parts(deep_stack(stack)))
    requests = [kind(stack, part) for kind in (StackUp, StackDown) for part in range(count)]
    found = ask_each(requests, WORDS)
    return (
        None if found is None else joined(*([each.found for each in half] for half in (found[:count], found[count:])))
    )


_NUMBERS = {"normal": DEVIATION, "constant": CONSTANT}
