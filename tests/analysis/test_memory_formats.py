"""How tensors lie in memory, on the meta device as on a CPU: a view that one refuses the other refuses."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.analysis.memory_formats import as_on_a_cpu, lies_channels_last
from cnnviz.errors import ShapeError
from tests.analysis.random_layers import Calls


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny tensors are slower with several threads, which wait for a core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


LAST = torch.channels_last
FUNCTIONS = {
    "conv2d": lambda x, w: F.conv2d(x, w, padding=1),
    "conv_transpose2d": lambda x, w: F.conv_transpose2d(x, w.transpose(0, 1)),
    "batch_norm": lambda x, w: F.batch_norm(x, *[torch.ones(x.shape[1], device=x.device)] * 2),
    "group_norm": lambda x, w: F.group_norm(x, 1),
    "pad": lambda x, w: F.pad(x, (1, 1, 0, 0), "replicate"),
    "pixel_shuffle": lambda x, w: F.pixel_shuffle(x.repeat(1, 4, 1, 1), 2),
    "channel_shuffle": lambda x, w: F.channel_shuffle(x, 1),
    "roll": lambda x, w: torch.roll(x, 1, 2),
    "scaled_dot_product_attention": lambda x, w: F.scaled_dot_product_attention(x, x, x),
    "max_pool2d": lambda x, w: F.max_pool2d(x, 1),
    "interpolate": lambda x, w: F.interpolate(x, scale_factor=2),
    "cat": lambda x, w: torch.cat([x, x], 1),
    "relu": lambda x, w: F.relu(x),
}


@st.composite
def laid(draw, channels: int) -> Tensor:
    """An image in some order in memory, that may have gaps."""
    size = (draw(st.integers(1, 3)), channels, draw(st.integers(2, 4)), draw(st.integers(1, 4)))
    order = draw(st.permutations(range(4)))
    gap = draw(st.sampled_from([0, 0, 1]))
    large = torch.rand([size[dim] + gap for dim in order])
    return large.permute([order.index(dim) for dim in range(4)])[tuple(slice(0, extent) for extent in size)]


def strides(tensor: Tensor) -> list[int]:
    """Of dimensions that hold more than one."""
    return [stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True) if size > 1]


@given(st.data(), st.sampled_from(sorted(FUNCTIONS)), st.integers(1, 3))
def test_strides_are_those_of_a_cpu(data, name, channels):
    image, weight = data.draw(laid(channels)), torch.rand(2, channels, 3, 3)
    weight = weight.to(memory_format=LAST) if data.draw(st.booleans()) else weight
    made: list[Tensor] = []
    keep = made.append  # a list would be copied, with all that a model holds
    network = Calls(lambda m, x: keep(y := FUNCTIONS[name](m.order(x), m.w)) or y, w=weight)
    network.order = lambda x: x.as_strided(image.shape, image.stride())
    whole = (1, image.untyped_storage().size() // 4)
    with torch.no_grad():
        expected = FUNCTIONS[name](image, weight)
    analyze(network, whole)
    assert strides(made[-1]) == strides(expected)


@given(laid(2))
def test_channels_last_is_what_torch_takes_for_it(image):
    # A filter keeps the order that it finds.
    kept = F.conv2d(image, torch.rand(2, 2, 1, 1))
    if min(image.shape[2:]) > 1:
        assert lies_channels_last(image) == (not kept.is_contiguous())


def test_other_functions_stay_as_they_are():
    image = torch.empty(1, 3, 4, 4, device="meta")
    assert as_on_a_cpu("relu", (image,), {}, image) is image


@pytest.mark.parametrize("permuted", [True, False])
def test_a_view_of_channels_last_is_refused(permuted):
    filters = nn.Conv2d(3, 4, 3)
    filters = filters if permuted else filters.to(memory_format=LAST)
    first = Calls(lambda m, x: x.permute(0, 3, 1, 2) if permuted else x)
    network = nn.Sequential(first, filters, Calls(lambda m, x: x.view(x.shape[0], -1)))
    size = (2, 8, 8, 3) if permuted else (2, 3, 8, 8)
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        network(torch.rand(size))
    with pytest.raises(
        ShapeError, match=r"2\.view .* cannot view 2x4x6x6, whose numbers lie apart in memory, as 2x-1; "
    ):
        analyze(network, size)


def test_heads_can_be_joined_again_by_a_view():
    def attend(m: nn.Module, x: Tensor) -> Tensor:
        heads = x.view(2, 5, 3, 4).transpose(1, 2)
        return F.scaled_dot_product_attention(heads, heads, heads).transpose(1, 2).view(2, 5, 12)

    assert attend(nn.Identity(), torch.rand(2, 5, 12)).shape == (2, 5, 12)
    assert analyze(Calls(attend), (2, 5, 12)).layers[-1].output_size == (2, 5, 12)
