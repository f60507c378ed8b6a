"""The activation functions as every part of the screen offers them, and the Python that makes each."""

from cnnviz.probes.activation_functions import FUNCTIONS, LEAKY_SLOPE, PRELU_START, SIGMOID_SCALE
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.words import COMMON

NAMES = tuple(FUNCTIONS)
_LINES = {
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": f"nn.LeakyReLU({LEAKY_SLOPE})",
    "elu": "nn.ELU()",
    "selu": "nn.SELU()",
    "gelu": "nn.GELU()",
    "gelu_tanh": 'nn.GELU(approximate="tanh")',
    "gelu_sigmoid": f"lambda x: x * torch.sigmoid({SIGMOID_SCALE} * x)",
    "silu": "nn.SiLU()",
    "softplus": "nn.Softplus()",
    "hardswish": "nn.Hardswish()",
    "mish": "nn.Mish()",
}


def choice(default: str, resets: tuple[str, ...] = ()) -> Choice:
    """Return the choice of a function."""
    return Choice("function", default, resets, NAMES)


def named(name: str) -> str:
    """Return how a function is called."""
    return COMMON.label(f"function.{name}")


def line_of(name: str, prelu_slope: float = PRELU_START) -> str:
    """Return the Python that makes a function."""
    return _LINES.get(name, f"nn.PReLU(init={prelu_slope:g})")
