"""The figures of one layer: valid for Plotly, in one scale, and true to what PyTorch computes."""

from itertools import product

import plotly.graph_objects as go
import pytest
import torch
from torch import nn

from cnnviz.arithmetic import KINDS, layer
from cnnviz.design.layer_settings import asked, layer_settings
from cnnviz.figures.blocks import Block, Region, blocks, is_flat
from cnnviz.figures.cost_bars import costs
from cnnviz.figures.field_of_stack import growth
from cnnviz.figures.layer import layer_blocks
from cnnviz.figures.layer_regions import parts
from cnnviz.figures.window_coverage import Axis, reading

WORDS = ("input", "output", "{count} kernels of", "window")


def valid(figure):
    """Return the figure after Plotly has checked every property of it, which the screens do without."""
    return go.Figure(figure.to_dict())


def example(kind):
    return asked(kind, False, {each.name: each.default for each in layer_settings(kind, False)})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_drawn(kind):
    size, settings = example(kind)
    figure = valid(layer_blocks(layer(kind, size, **settings), settings, words=WORDS))
    titles = [note.text for note in figure.layout.annotations]
    assert any("×".join(map(str, size[1:])) in title for title in titles)


def corners(shape):
    """Return the points (x, y) of an SVG path."""
    pairs = shape.path.strip("MZ").replace("M", "L").split("L")
    return [tuple(float(number) for number in pair.split(",")) for pair in pairs]


def test_a_cell_is_as_large_in_one_block_as_in_the_other():
    figure = valid(blocks(Block((3, 32, 24), "in"), Block((10, 16, 48), "out"), kernel=Block((3, 5, 5), "k")))
    fronts = [corners(shape) for shape in figure.layout.shapes if len(corners(shape)) == 4][::3]
    extents = [(max(x for x, _ in front) - min(x for x, _ in front), front[0][1] - front[2][1]) for front in fronts]
    assert sum(extents, ()) == pytest.approx((24, 32, 5, 5, 48, 16), abs=0.05)


def test_a_block_far_longer_than_all_faces_is_cut_and_says_so():
    figure = valid(blocks(Block((2048, 7, 7), "in"), Block((10, 7, 7), "out")))
    titles = {note.text for note in figure.layout.annotations}
    assert titles == {"in ≈", "out"}


REGIONS = [
    ("Conv2d", {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": 1}),
    ("Conv2d", {"out_channels": 4, "kernel_size": (2, 5), "dilation": 2, "groups": 2}),
    ("Conv1d", {"out_channels": 4, "kernel_size": 3, "padding": "same"}),
    ("Conv3d", {"out_channels": 4, "kernel_size": 3}),
    ("ConvTranspose2d", {"out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1}),
    ("AvgPool2d", {"kernel_size": 3, "stride": 2}),
    ("AdaptiveAvgPool2d", {"output_size": 3}),
    ("AdaptiveAvgPool2d", {"output_size": 1}),
    ("PixelShuffle", {"upscale_factor": 2}),
    ("PixelUnshuffle", {"downscale_factor": 2}),
    ("Softmax", {"dim": 1}),
    ("Upsample", {"scale_factor": 3}),
    ("Flatten", {}),
    ("GroupNorm", {"num_groups": 2}),
    ("ReLU", {}),
    ("ZeroPad2d", {"padding": 2}),
]
SIZES = {1: (1, 8, 12), 2: (1, 8, 12, 10), 3: (1, 8, 6, 8, 10)}


def cells(region, size):
    """Return a region's cells that lie in the tensor, as its indices after the batch."""
    spans = [range(max(a, 0), min(b, n)) for a, b, n in zip(region.start, region.stop, size, strict=True)]
    return set(product(*spans))


def as_block(tensor):
    """Return a tensor (1, C, ...) as a block's three edges: a vector stands, of a volume one channel is shown."""
    match tensor.dim():
        case 2:
            return tensor[0][None, :, None]
        case 3:
            return tensor[0][:, None]
        case 4:
            return tensor[0]
        case _:
            return tensor[0, 0]


@pytest.mark.parametrize(("kind", "settings"), REGIONS, ids=str)
def test_the_part_that_is_read_is_the_support_of_the_gradient(kind, settings):
    rank = int(kind[-2]) if kind[-2:] in ("1d", "3d") else 2
    size = SIZES[rank]
    made = layer(kind, size, **settings)
    source, target = parts(made, settings)
    given = {"Conv": (8,), "GroupNorm": ()}
    module = getattr(nn, kind)(
        *next((a for prefix, a in given.items() if kind.startswith(prefix)), ()),
        **({**settings, "num_channels": 8} if kind == "GroupNorm" else settings),
    )
    for weights in module.parameters():
        nn.init.ones_(weights)
    tensor = torch.rand(size, generator=torch.Generator().manual_seed(0)).requires_grad_()
    output = module(tensor)
    outside = as_block(output)
    chosen = torch.zeros(outside.shape)
    for cell in cells(target, tuple(outside.shape)):
        chosen[cell] = 1 + torch.rand(1, generator=torch.Generator().manual_seed(1)).item()
    weights = torch.rand(outside.shape, generator=torch.Generator().manual_seed(2))
    (outside * chosen * weights).sum().backward()
    gradient = as_block(tensor.grad)
    support = {tuple(cell) for cell in (gradient != 0).nonzero().tolist()}
    read = cells(source, tuple(gradient.shape))
    if kind.startswith("Conv") and "dilation" in settings:
        # The region is the whole window; dilation leaves gaps in it.
        assert support < read
        assert all(max(c[i] for c in support) == max(c[i] for c in read) for i in range(3))
        assert all(min(c[i] for c in support) == min(c[i] for c in read) for i in range(3))
    else:
        assert support == read


def test_what_is_never_read_is_hatched_over_the_whole_of_the_other_axis():
    rows = Axis(10, 3, 4, 1, 0, 0, 2, (range(3, 4), range(7, 10)))
    columns = Axis(9, 3, 3, 1, 0, 0, 3)
    figure = valid(reading(rows, columns))
    hatched = figure.data[0]
    # Each band is five corners, the first again at the end, and a gap.
    bands = {
        (
            min(hatched.x[at : at + 5]),
            max(hatched.x[at : at + 5]),
            min(hatched.y[at : at + 5]),
            max(hatched.y[at : at + 5]),
        )
        for at in range(0, len(hatched.x), 6)
    }
    assert bands == {(0, 9, 3, 4), (0, 9, 7, 10)}


def test_the_last_window_is_drawn_where_it_stands_also_when_it_hangs_over():
    # floor: 0, 2, 4; with ceil_mode a fourth begins at 6 and reaches 9 of 8.
    columns = Axis(8, 3, 2, 1, 0, 0, 4)
    figure = valid(reading(columns, columns))
    dotted = next(shape for shape in figure.layout.shapes if shape.line.dash == "dot")
    assert (dotted.x0, dotted.x1) == (6, 9)
    assert figure.layout.xaxis.range[1] >= 9


def test_dilated_windows_show_their_taps():
    axis = Axis(12, 3, 1, 2, 0, 0, 8)
    figure = valid(reading(axis, axis))
    taps = [shape for shape in figure.layout.shapes if shape.type == "path" and "h1v1" in shape.path]
    assert {shape.path.count("M") for shape in taps} == {9}


def test_fields_are_bars_and_the_input_is_a_line():
    figure = valid(growth([3, 5, 7], 6, covers="all 6"))
    assert list(figure.data[0].y) == [3, 5, 7]
    assert figure.layout.shapes[0].y0 == 6
    steep = valid(growth([3, 900, 90_000], 10, covers="all 10"))
    assert steep.layout.yaxis.type == "log"
    assert steep.layout.annotations[0].y == pytest.approx(1)


def test_costs_are_on_a_logarithmic_scale_that_holds_all_of_them():
    figure = valid(costs(["a", "b"], [10, 100_000], title="t", colour="#b45309"))
    low, high = figure.layout.xaxis.range
    assert figure.layout.xaxis.type == "log"
    assert low < 1
    assert high > 5
    assert list(figure.data[0].text) == ["10", "100,000"]


def test_counts_of_more_than_64_bits_can_be_drawn():
    drawn = costs(["a", "b"], [10**30, 10**18], title="t", colour="#b45309")
    assert f"{10**30:,}" in drawn.to_json(validate=False)


def test_a_figure_of_a_layer_is_small():
    size, settings = example("Conv2d")
    drawn = layer_blocks(layer("Conv2d", size, **settings), settings, words=WORDS)
    assert len(drawn.to_json(validate=False)) < 12_000


def test_a_region_is_half_open():
    assert cells(Region((0, 0, 0), (1, 2, 2)), (3, 3, 3)) == {(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)}


@pytest.mark.parametrize("size", [(1, 3, 32, 32), (1, 1, 1, 600), (1, 3, 224, 224), (1, 64, 7, 7)])
def test_a_drawing_is_flat_where_plotlys_own_ranges_say_so(size):
    figure = layer_blocks(layer("Conv2d", size, out_channels=4, kernel_size=1), {}, words=WORDS)
    told = is_flat(figure)
    (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert told == (right - left > 2.5 * (high - low))
