"""What is read out of a running model. Each function takes a model in eval mode and a batch, and changes neither."""

from cnnviz.probes.activations import activations
from cnnviz.probes.cam import ClassMap, cam
from cnnviz.probes.effective_field import Concentration, Effective, concentration, effective
from cnnviz.probes.excitation import Excited, excite, noise_image
from cnnviz.probes.filters import FilterBank, colour_tiles, filters_of, first_filters, order
from cnnviz.probes.grad_cam import GradCam, grad_cam, grad_cams
from cnnviz.probes.gradient_sign import SignSteps, gradient_signs, sign_steps, stepped
from cnnviz.probes.guided_backpropagation import Guided, guided, guided_class
from cnnviz.probes.input_gradients import (
    InputGradient,
    Integrated,
    gradient,
    gradient_times_input,
    integrated_gradients,
    smooth_gradient,
)
from cnnviz.probes.maps import as_maps
from cnnviz.probes.occlusion import Occlusion, occlusion
from cnnviz.probes.patches import Hit, cut, strongest
from cnnviz.probes.unit import UnitAccount, account

__all__ = [
    "ClassMap",
    "Concentration",
    "Effective",
    "Excited",
    "FilterBank",
    "GradCam",
    "Guided",
    "Hit",
    "InputGradient",
    "Integrated",
    "Occlusion",
    "SignSteps",
    "UnitAccount",
    "account",
    "activations",
    "as_maps",
    "cam",
    "colour_tiles",
    "concentration",
    "cut",
    "effective",
    "excite",
    "filters_of",
    "first_filters",
    "grad_cam",
    "grad_cams",
    "gradient",
    "gradient_signs",
    "gradient_times_input",
    "guided",
    "guided_class",
    "integrated_gradients",
    "noise_image",
    "occlusion",
    "order",
    "sign_steps",
    "smooth_gradient",
    "stepped",
    "strongest",
]
