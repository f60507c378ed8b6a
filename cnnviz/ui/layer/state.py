"""What the screen on one layer asks for: a kind, its input and its settings."""

from dataclasses import dataclass

from cnnviz.arithmetic import KINDS, Layer, layer
from cnnviz.design.layer_settings import asked, every_name, rank_of, tied
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice, Switch
from cnnviz.ui.layer.controls import controls_of
from cnnviz.ui.words import Words

WORDS = Words("layer")
FORM = Form(WORDS)
KIND = Choice("kind", "Conv2d", resets=every_name(), options=tuple(KINDS), technical=True)
RECTANGULAR = Switch("rectangular", False)
# Layers of the lecture and of networks that everybody knows.
PRESETS: dict[str, Preset] = {
    "lecture": {},
    "alexnet": {"side": 224, "out_channels": 96, "kernel_size": 11, "stride": 4, "padding": 0},
    "vgg": {"channels": 64, "side": 224, "out_channels": 64, "kernel_size": 3, "padding": 1},
    "resnet": {"side": 224, "out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3},
    "shortcut": {"channels": 256, "side": 56, "out_channels": 512, "kernel_size": 1, "stride": 2, "padding": 0},
    "one_by_one": {"channels": 192, "side": 28, "out_channels": 64, "kernel_size": 1, "padding": 0},
    "depthwise": {"channels": 32, "side": 112, "out_channels": 32, "kernel_size": 3, "padding": 1, "groups": 32},
    "pooling": {"kind": "MaxPool2d", "channels": 20, "side": 28},
    "linear": {"kind": "Linear"},
    "upsampling": {"kind": "ConvTranspose2d", "channels": 512, "side": 4, "out_channels": 256},
}


@dataclass(frozen=True)
class State:
    """One state of the screen: the layer's kind, whether its axes are set apart, its input (N, C, ...), its settings.

    `settings` are those that differ from PyTorch's defaults.
    """

    kind: str
    rectangular: bool
    input_size: tuple[int, ...]
    settings: dict[str, object]

    @property
    def controls(self) -> tuple[AnyControl, ...]:
        """The controls of the input and the settings."""
        return controls_of(self.kind, self.rectangular)

    def layer(self) -> Layer:
        """Return the layer, computed; raises ShapeError where there is none."""
        return layer(self.kind, self.input_size, **self.settings)


def read() -> State:
    """Return what the form says."""
    kind = FORM.get(KIND)
    apart = FORM.get(RECTANGULAR) and rank_of(kind) > 1
    values = {each.name: FORM.get(each) for each in controls_of(kind, apart)}
    return State(kind, apart, *asked(kind, apart, values))


def set_apart(apart: bool) -> None:
    """Hand the values over, in a callback: from one for all axes to one an axis, or back from the first axis."""
    changes: dict[str, object] = {RECTANGULAR.name: apart or None}
    for name, names in tied(FORM.get(KIND)).items():
        changes.update(dict.fromkeys(names, FORM.text(name) if apart else None))
        changes[name] = None if apart else FORM.text(names[0])
    FORM.put(changes)
