"""Families of layers: what a kind of call does, however it is called."""

_FAMILIES = {
    "conv": ("conv",),
    "norm": ("norm",),
    "pooling": ("pool", "adaptiveavg"),
    "linear": ("linear", "attention", "matmul", "einsum"),
    "activation": (
        *("relu", "sigmoid", "swish", "silu", "gelu", "tanh", "softmax", "elu", "clamp", "mish"),
        *("shrink", "softsign", "softmin", "softplus", "glu"),
    ),
}


def family(kind: str) -> str:
    """Return the family of a kind of call, "other" for those without one."""
    lower = kind.lower()
    return next((name for name, words in _FAMILIES.items() if any(word in lower for word in words)), "other")
