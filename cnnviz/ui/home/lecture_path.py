"""The course's demonstrations in its order, each a link to a screen in the state that shows it.

A row is a name, whose title and note are the lesson's labels `path.NAME` and `path.NAME.note`, a screen, and the link.
"""

from urllib.parse import urlencode

from cnnviz.arithmetic import KINDS
from cnnviz.components.finder import Entry
from cnnviz.design import PRESETS
from cnnviz.ui import links
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.words import Words, sections

WORDS = Words("home")
_UNPADDED = {"padding": "0"}
PATH: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("flatten", "connectivity", {"step": "all"}),
    ("local", "connectivity", {"step": "local"}),
    ("shared", "connectivity", {}),
    ("edges", "convolution", {}),
    ("size", "convolution", {"input": "random", "size": "7", "padding": "0"}),
    ("stride", "convolution", {"input": "random", "size": "7", "padding": "0", "stride": "2"}),
    ("depth", "convolution", {"input": "photo", "size": "6", "channels": "3", "bias": "true", "weights": "random"}),
    (
        "one_by_one",
        "layer",
        {"channels": "192", "side": "28", "out_channels": "64", "kernel_size": "1", "padding": "0"},
    ),
    ("question", "layer", {}),
    (
        "transposed",
        "convolution",
        {"kind": "ConvTranspose2d", "input": "random", "size": "3", "weights": "Gaussian blur"},
    ),
    ("pooling", "pooling", {}),
    ("shift", "pooling", {"size": "16", "kernel_size": "4", "stride": "4", "shift": "3"}),
    ("maps", "activations", {"model": "alexnet-tiny", "layer": "relu1"}),
    ("filters", "filters", {"model": "alexnet-tiny"}),
    ("field", "receptive_field", {"model": "alexnet-tiny"}),
    ("why", "why", {}),
    ("every_layer", "why", {"part": "Grad-CAM"}),
    ("hidden_patch", "why", {"part": "Occlusion"}),
    ("pixel_gradients", "why", {"part": "Gradients"}),
    ("honesty", "why", {"part": "Honest"}),
    ("lenet", "network", {"net": PRESETS["lenet5"].text, "size": "1x28x28"}),
    ("alexnet", "layer", {"side": "224", "out_channels": "96", "kernel_size": "11", "stride": "4", "padding": "0"}),
    ("challenge", "architectures", {}),
    ("map", "architectures", {"part": "Networks", "architecture": "googlenet"}),
    ("where", "architectures", {"part": "Networks", "architecture": "alexnet", "heat": "memory"}),
    ("small_kernels", "architectures", {"part": "Why"}),
    ("one_by_one_inside", "architectures", {"part": "Why", "comparison": "inception"}),
    ("accuracy", "architectures", {"part": "Accuracy"}),
    ("normalization", "normalization", {}),
    ("running", "normalization", {"part": "Training and test", "momentum": "0.01"}),
    ("folding", "normalization", {"part": "In a network"}),
    ("rates", "normalization", {"part": "What it buys"}),
    ("whitening", "preprocessing", {}),
    ("eigenimages", "preprocessing", {"part": "Principal components"}),
    ("beginning", "initialization", {}),
    ("kaiming", "initialization", {"function": "relu", "beginning": "kaiming_in"}),
    ("symmetry", "initialization", {"part": "Symmetry"}),
    ("saturation", "activation_functions", {}),
    ("vanishing", "activation_functions", {"part": "Depth"}),
    ("zigzag", "activation_functions", {"part": "Zero-centred"}),
    ("dying", "activation_functions", {"part": "Dying"}),
    ("training", "training", {}),
    ("own_classes", "training", {"part": "Your own classes"}),
    ("templates", "training", {"net": "Flatten, Linear 10"}),
    ("plane", "training", {"examples": "circles", "rate": "0.01"}),
    ("penalties", "regularization", {"l1": "0.001"}),
    ("dropout", "regularization", {"part": "Dropout"}),
    ("redundancy", "regularization", {"part": "Redundancy"}),
    ("averaged", "regularization", {"part": "Random and averaged"}),
    ("degradation", "depth", {}),
    ("shortcuts", "depth", {"part": "Gradients"}),
    ("ensemble", "depth", {"part": "Removal"}),
    ("equivariance", "invariance", {"part": "Equivariance"}),
    ("rotation", "invariance", {}),
    ("augmentation", "invariance", {"part": "Augmentation"}),
    ("draws", "augmentation", {}),
    ("mixing", "augmentation", {"augmentation": "cutmix"}),
    ("smoothing", "augmentation", {"augmentation": "label_smoothing"}),
    ("theta", "spatial_transformer", {}),
    ("rounding", "spatial_transformer", {"part": "Why interpolation"}),
    ("learned", "spatial_transformer", {"part": "Learned"}),
    ("inside", "spatial_transformer", {"part": "Inside a network"}),
    ("go", "go", {}),
    ("go_halved", "go", {"part": "Image"}),
    ("go_ladder", "go", {"part": "Ladder"}),
)
# Other lessons whose words lead to a screen: those of its parts.
_PARTS = {
    "training": ("own_classes",),
    "spatial_transformer": ("interpolation", "learned_transformer", "inside_network"),
    "invariance": ("equivariance", "invariance_augmentation"),
    "normalization": ("normalization_batch", "normalization_network", "normalization_rates"),
    "initialization": tuple(f"initialization_{part}" for part in ("symmetry", "residual", "steps", "variance")),
    "activation_functions": ("swapped_activations", "vanishing_gradients", "zero_centred", "dying_relu"),
    "regularization": tuple(f"regularization_{part}" for part in ("dropout", "redundancy", "pattern")),
    "preprocessing": ("photo_preprocessing", "principal_components"),
    "architectures": tuple(f"architecture_{part}" for part in ("accuracy", "comparisons", "networks")),
    "why": ("why_grad_cam", "why_occlusion", "why_gradients", "why_honesty"),
    "go": ("go_image", "go_symmetry", "go_ladder", "go_occlusion"),
    "depth": ("depth_gradients", "depth_block", "depth_removal"),
}


def address(screen: str, link: dict[str, str]) -> str:
    """Return the address of a screen below the app's root, the visit's language with it."""
    query = urlencode({**links.visit(), **link})
    return screen + (f"?{query}" if query else "")


def lecture() -> list[Entry]:
    """Return the demonstrations in the course's order."""
    return [
        Entry(WORDS.label(f"path.{name}"), WORDS.label(f"path.{name}.note"), address(screen, link))
        for name, screen, link in PATH
    ]


def places() -> list[Entry]:
    """Return all that can be found: every screen, by any word of its lessons, and the demonstrations."""
    screens = [
        Entry(screen.label, Words(screen.name).label("about"), address(screen.name, {}), _words(screen.name))
        for screen in SCREENS
        if screen.section
    ]
    return [*screens, *lecture()]


def _words(screen: str) -> str:
    """Return every different word of a screen's lessons, and what else can be chosen on it."""
    texts = [text for lesson in (screen, *_PARTS.get(screen, ())) for text in sections(lesson).values()]
    if screen in ("layer", "network"):
        texts += [*KINDS, *(preset.title for preset in PRESETS.values())]
    words = (word.strip("*`.,:;!?()“”\"'").lower() for text in texts for word in text.split())
    return " ".join(sorted({word for word in words if len(word) > 2 and "{" not in word and "\\" not in word}))
