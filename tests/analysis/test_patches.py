"""Fields of images that are taken apart into patches and put together: unfold, fold, and views that do the same."""

import contextlib
import functools

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.errors import CnnvizError
from tests.analysis.gradients import supports
from tests.analysis.test_small_fields import Graph, check, conv, every_unit


class UnfoldedConvolution(nn.Module):
    """A convolution as im2col and a product with a matrix."""

    def __init__(self, made=2, channels=2, **window):
        super().__init__()
        self.window, self.weight = window, nn.Parameter(torch.rand(made, channels * window["kernel_size"] ** 2))

    def forward(self, x):
        k, s, p, d = (self.window.get(key, 1) for key in ("kernel_size", "stride", "padding", "dilation"))
        rows, columns = ((size + 2 * p - d * (k - 1) - 1) // s + 1 for size in x.shape[2:])
        return (self.weight @ F.unfold(x, k, d, p, s)).view(x.shape[0], -1, rows, columns)


class Involution(nn.Module):
    """Li et al. 2021: the kernel of every position follows from the pixel there."""

    def __init__(self):
        super().__init__()
        self.kernel = nn.Conv2d(2, 9, 1)

    def forward(self, x):
        n, _, h, w = x.shape
        patches = F.unfold(x, 3, padding=1).view(n, 1, 2, 9, h, w)
        return (self.kernel(x).view(n, 1, 1, 9, h, w) * patches).sum(3).view(n, 2, h, w)


class SpaceToDepth(nn.Module):
    """As TResNet begins, Ridnik et al. 2020."""

    def forward(self, x):
        n, c, h, w = x.shape
        x = x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4).contiguous()
        return x.view(n, c * 4, h // 2, w // 2)


class Frames(nn.Module):
    def forward(self, x):
        return x.unfold(2, 4, 3).unfold(3, 2, 1).mean((-1, -2))


class Tubes(nn.Module):
    def forward(self, x):
        return x.unfold(2, 3, 2).unfold(3, 3, 1).permute(0, 1, 4, 5, 2, 3).flatten(1, 3)


class Refolded(nn.Module):
    """Patches, a layer of all numbers of each, and back, as VOLO's outlook attention without its weights."""

    def __init__(self, k=3, s=2, p=1):
        super().__init__()
        self.settings, self.mix = {"kernel_size": k, "stride": s, "padding": p}, nn.Conv1d(2 * k * k, 2 * k * k, 1)

    def forward(self, x):
        return F.fold(self.mix(F.unfold(x, **self.settings)), x.shape[2:], **self.settings)


LAYERS = {
    "unfolded convolution": (UnfoldedConvolution(kernel_size=3, stride=2, dilation=2), 2),
    "involution": (Involution(), 2),
    "space to depth": (SpaceToDepth(), 8),
    "frames": (Frames(), 2),
    "tubes": (Tubes(), 18),
    "refolded": (Refolded(), 2),
    "refolded, patches side by side": (Refolded(2, 2, 0), 2),
}


@pytest.mark.parametrize(("layer", "channels"), LAYERS.values(), ids=LAYERS)
def test_between_convolutions(layer, channels):
    model = Graph(
        lambda self, x: self.two(self.layer(self.one(x))),
        one=conv(cout=2),
        layer=layer,
        two=conv(cin=channels, k=2),
    )
    check(model, (1, 1, 14, 12), layers={"two"})


@pytest.mark.parametrize("layer", [LAYERS[name][0] for name in ("unfolded convolution", "space to depth")])
def test_a_unit_is_all_of_its_channels(layer):
    """What comes out of the patches has a field itself."""
    found = analyze(nn.Sequential(conv(cout=2), layer), (1, 1, 14, 12)).layers[-1]
    assert found.receptive_field is not None
    assert found.output_size[2:] == (6, 5) or found.output_size[2:] == (5, 4)


def test_patches_in_a_line_have_no_one_field():
    """What a row of patches sees moves along two axes of the image; a unit's number alone gives no stride."""
    last = analyze(nn.Sequential(nn.Unfold(3, padding=1), nn.Conv1d(9, 2, 1)), (1, 1, 6, 6)).layers[-1]
    assert last.receptive_field is None
    assert last.field_problem.endswith("positions along several axes lie in one dimension.")


SETTINGS = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 1), st.integers(1, 2))


@settings(max_examples=40)
@given(SETTINGS, st.integers(5, 12), st.integers(5, 12))
def test_im2col_is_the_convolution(window, height, width):
    """The field of im2col and a product is that of torch's convolution of the same settings."""
    names = dict(zip(("kernel_size", "stride", "padding", "dilation"), window, strict=True))
    try:
        plain = analyze(nn.Sequential(nn.Conv2d(1, 2, **names), conv(cin=2, k=1)), (1, 1, height, width))
    except CnnvizError:
        return
    unfolded = nn.Sequential(UnfoldedConvolution(channels=1, **names), conv(cin=2, k=1))
    found = analyze(unfolded, (1, 1, height, width)).layers[-1].receptive_field
    wanted, (rows, columns) = plain.layers[-1].receptive_field, plain.layers[-1].output_size[2:]
    if 1 in (rows, columns):
        return
    assert (found.size, found.stride, found.padding) == (wanted.size, wanted.stride, wanted.padding)


APART = {
    "one number of each window": lambda x: x.unfold(2, 3, 1)[..., 1],
    "one of each patch": lambda x: F.unfold(x, 3).view(-1, 9, 4, 4)[:, 4:5],
    "unfolded and folded alone": lambda x: F.fold(F.unfold(x, 3), (6, 6), 3),
    "patches in another order": lambda x: F.unfold(x, 3).flip(2).view(-1, 9, 4, 4),
    "every second row": lambda x: x.view(-1, 1, 3, 2, 6)[:, :, :, 0],
    "parities": lambda x: x.view(-1, 1, 3, 2, 6).sum(2),
    "parts as positions": lambda x: x.view(-1, 1, 3, 2, 3, 2).transpose(3, 4).reshape(-1, 1, 9, 4),
}


@pytest.mark.parametrize("way", APART.values(), ids=APART)
def test_what_reads_a_part_of_a_patch_is_given_up(way):
    """Nothing is said that would be too much."""
    last = analyze(Graph(lambda self, x: way(self.one(x)), one=conv()), (1, 1, 8, 8)).layers[-1]
    assert last.receptive_field is None
    assert last.field_problem


STEPS = {
    "flatten": lambda x, n: x.flatten(1 + n % (x.dim() - 2)) if x.dim() > 2 else x,
    "split": lambda x, n: x.unflatten(1 + n % (x.dim() - 1), (-1, 2)),
    "turn": lambda x, n: x.movedim(1 + n % (x.dim() - 1), -1),
    "mean": lambda x, n: x.mean(1 + n % (x.dim() - 1)) if x.dim() > 3 else x,
    "windows": lambda x, n: x.unfold(1 + n % (x.dim() - 1), 2, 1 + n % 2),
    "patches": lambda x, n: F.unfold(x, 2, stride=1 + n % 2) if x.dim() == 4 else x,
    "grid": lambda x, n: x.reshape(*x.shape[:2], 2 + n % 3, -1),
    "cut": lambda x, n: x[..., n % 2 :],
    "convolution": lambda x, n: F.conv2d(x, x.new_ones(1, x.shape[1], 2, 2)) if x.dim() == 4 else x,
}


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 5)), min_size=2, max_size=6))
def test_any_way_apart_and_together(ways):
    """What is said of the last layer is the gradient's, where no pixel is past an edge or left by a stride."""

    fitting, made = [], torch.rand(2, 1, 8, 8)
    for name, number in ways:
        with contextlib.suppress(RuntimeError, IndexError):
            made = STEPS[name](made, number)
            fitting.append((STEPS[name], number))
    model = Graph(lambda _, x: functools.reduce(lambda x, way: way[0](x, way[1]), fitting, x) * 2)
    last = analyze(model, (1, 1, 8, 8)).layers[-1]
    field = last.receptive_field
    if field is None or [span.dim for span in field.spans] != [2, 3] or len(last.output_size) != 4:
        return
    for (_, unit), box in supports(model, (1, 1, 8, 8), {last.name}, every_unit).items():
        assert unit is None or box is None or field.box(*unit) == box, unit
