"""analyze against torch's own counters and against what the models really do; and that it leaves no trace."""

import copy

import pytest
import torch
import torchvision.models as tv
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes.activations import activations
from tests.analysis.model_state import same, state
from tests.conftest import some

# Their parameters and MACs are compared in test_weights.py.
MODELS = (
    "resnet18",
    "mnasnet0_5",
    "googlenet",
    "inception_v3",
    "mobilenet_v3_small",
    "mobilenet_v2",
    "shufflenet_v2_x0_5",
    "densenet121",
    "swin_t",
    "efficientnet_b0",
    "regnet_y_400mf",
    "squeezenet1_1",
)


def build(name):
    return tv.get_model(
        name, weights=None, **({"init_weights": False} if name in ("googlenet", "inception_v3") else {})
    )


@pytest.mark.parametrize("name", some(MODELS, every=2))
def test_layers_are_the_calls_that_the_model_makes(name):
    model, side = build(name).eval(), 80
    report = analyze(model, (2, 3, side, side))
    real = activations(model, torch.rand(2, 3, side, side))
    assert [layer.name for layer in report.layers] == list(real)
    assert [layer.output_size for layer in report.layers] == [tuple(tensor.shape) for tensor in real.values()]


def test_a_module_called_twice_has_its_parameters_once_and_its_macs_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Linear(6, 6)
            self.tied = nn.Linear(6, 6)
            self.tied.weight = self.one.weight
            self.never = nn.Linear(6, 100)

        def forward(self, x):
            return self.tied(self.one(self.one(x)))

    report = analyze(Twice(), (5, 6))
    assert [(layer.name, layer.parameters, layer.macs) for layer in report.layers] == [
        ("one", 42, 180),
        ("one_1", 0, 180),
        ("tied", 6, 180),
    ]
    assert report.parameters == 48 + 700
    assert report.flops == 2 * 540


class Functional(nn.Module):
    """Products of every spelling."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.weight = nn.Parameter(torch.rand(8, 5))
        self.up = nn.ConvTranspose1d(5, 6, 4, stride=2, groups=1)

    def forward(self, x):
        x = self.attention(x, x, x)[0]
        x = torch.nn.functional.scaled_dot_product_attention(x[:, None], x[:, None], x[:, None])[:, 0]
        y = x @ self.weight
        y = y + torch.einsum("btc,cd->btd", x, self.weight) + torch.matmul(x, self.weight)
        y = torch.baddbmm(y, x, self.weight.expand(x.shape[0], 8, 5))
        return torch.addmm(torch.zeros(6), self.up(y.transpose(1, 2)).flatten(0, 1).T.T[:, :6], torch.zeros(6, 6))


class SamePadding(nn.Conv2d):
    """Asks for its kernel's size before it reads the kernel, as timm's convolutions with TensorFlow's padding do."""

    def forward(self, x):
        rows, columns = (side - 1 for side in self.weight.shape[-2:])
        x = functional.pad(x, (0, columns, 0, rows))
        return functional.conv2d(x, self.weight, self.bias)


def test_parameters_are_those_of_the_function_that_reads_them_not_of_one_before_that_asks_for_their_size():
    report = analyze(nn.Sequential(SamePadding(3, 4, 3), nn.ReLU()), (1, 3, 8, 8))
    assert {layer.kind: layer.parameters for layer in report.layers} == {"pad": 0, "conv2d": 112, "ReLU": 0}


def test_products_of_every_spelling_are_counted():
    size = (2, 7, 8)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        Functional().eval().to(
            "meta"
        )  # the zeros inside of forward are real: count on the CPU, with the decomposed math
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            model = Functional().train()
            model(torch.rand(size))
    assert analyze(model, size).flops == counter.get_total_flops()


def test_what_has_no_known_cost_is_named():
    class Unknown(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Conv1d(4, 4, 1)

        def forward(self, x):
            return torch.linalg.matrix_exp(torch.cdist(self.one(x), torch.ones(4, 9)))

    report = analyze(Unknown(), (2, 4, 9))
    assert report.unknown == ("linalg_matrix_exp",)
    assert report.macs == 2 * 4 * 4 * 9 + 2 * 4 * 4 * 9  # the convolution's, and the distances' of nine coordinates
    assert report.layers[-1].receptive_field is None or report.layers[-1].receptive_field.size is None


def test_values_that_decide_are_refused_in_a_sentence():
    class Deciding(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(ModelError, match="values"):
        analyze(Deciding(), (1, 3, 4, 4))


@pytest.mark.parametrize("model", [nn.LazyLinear(3), torch.jit.script(nn.Linear(3, 3))], ids=["lazy", "script"])
def test_models_that_cannot_be_stood_in_for_are_refused(model):
    with pytest.raises(ModelError):
        analyze(model, (1, 3))


def test_an_empty_input_is_refused():
    with pytest.raises(ShapeError, match="at least 1"):
        analyze(nn.ReLU(), (1, 0, 4, 4))


def test_parametrised_and_normed_weights_run():
    model = nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3)),
        nn.utils.parametrizations.spectral_norm(nn.Conv2d(4, 5, 3)),
        nn.utils.spectral_norm(nn.Conv2d(5, 6, 3)),
    ).train()
    before = state(model)
    report = analyze(model, (1, 3, 9, 9))
    same(before, state(model))
    assert report.layers[-1].output_size == (1, 6, 3, 3)
    assert report.layers[-1].receptive_field.size == (7, 7)


def test_half_precision_and_meta_models_are_as_good():
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 5))
    report = analyze(plain, (1, 3, 8, 8))
    half = analyze(copy.deepcopy(plain).half(), (1, 3, 8, 8))
    assert [layer.output_size for layer in half.layers] == [layer.output_size for layer in report.layers]
    assert (half.parameters, half.macs) == (report.parameters, report.macs)
    assert analyze(copy.deepcopy(plain).to("meta"), (1, 3, 8, 8)) == report


@pytest.mark.parametrize(
    "model",
    [
        nn.BatchNorm2d(4),
        nn.LayerNorm(7),
        nn.Sequential(nn.Flatten(), nn.Linear(7, 3)),
        nn.Conv2d(3, 4, 3, padding=0, dilation=9),
    ],
)
def test_misfits_are_told_as_torch_tells_them(model):
    with pytest.raises(ShapeError, match="1x3x8x8"):
        analyze(model, (1, 3, 8, 8))
