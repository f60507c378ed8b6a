"""What units see, against the pixels that the gradient of one unit reaches, and against known networks."""

import copy
from fractions import Fraction

import pytest
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st
from torch import nn

from cnnviz.arithmetic import conv2d, layer, max_pool2d, merged, reach_of_input, through
from cnnviz.errors import ShapeError
from tests.arithmetic import oracle

SMALL = st.integers(1, 3)
CONVOLUTION = st.fixed_dictionaries(
    {"out_channels": st.just(1), "kernel_size": st.integers(1, 4)},
    optional={"stride": SMALL, "padding": st.integers(0, 2) | st.just("same"), "dilation": SMALL},
)
# Layers whose every unit reads all from its first position to its last, or at least both of these.
FULL = st.one_of(
    st.tuples(st.just("Conv1d"), CONVOLUTION),
    st.tuples(
        st.just("AvgPool1d"), st.fixed_dictionaries({"kernel_size": SMALL}, optional={"ceil_mode": st.booleans()})
    ),
    st.tuples(
        st.just("ConvTranspose1d"),
        st.integers(1, 3).flatmap(
            lambda stride: st.fixed_dictionaries(
                {
                    "out_channels": st.just(1),
                    "stride": st.just(stride),
                    "kernel_size": st.integers(stride, 5),
                }
            )
        ),
    ),
    st.tuples(st.just("Upsample"), st.fixed_dictionaries({"scale_factor": st.integers(1, 3)})),
    st.tuples(
        st.just("Upsample"),
        st.fixed_dictionaries(
            {"size": st.integers(1, 9), "mode": st.just("linear")}, optional={"align_corners": st.booleans()}
        ),
    ),
    st.tuples(st.just("AdaptiveAvgPool1d"), st.fixed_dictionaries({"output_size": st.integers(1, 6)})),
    st.tuples(st.just("ConstantPad1d"), st.fixed_dictionaries({"padding": st.integers(0, 2), "value": st.just(0.0)})),
    st.tuples(st.just("ReLU"), st.just({})),
)
# Layers that leave holes or cut rows off: their units lie within their box, and need not reach its ends.
HOLES = st.one_of(
    st.tuples(
        st.just("ConvTranspose1d"),
        st.fixed_dictionaries(
            {"out_channels": st.just(1), "kernel_size": SMALL},
            optional={"stride": SMALL, "dilation": SMALL, "padding": st.integers(0, 2)},
        ),
    ),
    st.tuples(st.just("ConstantPad1d"), st.fixed_dictionaries({"padding": st.integers(-2, 1), "value": st.just(0.0)})),
    st.tuples(st.just("Upsample"), st.fixed_dictionaries({"scale_factor": st.sampled_from((0.4, 0.5, 1.5, 2.5))})),
)


def stacked(size, rows):
    """Return the reach after all layers, and torch's network of positive weights."""
    reach, modules = reach_of_input(1), []
    for kind, settings in rows:
        try:
            found = layer(kind, size, **settings)
        except ShapeError:
            assume(False)
        module = oracle.build(kind, size, settings).double()
        for parameter in module.parameters():
            nn.init.uniform_(parameter, 0.5, 1)
        modules.append(module)
        reach, size = through(reach, found), found.output_size
        assume(size[2] <= 200)
    return reach, nn.Sequential(*modules)


def supports(network, length):
    """Return for every unit the pixels that its gradient reaches."""
    image = torch.rand(1, 1, length, dtype=torch.double, requires_grad=True)
    output = network(image).flatten()
    found = []
    for unit in range(len(output)):
        gradient = torch.autograd.grad(output[unit], image, retain_graph=True, allow_unused=True)[0]
        reached = (gradient.flatten() > 1e-12).nonzero().flatten() if gradient is not None else torch.tensor([])
        found.append((int(reached[0]), int(reached[-1])) if len(reached) else None)
    return found


ONE_LEFT = ("Upsample", {"size": 1, "mode": "linear", "align_corners": True})


@given(st.integers(4, 24), st.lists(FULL, min_size=1, max_size=4))
@example(4, [ONE_LEFT, ("Conv1d", {"out_channels": 1, "kernel_size": 1, "padding": 1})])
@example(4, [("ConstantPad1d", {"padding": 1, "value": 0.0}), ONE_LEFT])
@example(7, [ONE_LEFT, ("Conv1d", {"out_channels": 1, "kernel_size": 2, "padding": 2}), ("ReLU", {})])
def test_every_unit_sees_its_box(length, rows):
    reach, network = stacked((1, 1, length), rows)
    seen = supports(network, length)
    if reach is None:
        # All units look through the one that saw everything, or at padding alone.
        assert len(set(seen) - {None}) == 1
        assert any(settings.get("output_size") == 1 for _, settings in rows)
        return
    boxes = [reach[0].box(unit) for unit in range(len(seen))]
    assert reach[0].size == max(last - first + 1 for first, last in boxes)
    if reach[0].stride == 0:
        # One position was left, and padding beside it counts as that position: units may look at padding alone.
        ((first, last),) = set(boxes)
        inside = max(first, 0), min(last, length - 1)
        assert set(seen) - {None} == ({inside} if inside[0] <= inside[1] else set())
        return
    for box, reached in zip(boxes, seen, strict=True):
        if box[0] >= 0 and box[1] < length:
            assert reached == box
        elif reached:
            assert box[0] <= reached[0] <= reached[1] <= box[1]


@given(st.integers(4, 24), st.lists(FULL | HOLES, min_size=1, max_size=4))
def test_no_unit_sees_beyond_its_box(length, rows):
    reach, network = stacked((1, 1, length), rows)
    assume(reach)
    for unit, reached in enumerate(supports(network, length)):
        first, last = reach[0].box(unit)
        assert reached is None or first <= reached[0] <= reached[1] <= last


def keeping(kernel, dilation, stride):
    """A convolution that keeps the length, but for its stride."""
    settings = {"out_channels": 1, "kernel_size": kernel, "dilation": dilation, "stride": stride}
    return "Conv1d", {**settings, "padding": dilation * (kernel - 1) // 2}


def kept(stride):
    odd = st.sampled_from((1, 3, 5))
    convolutions = st.lists(st.builds(keeping, odd, SMALL, st.just(1)), max_size=2)
    down_and_up = st.just([("AvgPool1d", {"kernel_size": 2}), ("Upsample", {"scale_factor": 2})])
    last = st.builds(keeping, odd, SMALL, st.just(stride))
    return st.tuples(convolutions | down_and_up, last).map(lambda parts: [*parts[0], parts[1]])


@given(st.integers(4, 12), SMALL.flatmap(lambda stride: st.lists(kept(stride), min_size=2, max_size=3)))
def test_branches_see_what_any_of_them_sees(half, branches):
    reaches, networks = zip(*(stacked((1, 1, 2 * half), rows) for rows in branches), strict=True)
    seen = [supports(network, 2 * half) for network in networks]
    union = merged(*reaches)[0]
    assert union.stride == reaches[0][0].stride
    for unit, reached in enumerate(zip(*seen, strict=True)):
        first, last = union.box(unit)
        if first >= 0 and last < 2 * half:
            assert (first, last) == (min(one[0] for one in reached), max(one[1] for one in reached))
        assert all(first <= one[0] <= one[1] <= last for one in reached)


def test_branches_that_move_differently_have_no_union():
    still, strided = (chain((1, 1, 8, 8), conv(3, stride, 1)) for stride in (1, 2))
    with pytest.raises(ShapeError, match="1 and 2 pixels"):
        merged(still, strided)


def chain(size, *rows):
    reach = reach_of_input(len(size) - 2)
    for kind, settings in rows:
        found = layer(kind, size, **settings)
        reach, size = through(reach, found), found.output_size
    return reach


def conv(kernel, stride=1, padding=0, channels=1):
    return "Conv2d", {"out_channels": channels, "kernel_size": kernel, "stride": stride, "padding": padding}


POOL3 = ("MaxPool2d", {"kernel_size": 3, "stride": 2})
POOL2 = ("MaxPool2d", {"kernel_size": 2})
SAME = conv(3, 1, 1)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Araujo et al. 2019 and the networks of torchvision.
        ([conv(11, 4, 2), POOL3, conv(5, 1, 2), POOL3, SAME, SAME, SAME, POOL3], (195, 32, 66)),
        ([SAME, SAME, POOL2, SAME, SAME, POOL2, *([SAME] * 3 + [POOL2]) * 3], (212, 32, 90)),
        # The lecture's 1 + L(K - 1), for three layers of 3.
        ([conv(3)] * 3, (7, 1, 0)),
        ([conv(2)] * 2, (3, 1, 0)),
    ],
)
def test_known_networks(rows, expected):
    for axis in chain((1, 1, 224, 224), *rows):
        assert (axis.size, axis.stride, axis.padding) == expected


def test_axes_are_apart():
    rows = [("Conv2d", {"out_channels": 1, "kernel_size": (1, 5), "stride": (2, 1), "dilation": (3, 2)})]
    height, width = chain((1, 1, 20, 20), *rows)
    assert (height.size, height.stride, width.size, width.stride) == (1, 2, 9, 1)


def test_after_upsampling_the_stride_is_a_fraction_and_units_differ():
    up = ("Upsample", {"scale_factor": 2})
    nearest = chain((1, 1, 8, 8), up)[0]
    assert (nearest.stride, nearest.size, [nearest.box(unit) for unit in range(4)]) == (
        Fraction(1, 2),
        1,
        [(0, 0), (0, 0), (1, 1), (1, 1)],
    )
    # Down and up again: two units share one window, which a straight line through all boxes would miss.
    back = chain((1, 1, 8, 8), POOL2, up)[0]
    assert (back.stride, back.size, [back.box(unit) for unit in range(4)]) == (1, 2, [(0, 1), (0, 1), (2, 3), (2, 3)])


def test_what_sees_the_whole_image():
    image, convolved = (2, 6, 8, 8), conv(3, 1, 1, channels=6)
    for kind, settings in [
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("GroupNorm", {"num_groups": 2}),
        ("InstanceNorm2d", {}),
        ("LayerNorm", {"normalized_shape": (6, 8, 8)}),
        ("BatchNorm2d", {"track_running_stats": False}),
    ]:
        assert chain(image, convolved, (kind, settings), convolved) is None, kind
    assert chain(image, convolved, ("Flatten", {}), ("Linear", {"out_features": 3}), ("ReLU", {})) is None
    for kind, settings in [("BatchNorm2d", {}), ("Softmax", {"dim": 1}), ("LocalResponseNorm", {"size": 3})]:
        assert chain(image, convolved, (kind, settings)) == chain(image, convolved), kind
    assert merged(chain(image, convolved), None) is None


def test_an_axis_that_is_mixed_beside_one_that_is_not():
    rows, columns = chain((1, 3, 6, 9), ("Linear", {"out_features": 4}))
    assert (rows.size, rows.stride, columns.size, columns.stride) == (1, 1, 9, 0)
    rows, columns = chain((1, 3, 6, 9), ("AdaptiveMaxPool2d", {"output_size": (None, 1)}))
    assert (rows.size, columns.box(0)) == (1, (0, 8))


def test_other_axes_than_the_images_have_no_interval():
    assert chain((1, 3, 6, 6), ("Flatten", {"start_dim": 2}), ("Conv1d", {"out_channels": 1, "kernel_size": 3})) is None


def test_following_changes_nothing():
    reach = reach_of_input(2)
    before = copy.deepcopy(reach)
    found = conv2d((1, 1, 9, 9), out_channels=1, kernel_size=3)
    assert through(through(reach, found), max_pool2d(found.output_size, kernel_size=2)) != before
    assert reach == before
