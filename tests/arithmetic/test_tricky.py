"""Single cases that calculators get wrong: worked by hand, and torch says the same."""

import subprocess
import sys

import pytest

from cnnviz import arithmetic
from cnnviz.arithmetic import conv2d, layer
from cnnviz.errors import ShapeError
from tests.arithmetic import oracle

# kind, input, settings; then by hand: output, parameters, MACs.
TRICKY = [
    # CS231n: 3x32x32, ten 5x5 filters, stride 1, padding 2.
    ("Conv2d", (1, 3, 32, 32), {"out_channels": 10, "kernel_size": 5, "padding": 2}, (1, 10, 32, 32), 760, 768_000),
    # A 5x5x3 filter on 32x32x3, and six of them.
    ("Conv2d", (1, 3, 32, 32), {"out_channels": 1, "kernel_size": 5}, (1, 1, 28, 28), 76, 58_800),
    ("Conv2d", (1, 3, 32, 32), {"out_channels": 6, "kernel_size": 5}, (1, 6, 28, 28), 456, 352_800),
    # 7x7 with 3x3 at stride 2 fits; at stride 3 the floor drops a row.
    ("Conv2d", (1, 1, 7, 7), {"out_channels": 1, "kernel_size": 3, "stride": 2}, (1, 1, 3, 3), 10, 81),
    ("Conv2d", (1, 1, 7, 7), {"out_channels": 1, "kernel_size": 3, "stride": 3}, (1, 1, 2, 2), 10, 36),
    # The first layers of AlexNet (torchvision's, and the paper's 227) and of ResNet.
    (
        "Conv2d",
        (1, 3, 224, 224),
        {"out_channels": 64, "kernel_size": 11, "stride": 4, "padding": 2},
        (1, 64, 55, 55),
        23_296,
        70_276_800,
    ),
    (
        "Conv2d",
        (1, 3, 227, 227),
        {"out_channels": 96, "kernel_size": 11, "stride": 4},
        (1, 96, 55, 55),
        34_944,
        105_415_200,
    ),
    (
        "Conv2d",
        (1, 3, 224, 224),
        {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3, "bias": False},
        (1, 64, 112, 112),
        9_408,
        118_013_952,
    ),
    # `same` with an even kernel, with dilation, and beyond the input's own size.
    ("Conv2d", (1, 1, 5, 5), {"out_channels": 1, "kernel_size": 4, "padding": "same"}, (1, 1, 5, 5), 17, 400),
    (
        "Conv1d",
        (1, 2, 6),
        {"out_channels": 3, "kernel_size": 4, "dilation": 3, "padding": "same"},
        (1, 3, 6),
        27,
        144,
    ),
    ("Conv1d", (1, 1, 1), {"out_channels": 1, "kernel_size": 9, "padding": "same"}, (1, 1, 1), 10, 9),
    # Everything rectangular.
    (
        "Conv2d",
        (2, 4, 10, 11),
        {
            "out_channels": 6,
            "kernel_size": (1, 3),
            "stride": (2, 1),
            "padding": (0, 2),
            "dilation": (1, 2),
            "groups": 2,
        },
        (2, 6, 5, 11),
        42,
        3_960,
    ),
    # Depthwise, and depthwise with two filters a channel.
    ("Conv2d", (1, 8, 6, 6), {"out_channels": 8, "kernel_size": 3, "padding": 1, "groups": 8}, (1, 8, 6, 6), 80, 2_592),
    (
        "Conv2d",
        (1, 8, 6, 6),
        {"out_channels": 16, "kernel_size": 3, "groups": 8, "bias": False},
        (1, 16, 4, 4),
        144,
        2_304,
    ),
    # A 1x1 convolution is a linear layer at each pixel.
    ("Conv2d", (1, 64, 7, 7), {"out_channels": 10, "kernel_size": 1}, (1, 10, 7, 7), 650, 31_360),
    ("Linear", (1, 7, 7, 64), {"out_features": 10}, (1, 7, 7, 10), 650, 31_360),
    # A dilated kernel that just fits.
    ("Conv1d", (1, 1, 9), {"out_channels": 1, "kernel_size": 3, "dilation": 4}, (1, 1, 1), 4, 3),
    ("Conv3d", (1, 1, 4, 5, 6), {"out_channels": 2, "kernel_size": (2, 3, 4)}, (1, 2, 3, 3, 3), 50, 1_296),
    # Transposed: MACs are counted over the INPUT; four times fewer than over the output at stride 2.
    ("ConvTranspose2d", (1, 16, 8, 8), {"out_channels": 8, "kernel_size": 2, "stride": 2}, (1, 8, 16, 16), 520, 32_768),
    (
        "ConvTranspose2d",
        (1, 16, 8, 8),
        {"out_channels": 8, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
        (1, 8, 16, 16),
        1_160,
        73_728,
    ),
    (
        "ConvTranspose1d",
        (2, 6, 5),
        {"out_channels": 4, "kernel_size": 3, "stride": 3, "dilation": 2, "groups": 2, "bias": False},
        (2, 4, 17),
        36,
        360,
    ),
    # ceil_mode: a window more, none that begins in the padding, and a kernel larger than the input.
    ("MaxPool2d", (1, 2, 6, 6), {"kernel_size": 3, "stride": 2}, (1, 2, 2, 2), 0, 0),
    ("MaxPool2d", (1, 2, 6, 6), {"kernel_size": 3, "stride": 2, "ceil_mode": True}, (1, 2, 3, 3), 0, 0),
    ("MaxPool1d", (1, 1, 5), {"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True}, (1, 1, 3), 0, 0),
    ("MaxPool1d", (1, 1, 2), {"kernel_size": 1, "stride": 3, "ceil_mode": True}, (1, 1, 1), 0, 0),
    ("AvgPool2d", (1, 1, 2, 2), {"kernel_size": 3, "ceil_mode": True}, (1, 1, 1, 1), 0, 0),
    ("MaxPool2d", (1, 1, 9, 9), {"kernel_size": 3, "dilation": 2, "stride": 2}, (1, 1, 3, 3), 0, 0),
    ("LPPool2d", (1, 3, 7, 7), {"norm_type": 2, "kernel_size": (2, 3)}, (1, 3, 3, 2), 0, 0),
    # Adaptive: to sizes that don't divide, to more than there is, and one axis kept.
    ("AdaptiveAvgPool2d", (1, 3, 10, 7), {"output_size": (4, 9)}, (1, 3, 4, 9), 0, 0),
    ("AdaptiveMaxPool2d", (1, 3, 10, 7), {"output_size": (None, 1)}, (1, 3, 10, 1), 0, 0),
    # A linear layer on (N, T, C) costs T times, with the parameters of one.
    ("Linear", (2, 5, 7), {"out_features": 3}, (2, 5, 3), 24, 210),
    # Batch norm: 2C parameters; layer norm: two a number of its shape; PReLU: one, or one a channel.
    ("BatchNorm2d", (1, 64, 5, 5), {}, (1, 64, 5, 5), 128, 0),
    ("BatchNorm1d", (4, 10), {"affine": False}, (4, 10), 0, 0),
    ("LayerNorm", (2, 3, 4, 5), {"normalized_shape": (4, 5)}, (2, 3, 4, 5), 40, 0),
    ("LayerNorm", (2, 3, 4), {"normalized_shape": 4, "bias": False}, (2, 3, 4), 4, 0),
    ("GroupNorm", (1, 6, 4, 4), {"num_groups": 3}, (1, 6, 4, 4), 12, 0),
    ("InstanceNorm2d", (1, 6, 4, 4), {}, (1, 6, 4, 4), 0, 0),
    ("InstanceNorm2d", (1, 6, 4, 4), {"affine": True, "track_running_stats": True}, (1, 6, 4, 4), 12, 0),
    ("PReLU", (1, 6, 4, 4), {"num_parameters": 6}, (1, 6, 4, 4), 6, 0),
    ("Embedding", (2, 7), {"num_embeddings": 100, "embedding_dim": 16}, (2, 7, 16), 1_600, 0),
    # Sizes from fractions, and from products.
    ("Upsample", (1, 2, 7, 5), {"scale_factor": (1.5, 2.7)}, (1, 2, 10, 13), 0, 0),
    ("Upsample", (1, 2, 3), {"scale_factor": 1 / 3}, (1, 2, 1), 0, 0),
    ("Flatten", (2, 3, 4, 5), {"start_dim": 1, "end_dim": 2}, (2, 12, 5), 0, 0),
    ("Unflatten", (2, 12), {"dim": 1, "unflattened_size": (3, -1)}, (2, 3, 4), 0, 0),
    ("PixelShuffle", (1, 18, 4, 5), {"upscale_factor": 3}, (1, 2, 12, 15), 0, 0),
    # Torch lists a padding from the last axis to the first.
    ("ZeroPad2d", (1, 1, 4, 5), {"padding": (1, 2, 0, -1)}, (1, 1, 3, 8), 0, 0),
    ("ReflectionPad1d", (1, 1, 4), {"padding": 3}, (1, 1, 10), 0, 0),
    ("CircularPad1d", (1, 1, 4), {"padding": (4, 0)}, (1, 1, 8), 0, 0),
]


@pytest.mark.parametrize(("kind", "size", "settings", "output", "parameters", "macs"), TRICKY)
def test_by_hand_and_by_torch(kind, size, settings, output, parameters, macs):
    found = layer(kind, size, **settings)
    assert (found.output_size, found.parameters, found.macs, found.flops) == (output, parameters, macs, 2 * macs)
    module, truth = oracle.accepted(kind, size, settings)
    assert (truth.output_size, truth.weights + truth.biases) == (output, parameters)
    if macs:
        assert oracle.flops(module, size) == 2 * macs


# kind, input, settings; and the numbers that the sentence must name.
REFUSED = [
    ("Conv2d", (1, 3, 4, 4), {"out_channels": 1, "kernel_size": 7}, "7.*4"),
    ("Conv2d", (1, 3, 6, 6), {"out_channels": 1, "kernel_size": 3, "dilation": 4, "padding": 1}, "9.*6.*1.*8"),
    ("Conv2d", (1, 3, 9, 9), {"out_channels": 4, "kernel_size": 3, "groups": 2}, "3 and 4.*2"),
    ("Conv2d", (1, 3, 9, 9), {"out_channels": 4, "kernel_size": 3, "stride": 0}, "stride is 0.*1"),
    ("Conv2d", (1, 3, 9, 9), {"out_channels": 4, "kernel_size": 3, "stride": (1, 2), "padding": "same"}, "1.*2"),
    ("Conv2d", (1, 3, 9, 9), {"out_channels": 4, "kernel_size": 3, "padding": "full"}, "full"),
    ("Conv2d", (1, 3, 9, 9), {"out_channels": 4, "kernel_size": (3, 3, 3)}, "3 numbers.*2"),
    ("Conv2d", (1, 3, 3, 3), {"out_channels": 4, "kernel_size": 3, "padding": 3, "padding_mode": "reflect"}, "3.*2"),
    ("ConvTranspose2d", (1, 3, 4, 4), {"out_channels": 2, "kernel_size": 2, "output_padding": 1}, "1.*1"),
    ("ConvTranspose2d", (1, 3, 1, 1), {"out_channels": 2, "kernel_size": 3, "padding": 2}, "2.*4.*3.*1"),
    ("MaxPool2d", (1, 3, 8, 8), {"kernel_size": 3, "padding": 2}, "2.*3.*1"),
    ("AvgPool3d", (1, 1, 2, 8, 8), {"kernel_size": 3, "padding": 1}, "3.*2"),
    ("AdaptiveAvgPool2d", (1, 1, 8, 8), {"output_size": (1, 2, 3)}, r"\(1, 2, 3\).*2"),
    ("BatchNorm2d", (2, 3, 4), {}, "2×3×4.*4"),
    ("InstanceNorm1d", (2, 3, 1), {}, "1 position.*2×3×1"),
    ("GroupNorm", (2, 6, 4), {"num_groups": 4}, "6.*4"),
    ("LayerNorm", (2, 3, 4), {"normalized_shape": (2, 4)}, "2×4.*2×3×4.*3×4"),
    ("PReLU", (2, 3, 4), {"num_parameters": 4}, "4.*3"),
    ("Softmax", (2, 3), {"dim": 2}, "2"),
    ("Unflatten", (2, 12), {"dim": 1, "unflattened_size": (5, -1)}, "12.*5"),
    ("Upsample", (1, 1, 2, 2), {"scale_factor": 0.4}, "0.4.*2×2.*0×0"),
    ("PixelShuffle", (1, 6, 2, 2), {"upscale_factor": 2}, "6.*4"),
    ("PixelUnshuffle", (1, 6, 5, 4), {"downscale_factor": 2}, "5×4.*2"),
    ("ReflectionPad2d", (1, 1, 4, 4), {"padding": 4}, "4.*3"),
    ("ZeroPad2d", (1, 1, 4, 4), {"padding": -2}, "-2.*4×4.*0×0"),
    ("Dropout", (1, 1), {"p": 1.5}, "1.5"),
    ("Embedding", (1, 1), {"num_embeddings": 3, "embedding_dim": 2, "padding_idx": 3}, "3"),
]


@pytest.mark.parametrize(("kind", "size", "settings", "numbers"), REFUSED)
def test_refused_with_the_numbers_as_torch_refuses_it(kind, size, settings, numbers):
    with pytest.raises(ShapeError, match=numbers):
        layer(kind, size, **settings)
    assert oracle.accepted(kind, size, settings) is None


@pytest.mark.parametrize(
    ("kind", "size", "settings", "words"),
    [
        ("Conv4d", (1, 3, 4, 4), {}, "Conv4d"),
        ("Conv2d", (1, 3, 4, 4), {"kernel_size": 3}, "needs out_channels"),
        ("Conv2d", (1, 3, 4, 4), {"kernel_size": 3, "out_channels": 1, "strides": 2}, "no setting strides.*stride"),
        ("Conv2d", (1, 3, 4, 4), {"kernel_size": "3", "out_channels": 1}, "whole number"),
        ("Conv2d", (1, 3, 4, 4), {"kernel_size": 2.5, "out_channels": 1}, "2.5"),
        ("Conv2d", (3, 4, 4), {"kernel_size": 3, "out_channels": 1}, "3×4×4.*4 numbers"),
        ("Conv2d", (1, 3, 0, 4), {"kernel_size": 3, "out_channels": 1, "padding": 3}, "0"),
        ("Linear", (5,), {"out_features": 2}, "5"),
    ],
)
def test_what_only_a_person_would_ask(kind, size, settings, words):
    with pytest.raises(ShapeError, match=words):
        layer(kind, size, **settings)


def test_absurd_numbers_take_no_time():
    huge = 10**9
    assert layer("MaxPool1d", (1, 1, 5), kernel_size=huge, ceil_mode=True).output_size == (1, 1, 1)
    assert layer("Conv1d", (1, 1, 5), out_channels=1, kernel_size=huge, padding="same").unseen == (0,)
    assert layer("AdaptiveAvgPool1d", (1, 1, 5), output_size=huge).output_size == (1, 1, huge)
    assert layer("ConvTranspose1d", (1, 1, 5), out_channels=1, kernel_size=huge).output_size == (1, 1, huge + 4)
    assert layer("Upsample", (1, 1, huge), scale_factor=1e-5).output_size == (1, 1, 10_000)
    with pytest.raises(ShapeError, match="1e\\+308"):
        layer("Upsample", (1, 1, huge), scale_factor=1e308)
    assert layer("ReplicationPad1d", (1, 1, 5), padding=huge).output_size == (1, 1, 2 * huge + 5)


def test_a_layer_does_not_depend_on_how_its_settings_are_written():
    size = (1, 3, 9, 9)
    written = {"out_channels": 2, "kernel_size": [3, 3], "stride": (1, 1), "padding": "valid"}
    assert conv2d(list(size), **written) == conv2d(size, out_channels=2, kernel_size=3)


def test_it_loads_neither_torch_nor_numpy():
    code = "import sys, cnnviz.arithmetic; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_name_it_promises_is_there():
    assert all(hasattr(arithmetic, name) for name in arithmetic.__all__)
    assert all(operation.__doc__ for operation in arithmetic.KINDS.values())
