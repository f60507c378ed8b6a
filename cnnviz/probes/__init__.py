"""What is read out of a running model. Each function takes a model in eval mode and a batch, and changes neither."""

from cnnviz.probes.activations import activations
from cnnviz.probes.effective_field import Concentration, Effective, concentration, effective
from cnnviz.probes.filters import FilterBank, colour_tiles, filters_of, first_filters, order
from cnnviz.probes.guided_backpropagation import Guided, guided
from cnnviz.probes.maps import as_maps
from cnnviz.probes.patches import Hit, cut, strongest
from cnnviz.probes.unit import UnitAccount, account

__all__ = [
    "Concentration",
    "Effective",
    "FilterBank",
    "Guided",
    "Hit",
    "UnitAccount",
    "account",
    "activations",
    "as_maps",
    "colour_tiles",
    "concentration",
    "cut",
    "effective",
    "filters_of",
    "first_filters",
    "guided",
    "order",
    "strongest",
]
