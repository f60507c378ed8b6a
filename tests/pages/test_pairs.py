"""Ordered pairs of screens in one session: nothing is carried over unasked, and each is found as it was left.

By day each screen is come to from five others, nightly from all.
"""

from itertools import pairwise

from cnnviz.ui import links
from cnnviz.ui.menu import SCREENS
from tests.conftest import NIGHTLY
from tests.pages.opening import assert_well, open_screen

PATHS = {screen.name: screen.path for screen in SCREENS}
# Settings that are not the defaults, the names that several screens have among them.
CHANGED = {
    "home": {},
    "convolution": {"channels": "2", "weights": "random", "kernel_size": "5", "stride": "2", "size": "9"},
    "pooling": {"channels": "3", "kernel_size": "3", "stride": "1", "padding": "1", "size": "8"},
    "connectivity": {"step": "local", "size": "8", "kernel_size": "4", "weights": "box blur"},
    "normalization": {"part": "Training and test", "batch_size": "8", "batches": "5"},
    "activations": {
        "model": "lenet5-mnist",
        "source": "Digits",
        "digit_number": "23",
        "layer": "conv2",
        "channel": "3",
    },
    "filters": {"model": "lenet-relu-mnist", "filter": "4", "layer": "conv2"},
    "receptive_field": {"model": "lenet5-mnist", "layer": "pool1", "row": "2"},
    "why": {"part": "Grad-CAM", "model": "lenet-relu-mnist", "source": "Digits", "digit_number": "7", "target": "3"},
    "layer": {"channels": "8", "kernel_size": "3", "stride": "2", "padding": "1"},
    "network": {"net": "Conv 4 3, ReLU, Flatten, Linear 10", "size": "3x8x8", "batch": "2"},
    "architectures": {"part": "Accuracy", "families": "VGG,ResNet", "entry": "VGG16_Weights.IMAGENET1K_V1"},
    "initialization": {"part": "Derivation", "fan_in": "64"},
    "preprocessing": {"part": "Principal components", "patches": "digits", "kept": "12"},
    "training": {"examples": "xor", "net": "Linear 3, Tanh, Linear 2", "seed": "3"},
    "regularization": {"part": "Dropout", "first": "2", "second": "2", "keep": "0.8", "at": "5"},
    "depth": {"part": "Gradients", "blocks": "2", "normalised": "true"},
    "augmentation": {"model": "lenet-relu-mnist", "augmentation": "jitter", "brightness": "0.8", "seed": "4"},
    "spatial_transformer": {"part": "Why interpolation"},
    "invariance": {"part": "Equivariance", "channel": "1"},
    "go": {"part": "Symmetry", "game": "3", "step": "40", "turn": "2"},
    "room": {"code": "ABCDEF"},
    "activation_functions": {"function": "gelu", "beside": "relu,silu", "at": "-0.5"},
}


def every_pair(names, strides=None):
    """Return a walk that goes from every name to every other exactly once, and ends where it began (Hierholzer).

    With `strides` it goes to those alone that stand so many places further on in the list, which is a ring.
    """
    ahead = strides or range(1, len(names))
    left = {name: [names[(place + each) % len(names)] for each in ahead] for place, name in enumerate(names)}
    walk, stack = [], [names[0]]
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            walk.append(stack.pop())
    return walk[::-1]


def expected(name: str, picture: dict[str, str]) -> dict[str, str]:
    """Return the link of a screen as it was left, with the picture that is looked at now."""
    own = CHANGED[name]
    if name not in links.SHARE_A_PICTURE:
        return own
    return {**{key: text for key, text in own.items() if key not in links.PICTURE}, **picture}


def test_every_ordered_pair_of_screens():
    strides = None if NIGHTLY else (1, 4, 9, 15, 22)
    walk = every_pair(list(CHANGED), strides)
    assert len({*pairwise(walk)}) == len(walk) - 1 == len(CHANGED) * len(strides or [*CHANGED][1:])
    app = open_screen(PATHS["home"])
    for name, link in CHANGED.items():
        app.query_params.clear()
        app.query_params.update(link)
        app.switch_page(PATHS[name]).run()
        assert_well(app)
        assert app.query_params == link, name
    # The last of the screens that share a picture was opened without one of its own.
    picture: dict[str, str] = {}
    for before, name in pairwise(walk):
        app.switch_page(PATHS[name]).run()
        assert not app.exception, (before, name)
        assert not app.error, (before, name)
        assert app.query_params == expected(name, picture), (before, name)


def test_only_the_picture_goes_along():
    app = open_screen(PATHS["activations"], source="Digits", digit_number="23", model="lenet5-mnist", weights="random")
    for name in ("filters", "receptive_field"):
        app.switch_page(PATHS[name]).run()
        assert_well(app)
        assert app.query_params == {"source": "Digits", "digit_number": "23"}
    for name in ("layer", "network", "invariance", "spatial_transformer", "connectivity"):
        app.switch_page(PATHS[name]).run()
        assert_well(app)
        assert app.query_params == {}
