"""Work that no torch function of Python's says: TorchScript, autograd functions, checkpoints, operators."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes import activations
from tests.analysis.random_layers import Calls
from tests.torchscript import scripted, traced

SIZE = (1, 3, 14, 14)


class Runs(nn.Module):
    """A function of its input and its weights."""

    def __init__(self, function, *weights: tuple[int, ...], after: bool = True) -> None:
        super().__init__()
        self.function, self.after = function, after
        self.weights = nn.ParameterList(torch.rand(shape) for shape in weights)

    def forward(self, x: Tensor) -> Tensor:
        made = self.function(x, *self.weights)
        return made * 1 if self.after else made


def torch_macs(model: nn.Module, size: tuple[int, ...]) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.rand(size))
    return counter.get_total_flops() // 2


def convolve(x: Tensor, w: Tensor, stride: int, padding: int, dilation: int, groups: int) -> Tensor:
    return F.conv2d(x, w, None, stride, padding, dilation, groups)


def transposed(x: Tensor, w: Tensor, stride: int, padding: int, dilation: int, groups: int) -> Tensor:
    return F.conv_transpose2d(x, w, None, stride, padding, stride - 1, groups, dilation)


SCRIPTED = {convolve: scripted(convolve), transposed: scripted(transposed)}


@settings(max_examples=40)
@given(
    st.sampled_from([convolve, transposed]),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 3),
    st.sampled_from([1, 2]),
    st.booleans(),
)
def test_scripted_convolutions_are_those_of_python(function, kernel, stride, padding, dilation, groups, after):
    size = (1, 4, 20, 18)
    how = stride, padding, dilation, groups
    shape = (6, 4 // groups, kernel, kernel) if function is convolve else (4, 6, kernel, kernel)
    plain = Runs(lambda x, w: function(x, w, *how), shape, after=after)
    model = Runs(lambda x, w: SCRIPTED[function](x, w, *how), shape, after=after)
    report, expected = analyze(model, size), analyze(plain, size)
    assert report.macs == expected.macs == torch_macs(plain, size)
    assert (report.parameters, report.unknown) == (expected.parameters, ())
    assert report.layers[-1].output_size == expected.layers[-1].output_size
    assert report.layers[-1].receptive_field == expected.layers[-1].receptive_field


def test_another_size_is_that_of_a_new_analysis() -> None:
    model = Runs(scripted(branches), (3, 3, 3, 3))
    assert analyze(model, SIZE).resized((1, 3, 9, 9)) == analyze(model, (1, 3, 9, 9))


def product(x: Tensor, w: Tensor) -> Tensor:
    return torch.matmul(x, w)


def linear(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return F.relu(F.linear(x, w, b))


def branches(x: Tensor, w: Tensor) -> Tensor:
    if x.shape[2] > 10:
        x = F.avg_pool2d(x, 2)
    for _ in range(2):
        x = F.conv2d(x, w, padding=1)
    return x


def rearranged(x: Tensor) -> Tensor:
    x = F.pad(x[:, 1:, 2:], [1, 1, 2, 0])
    x = F.interpolate(torch.cat([x, x], 1), scale_factor=2.0, mode="bilinear", align_corners=False)
    return F.max_pool2d(F.hardswish(x), 3, stride=2).clone()


def normalised(x: Tensor, mean: Tensor, var: Tensor) -> Tensor:
    return F.layer_norm(F.batch_norm(x, mean, var), [14])


def moved(x: Tensor, w: Tensor) -> Tensor:
    start = torch.zeros([1, 3, 14, 5], device="cpu").to(x.device)
    return start + torch.matmul(x.to("cpu"), w)


def attention(x: Tensor) -> Tensor:
    x = x.flatten(2)
    return F.scaled_dot_product_attention(x, x, x)


CASES = [
    (product, [(14, 5)]),
    (linear, [(5, 14), (5,)]),
    (branches, [(3, 3, 3, 3)]),
    (rearranged, []),
    (normalised, [(3,), (3,)]),
    (moved, [(14, 5)]),
    (attention, []),
]


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize(("function", "weights"), CASES)
def test_scripted_functions_count_what_python_s_do(function, weights, after) -> None:
    plain, model = Runs(function, *weights, after=after), Runs(scripted(function), *weights, after=after)
    report, expected = analyze(model, SIZE), analyze(plain, SIZE)
    assert (report.parameters, report.macs, report.unknown) == (expected.parameters, expected.macs, ())
    with torch.no_grad():
        assert report.layers[-1].output_size == tuple(model(torch.rand(SIZE)).shape)
    known, wanted = report.layers[-1].receptive_field, expected.layers[-1].receptive_field
    assert known == wanted or report.layers[-1].field_problem
    if function in (branches, rearranged, normalised):
        assert known == wanted


@pytest.mark.parametrize(
    ("function", "weight", "words"),
    [
        (
            lambda x, w: F.conv_transpose2d(x, w),
            (5, 2, 2, 2),
            r"aten::conv_transpose2d expects 5 channels and gets 3",
        ),
        (lambda x, w: torch.mm(x[0, 0], w), (6, 2), r"aten::mm .* multiplies 14x14 by 6x2"),
    ],
)
def test_what_a_script_is_refused_has_its_operator_s_name(function, weight, words) -> None:
    model = Runs(traced(function, (torch.rand(1, weight[0], 6, weight[0]), torch.rand(weight))), weight)
    with pytest.raises(RuntimeError):
        model(torch.rand(SIZE))
    with pytest.raises(ShapeError, match=words):
        analyze(model, SIZE)


def test_traced_functions_and_scripted_modules_in_a_list_are_seen_too() -> None:
    held = scripted(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval())
    pool = traced(lambda x: F.avg_pool2d(x, 2), torch.rand(SIZE))
    report = analyze(Runs(lambda x, w: torch.conv2d(pool(x), w), (4, 3, 3, 3)), SIZE)
    assert report.layers[-1].receptive_field.size == (6, 6)
    assert (report.macs, report.unknown) == (4 * 5 * 5 * 27, ())
    model = Runs(lambda x: model.held[0](x))
    model.held = [held]
    assert analyze(model, SIZE).macs == 4 * 12 * 12 * 27


def test_names_that_python_s_calls_have_do_not_change() -> None:
    model = Runs(lambda x: scripted_swish(x) * torch.sigmoid(x))
    layers = [layer.name for layer in analyze(model, SIZE).layers]
    assert layers == ["aten::sigmoid", "aten::mul", "sigmoid", "mul", "mul_1"]
    assert list(activations(model, torch.rand(SIZE))) == ["sigmoid", "mul", "mul_1"]


def swish(x: Tensor) -> Tensor:
    return x * torch.sigmoid(x)


scripted_swish = scripted(swish)


def test_a_capture_of_work_out_of_sight_is_the_model_itself() -> None:
    model, batch = Runs(scripted_swish, after=False), torch.rand(SIZE)
    found = activations(model, batch)
    assert list(found) == ["runs"]
    torch.testing.assert_close(found["runs"], batch * batch.sigmoid())


class Reversal(torch.autograd.Function):
    """Gradient reversal (Ganin and Lempitsky 2015)."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        return x

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        return -gradient


class OwnConvolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor) -> Tensor:
        return torch.conv2d(x, weight, stride=2)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[None, None]:
        return None, None


BLOCK = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3)).eval()
IN_SIGHT = [
    (Runs(lambda x, w: Reversal.apply(OwnConvolution.apply(x, w)), (4, 3, 3, 3)), 4 * 36 * 27, (3, 3)),
    (Runs(lambda x: checkpoint(BLOCK, x, use_reentrant=False)), 4 * 144 * 27 + 2 * 100 * 36, (5, 5)),
    (Runs(lambda x: checkpoint(BLOCK, x, use_reentrant=True)), 4 * 144 * 27 + 2 * 100 * 36, (5, 5)),
    (Runs(lambda x: checkpoint_sequential(BLOCK, 2, x, use_reentrant=False)), 4 * 144 * 27 + 2 * 100 * 36, (5, 5)),
    (Runs(lambda x, w: torch.ops.aten.mm.default(x[0, 0], w), (14, 5)), 14 * 14 * 5, (1, 14)),
    (Runs(lambda x, w: torch.ops.aten.conv2d(x, w), (4, 3, 3, 3)), 4 * 144 * 27, (3, 3)),
]


@pytest.mark.parametrize(("model", "macs", "field"), IN_SIGHT)
def test_what_runs_in_python_is_one_with_what_is_captured(model, macs, field) -> None:
    report = analyze(model.eval(), SIZE)
    assert (report.macs, report.unknown, report.layers[-1].receptive_field.size) == (macs, (), field)
    found = activations(model, torch.rand(SIZE))
    assert [(layer.name, layer.output_size) for layer in report.layers] == [
        (name, tuple(tensor.shape)) for name, tensor in found.items()
    ]


def on_a_cpu(x: Tensor) -> Tensor:
    if x.device == torch.device("cpu"):
        return torch.matmul(x, x)
    return x


def on_no_gpu(x: Tensor) -> Tensor:
    if x.is_cuda:
        return x
    return torch.matmul(x, torch.zeros(x.size(0), x.size(1), device=x.device))


def test_a_script_that_decides_by_a_device_is_named():
    script = scripted(on_a_cpu)
    with pytest.raises(ModelError, match="calls on_a_cpu, a TorchScript function that decides by its tensors' device"):
        analyze(Calls(lambda m, x: script(x)), (4, 4))


def test_a_script_that_asks_for_another_device_is_counted():
    script = scripted(on_no_gpu)
    assert analyze(Calls(lambda m, x: script(x)), (4, 4)).macs == 64
