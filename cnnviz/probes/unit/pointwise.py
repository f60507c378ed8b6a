"""Layers that make a value from the values at the same place: activation functions, normalisation, addition."""

from typing import Any

import torch
from torch import Tensor

from cnnviz.probes.unit.accounts import Combination, Elementwise, Normalisation
from cnnviz.probes.unit.function_call import FunctionCall, number

_ELEMENTWISE = """
    relu relu6 sigmoid hardsigmoid hardswish silu gelu tanh leaky_relu hardtanh elu celu selu mish softplus softsign
    threshold prelu logsigmoid hardshrink softshrink tanhshrink clamp clip clamp_min clamp_max abs neg exp log sqrt
    rsqrt square reciprocal erf sin cos
"""
ELEMENTWISE = frozenset(_ELEMENTWISE.split())

SIGNS = {
    **dict.fromkeys(("add", "radd"), "+"),
    **dict.fromkeys(("sub", "subtract", "rsub"), "-"),
    **dict.fromkeys(("mul", "multiply", "rmul"), "×"),
    **dict.fromkeys(("div", "divide", "true_divide", "truediv", "rdiv", "rtruediv"), "÷"),
}


def elementwise(asked: FunctionCall) -> Elementwise | None:
    """Return the number before, and the function of it in double precision; None when other maps take part."""
    given = asked.given(input=None)
    source = given["input"]
    if source.shape != asked.step.output.shape:
        return None
    before = source[asked.index]
    alone = before.detach().cpu().double().reshape(1)
    more = [_own(value, asked) for value in asked.step.arguments[1:]]
    named = {name: _own(value, asked) for name, value in asked.step.keywords.items() if name not in ("input", "out")}
    if any(isinstance(value, Tensor) and value.numel() != 1 for value in [*more, *named.values()]):
        return None
    with torch.no_grad():
        after = asked.step.function(alone.clone(), *more, **named)
    return Elementwise(**asked.common, total=float(after), before=float(before))


def _own(value: Any, asked: FunctionCall) -> Any:
    """Return what of a function's argument belongs to this channel: PReLU has a slope for each."""
    if not isinstance(value, Tensor):
        return value
    if asked.name == "prelu" and value.numel() > 1:
        value = value[asked.index[1]]
    return value.detach().cpu().double().reshape(-1)


def normalisation(asked: FunctionCall) -> Normalisation:
    """Return the parts of F.batch_norm, instance_norm, group_norm or layer_norm."""
    over, given, source, settings = _PARTS[asked.name](asked)
    if over == "training":
        channel = asked.index[1]
        mean, variance = number(given["running_mean"], channel), number(given["running_var"], channel)
    else:
        source = source.detach().cpu().double()
        mean, variance = float(source.mean()), float(source.var(correction=0))
    before = number(given["input"], *asked.index)
    gamma = 1.0 if given["weight"] is None else number(given["weight"], *settings)
    beta = 0.0 if given["bias"] is None else number(given["bias"], *settings)
    eps = float(given["eps"])
    return Normalisation(
        **asked.common,
        total=(before - mean) / (variance + eps) ** 0.5 * gamma + beta,
        over=over,
        before=before,
        mean=mean,
        variance=variance,
        eps=eps,
        gamma=gamma,
        beta=beta,
    )


_Parts = tuple[str, dict[str, Any], Tensor, tuple[int, ...]]


def _batch(asked: FunctionCall) -> _Parts:
    given = asked.given(
        input=None, running_mean=None, running_var=None, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
    )
    running = not given["training"] and given["running_mean"] is not None
    return "training" if running else "batch", given, given["input"][:, asked.index[1]], (asked.index[1],)


def _instance(asked: FunctionCall) -> _Parts:
    given = asked.given(
        input=None,
        running_mean=None,
        running_var=None,
        weight=None,
        bias=None,
        use_input_stats=True,
        momentum=0.1,
        eps=1e-5,
    )
    item, channel = asked.index[:2]
    return "channel" if given["use_input_stats"] else "training", given, given["input"][item, channel], (channel,)


def _group(asked: FunctionCall) -> _Parts:
    given = asked.given(input=None, num_groups=1, weight=None, bias=None, eps=1e-5)
    item, channel = asked.index[:2]
    size = given["input"].shape[1] // given["num_groups"]
    first = channel // size * size
    return "group", given, given["input"][item, first : first + size], (channel,)


def _layer(asked: FunctionCall) -> _Parts:
    given = asked.given(input=None, normalized_shape=(), weight=None, bias=None, eps=1e-5)
    kept = given["input"].dim() - len(given["normalized_shape"])
    return "features", given, given["input"][asked.index[:kept]], asked.index[kept:]


_PARTS = {"batch_norm": _batch, "instance_norm": _instance, "group_norm": _group, "layer_norm": _layer}


def combination(asked: FunctionCall) -> Combination | None:
    """Return the operands of an addition, subtraction, multiplication or division; None for a rounding division."""
    given = asked.given(input=None, other=None)
    if given.get("rounding_mode") is not None:
        return None
    sign = SIGNS[asked.name]
    first, second = (_operand(given[name], asked) for name in ("input", "other"))
    scales = (1.0, float(given.get("alpha", 1)))
    if asked.name.startswith("r"):
        first, second = second, first
    left, right = first * scales[0], second * scales[1]
    if sign == "÷" and right == 0:
        return None
    total = {"+": left + right, "-": left - right, "×": left * right}.get(sign)
    total = left / right if total is None else total
    return Combination(**asked.common, total=total, sign=sign, operands=(first, second), scales=scales)


def _operand(value: Any, asked: FunctionCall) -> float:
    if not isinstance(value, Tensor):
        return float(value)
    return number(value.expand(asked.step.output.shape), *asked.index)
