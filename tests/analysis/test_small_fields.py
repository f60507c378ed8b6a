"""Receptive fields of odd small graphs against the gradient's support, every unit of every layer."""

from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.analysis import analyze
from tests.analysis.gradients import clipped, supports


class Graph(nn.Module):
    """A model made of a function of itself and the image, and named layers."""

    def __init__(self, forward, **layers):
        super().__init__()
        self.steps = forward
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, image):
        return self.steps(self, image)


def conv(*, k=3, cin=1, cout=1, **settings):
    return nn.Conv2d(cin, cout, k, **settings)


def every_unit(shape):
    rows, columns = shape[2:]
    return [(row, column) for row in range(rows) for column in range(columns)][:: 1 + rows * columns // 90]


def check(model, size, *, layers=None, at=every_unit):
    """Compare the boxes of all units of all layers that have a field; return the last layer's field."""
    report = analyze(model, size)
    known = {layer.name: layer.receptive_field for layer in report.layers if layer.receptive_field is not None}
    known = {name: field for name, field in known.items() if layers is None or name in layers}
    assert known
    shapes = {layer.name: layer.output_size for layer in report.layers}
    known = {name: field for name, field in known.items() if len(shapes[name]) == len(size)}
    compared = 0
    for (name, unit), box in supports(model, size, set(known), at).items():
        if unit is None:
            seen = box
        elif box is not None:
            assert clipped(known[name].box(*unit), seen) == box, (name, unit)
            compared += 1
    assert compared
    return report.layers[-1].receptive_field


def test_same_with_an_even_kernel_pads_one_more_at_the_end():
    field = check(nn.Sequential(conv(k=4, padding="same"), conv(k=2, padding="same")), (1, 1, 9, 8))
    assert field.size == (5, 5)
    assert field.padding == (1, 1)
    assert field.box(0, 0) == (-1, -1, 4, 4)


def test_rectangles_dilation_and_stride():
    model = nn.Sequential(conv(k=(3, 1), stride=(2, 1), padding=(1, 0)), conv(k=(1, 3), dilation=(1, 2), stride=(1, 3)))
    assert check(model, (1, 1, 13, 16)).stride == (2, 3)


def test_padding_and_slices():
    def forward(self, x):
        x = self.one(F.pad(x, (2, 0, 1, 3)))
        return self.two(x[:, :, 1:, ::2][..., 1:-1, :])

    check(Graph(forward, one=conv(), two=conv(padding=1)), (1, 1, 12, 14))


def test_negative_padding_crops():
    field = check(Graph(lambda self, x: self.one(F.pad(x, (-1, -2, -3, 0))), one=conv()), (1, 1, 12, 14))
    assert field.padding == (-3, -1)


def test_u_net_down_and_up():
    def forward(self, x):
        skip = self.one(x)
        deep = self.two(self.down(skip))
        return self.last(torch.cat([skip, self.up(deep)], dim=1))

    model = Graph(
        forward,
        one=conv(padding=1),
        down=nn.AvgPool2d(2),
        two=conv(padding=1),
        up=nn.ConvTranspose2d(1, 1, 2, stride=2),
        last=conv(cin=2, padding=1),
    )
    assert check(model, (1, 1, 12, 8)).stride == (1, 1)


@pytest.mark.parametrize(("k", "s", "p", "op"), [(2, 2, 0, 0), (3, 2, 1, 1), (4, 2, 1, 0), (5, 3, 2, 1), (3, 1, 1, 0)])
def test_transposed_convolution(k, s, p, op):
    up = nn.ConvTranspose2d(1, 1, k, stride=s, padding=p, output_padding=op)
    field = check(nn.Sequential(conv(), up, conv()), (1, 1, 9, 8))
    assert field.stride == (Fraction(1, s), Fraction(1, s))


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("size", [(14, 14), (7, 7), (21, 10), (4, 5)])
def test_bilinear(size, corners):
    resize = nn.Upsample(size=size, mode="bilinear", align_corners=corners)
    check(nn.Sequential(conv(stride=2, padding=1), resize, conv(padding=1)), (1, 1, 14, 14))


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("scale", [2, 3, (2, 1.5)])
def test_nearest(mode, scale):
    check(nn.Sequential(conv(stride=2), nn.Upsample(scale_factor=scale, mode=mode), conv()), (1, 1, 13, 13))


def test_nearest_upsampling_has_fractional_strides():
    field = check(nn.Sequential(conv(padding=1), nn.Upsample(scale_factor=2)), (1, 1, 6, 6))
    assert (field.size, field.stride, field.padding) == ((3, 3), (Fraction(1, 2), Fraction(1, 2)), (1, 1))
    assert field.box(3, 4) == (0, 1, 3, 4)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 11])
def test_adaptive_pooling(size):
    field = check(nn.Sequential(conv(padding=1), nn.AdaptiveAvgPool2d(size)), (1, 1, 8, 9))
    assert (field.size is None) == (size == 1)


def test_lp_and_ceil_pooling():
    check(nn.Sequential(nn.LPPool2d(1, 3, 2), conv(k=2), nn.AvgPool2d(3, 2, ceil_mode=True)), (1, 1, 22, 17))


def test_pixel_shuffle_and_unshuffle():
    model = nn.Sequential(conv(cout=4, padding=1), nn.PixelShuffle(2), conv(padding=1), nn.PixelUnshuffle(2))
    assert check(model, (1, 1, 6, 5)).stride == (1, 1)


def test_two_branches_join():
    def forward(self, x):
        return self.last(self.small(x) + self.large(x))

    field = check(Graph(forward, small=conv(padding=1), large=conv(k=5, padding=(2, 2)), last=conv()), (1, 1, 9, 9))
    assert field.size == (7, 7)


def test_branches_that_disagree_on_stride_are_told():
    def forward(self, x):
        return self.last(self.fine(x)[:, :, :4, :4] + self.coarse(x))

    layers = analyze(Graph(forward, fine=conv(), coarse=conv(k=2, stride=2), last=conv()), (1, 1, 8, 8)).layers
    assert layers[0].receptive_field.stride == (1, 1)
    assert layers[-1].receptive_field is None
    assert layers[-1].field_problem.endswith(
        "the branches that meet in add move by 1 and 2 pixels a unit, which disagree."
    )
    assert layers[-1].output_size == (1, 1, 2, 2)


def test_squeeze_and_excitation():
    def forward(self, x):
        x = self.one(x)
        return self.two(x * torch.sigmoid(self.excite(F.adaptive_avg_pool2d(x, 1))))

    model = Graph(forward, one=conv(stride=2), excite=conv(k=1), two=conv())
    field = check(model, (1, 1, 12, 12), layers={"two"})
    assert field.size is None
    assert field.box(1, 2) == (0, 0, 11, 11)


def test_grid_sample_sees_the_whole_image():
    def forward(self, x):
        theta = self.locate(x.flatten(1)).view(-1, 2, 3)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        return self.last(F.grid_sample(x, grid, align_corners=False))

    report = analyze(Graph(forward, locate=nn.Linear(64, 6), last=conv()), (1, 1, 8, 8))
    assert report.layers[-1].receptive_field.size is None
    assert report.layers[-1].receptive_field.box(0, 0) == (0, 0, 8, 8)
    assert not report.unknown


def test_channel_shuffle_is_no_shuffle_of_positions():
    def forward(self, x):
        x = self.one(x)
        n, c, h, w = x.shape
        return self.two(x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w))

    check(Graph(forward, one=conv(cout=4), two=conv(cin=4, groups=2, cout=2)), (1, 1, 9, 9))


def test_a_module_used_twice_grows_twice():
    field = check(Graph(lambda self, x: self.one(F.relu(self.one(x))), one=conv(padding=1)), (1, 1, 9, 9))
    assert field.size == (5, 5)


def test_positions_are_followed_through_other_layouts():
    def forward(self, x):
        x = self.one(x).permute(0, 2, 3, 1)
        x = self.mix(self.norm(x))
        return self.two(x.movedim(-1, 1).contiguous())

    model = Graph(forward, one=conv(cout=3, stride=2), norm=nn.LayerNorm(3), mix=nn.Linear(3, 3), two=conv(cin=3))
    assert analyze(model, (1, 1, 14, 14)).layers[-1].receptive_field.size == (7, 7)


def test_space_to_depth_by_slices():
    def forward(self, x):
        x = self.one(x)
        return self.two(torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1))

    assert check(Graph(forward, one=conv(padding=1), two=conv(cin=4, padding=1)), (1, 1, 8, 12)).size == (8, 8)


def test_a_row_and_its_mean():
    one = analyze(Graph(lambda self, x: self.one(x)[:, :, 2:3], one=conv()), (1, 1, 9, 9)).layers[-1].receptive_field
    assert one.box(0, 1) == (2, 1, 5, 4)
    rows = analyze(Graph(lambda self, x: self.one(x).mean(2), one=conv()), (1, 1, 9, 9)).layers[-1].receptive_field
    assert rows.size == (9, 3)
    assert rows.box(5, 1) == (0, 1, 9, 4)


@pytest.mark.parametrize("norm", [nn.GroupNorm(1, 2), nn.InstanceNorm2d(2), nn.LayerNorm((2, 7, 7))])
def test_norms_over_positions_see_the_whole_image(norm):
    assert analyze(nn.Sequential(conv(cout=2), norm), (1, 1, 9, 9)).layers[-1].receptive_field.size is None


def test_softmax_over_positions_and_over_channels():
    def forward(self, x):
        return self.one(x).softmax(1), self.one(x).softmax(-1)

    channels, columns = [
        layer.receptive_field
        for layer in analyze(Graph(forward, one=conv()), (1, 1, 9, 9)).layers
        if layer.kind == "softmax"
    ]
    assert channels.size == (3, 3)
    assert columns.size == (3, 9)


def test_in_place_writing_is_followed_or_given_up():
    def add(self, x):
        y = self.one(x)
        y += self.two(x)
        return y.relu_()

    field = check(Graph(add, one=conv(padding=1), two=conv(k=5, padding=2)), (1, 1, 9, 9))
    assert field.size == (5, 5)

    def through_a_view(self, x):
        y = self.one(x)
        y[:, :, 1:].add_(self.two(x)[:, :, 1:])
        return self.last(y)

    assert (
        analyze(Graph(through_a_view, one=conv(padding=1), two=conv(k=5, padding=2), last=conv()), (1, 1, 9, 9))
        .layers[-1]
        .receptive_field
        is None
    )


def test_one_and_three_dimensions():
    field = (
        analyze(nn.Sequential(nn.Conv1d(2, 3, 5, stride=2, padding=1), nn.MaxPool1d(2)), (1, 2, 40))
        .layers[-1]
        .receptive_field
    )
    assert (field.size, field.stride, field.padding, field.box(3)) == ((7,), (4,), (1,), (11, 18))
    field = (
        analyze(nn.Sequential(nn.Conv3d(1, 1, (1, 3, 5), padding=(0, 1, 2))), (1, 1, 4, 8, 8))
        .layers[-1]
        .receptive_field
    )
    assert field.box(1, 2, 3) == (1, 1, 1, 2, 4, 6)


def test_what_does_not_depend_on_the_image_has_no_field():
    def forward(self, x):
        return self.one(x) + torch.ones(1, 1, 7, 7).cumsum(2)

    layers = analyze(Graph(forward, one=conv()), (1, 1, 9, 9)).layers
    assert {layer.name: layer.receptive_field and layer.receptive_field.size for layer in layers} == {
        "one": (3, 3),
        "ones": None,
        "cumsum": None,
        "add": (3, 3),
    }
