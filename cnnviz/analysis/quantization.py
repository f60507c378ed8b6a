"""Quantized models, which torch cannot run without numbers."""

from torch import nn

from cnnviz.errors import ModelError


def quantized(model: nn.Module) -> ModelError | None:
    """Return an error that names a model's quantized layers, None where it has none."""
    found = [(name, module) for name, module in model.named_modules() if _is_quantized(module)]
    if not found:
        return None
    name, first = found[0]
    others = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return ModelError(
        f"The model has quantized layers ({name or 'itself'}, a {first._get_name()}{others}), whose packed integers "
        "cannot be run without numbers; analyse the model that it was quantized from."
    )


def _is_quantized(module: nn.Module) -> bool:
    """FloatFunctional, which calculates with floats, and the weights of a layer lie beside the quantized layers."""
    kind = type(module)
    return ".quantized" in kind.__module__ and not any(word in kind.__name__ for word in ("Float", "Packed"))
