"""One value of a layer under the microscope."""

from cnnviz.probes.unit.account import account, recorded_account
from cnnviz.probes.unit.accounts import (
    Combination,
    Convolution,
    Elementwise,
    Linear,
    Moved,
    Normalisation,
    Other,
    Pooling,
    Product,
    Term,
    UnitAccount,
    Window,
)

__all__ = [
    "Combination",
    "Convolution",
    "Elementwise",
    "Linear",
    "Moved",
    "Normalisation",
    "Other",
    "Pooling",
    "Product",
    "Term",
    "UnitAccount",
    "Window",
    "account",
    "recorded_account",
]
