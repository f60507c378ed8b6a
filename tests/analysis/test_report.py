"""analyze against torch's own counters and against what the models really do; and that it leaves no trace."""

import copy
import threading

import pytest
import torch
import torchvision.models as tv
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes.activations import activations

MODELS = (
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "googlenet",
    "inception_v3",
    "mnasnet0_5",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "regnet_y_400mf",
    "resnet18",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "swin_t",
    "vit_b_32",
)


def build(name):
    return tv.get_model(
        name, weights=None, **({"init_weights": False} if name in ("googlenet", "inception_v3") else {})
    )


@pytest.mark.parametrize("name", MODELS)
def test_parameters_and_macs_are_those_of_torchvision_and_torch(name):
    model = build(name).eval()
    report = analyze(model)
    published = tv.get_model_weights(name).DEFAULT.meta
    meta = copy.deepcopy(model).to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        meta(torch.empty(1, 3, 224, 224, device="meta"))
    assert 2 * report.macs == report.flops == counter.get_total_flops()
    assert report.unknown == ()
    if name not in ("googlenet", "inception_v3"):  # published without the auxiliary heads that `build` registers
        assert report.parameters == published["num_params"]
        assert sum(layer.parameters for layer in report.layers) == report.parameters


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ("alexnet", "vit_b_32", "convnext_tiny")])
def test_layers_are_the_calls_that_the_model_makes(name):
    model, side = build(name).eval(), 80
    report = analyze(model, (2, 3, side, side))
    real = activations(model, torch.rand(2, 3, side, side))
    assert [layer.name for layer in report.layers] == list(real)
    assert [layer.output_size for layer in report.layers] == [tuple(tensor.shape) for tensor in real.values()]


def state(model):
    modules = [
        (
            name,
            id(module),
            module.training,
            set(vars(module)),
            len(module._forward_hooks),
            len(module._forward_pre_hooks),
        )
        for name, module in model.named_modules()
    ]
    tensors = [
        (name, id(t), t.device.type, t._version, t.clone()) for name, t in model.state_dict(keep_vars=True).items()
    ]
    return modules, tensors


def same(one, other):
    assert one[0] == other[0]
    for (*this, values), (*that, others) in zip(one[1], other[1], strict=True):
        assert this == that
        assert torch.equal(values, others)


@pytest.mark.parametrize("size", [(1, 3, 64, 64), (1, 5, 64, 64)])
@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was_after_errors_too(training, size):
    model = build("resnet18").train(training)
    model.layer1.eval()
    seen = []
    model.conv1.register_forward_hook(lambda *call: seen.append(call))
    before, functions = state(model), (torch.conv2d, torch.nn.functional.conv2d, torch.Tensor.add)
    random = torch.get_rng_state()
    if size[1] == 3:
        analyze(model, size)
    else:
        with pytest.raises(ShapeError, match="1x5x64x64"):
            analyze(model, size)
    same(before, state(model))
    assert functions == (torch.conv2d, torch.nn.functional.conv2d, torch.Tensor.add)
    assert torch.equal(random, torch.get_rng_state())
    assert torch.is_grad_enabled()
    assert not seen


class Recurring(nn.Module):
    """Fails half-way, in itself or in torch, or decides by values."""

    def __init__(self, how):
        super().__init__()
        self.how, self.rnn, self.attention = how, nn.LSTM(4, 4, 2, dropout=0.5), nn.MultiheadAttention(4, 2)
        self.norm = nn.BatchNorm1d(4)

    def forward(self, x):
        x = self.attention(x, x, x)[0] + self.rnn(x)[0]
        x = self.norm(x.flatten(0, 1))
        if self.how == "own error":
            raise KeyError("on purpose")
        if self.how == "torch's error":
            x = x @ x
        if self.how == "values" and x.sum() > 0:
            x = x + 1
        return x.view(x.shape[0] * 2, x.shape[1] // 2) if self.how == "sizes" else x


def functions_of_torch():
    places = (torch, torch.nn.functional, torch.Tensor, torch.nn.init, nn.Module, torch._C._nn)
    return [{name: id(item) for name, item in vars(place).items() if callable(item)} for place in places]


@pytest.mark.parametrize("how", ["no error", "sizes", "own error", "torch's error", "values"])
def test_nothing_of_torch_is_changed_after_errors_either(how):
    model = Recurring(how).train()
    before, functions, random = state(model), functions_of_torch(), torch.get_rng_state()
    if how in ("no error", "sizes"):
        analyze(model, (5, 2, 4)).resized((3, 2, 4))
    else:
        with pytest.raises((ModelError, ShapeError)):
            analyze(model, (5, 2, 4))
    same(before, state(model))
    assert functions == functions_of_torch()
    assert torch.equal(random, torch.get_rng_state())
    assert torch.overrides._len_torch_function_stack() == 0
    assert torch.is_grad_enabled()
    assert torch.empty(1).device.type == "cpu"


class Restless(nn.Module):
    """Writes to everything it owns while it runs."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.register_buffer("count", torch.zeros(2))
        self.plain = torch.zeros(3)
        self.seen = []
        self.cache = {}

    def forward(self, x):
        self.count += 1
        self.count[0].add_(1)
        self.plain.mul_(2).add_(1)
        self.last = x = self.conv(x)
        self.seen.append(x)
        self.cache["x"] = x
        self.conv.weight.mul_(0)
        return x


def test_what_a_forward_writes_is_written_elsewhere():
    model = Restless()
    before, plain = state(model), model.plain.clone()
    analyze(model, (1, 3, 8, 8))
    same(before, state(model))
    assert torch.equal(model.plain, plain)
    assert model.seen == []
    assert model.cache == {}


def test_training_mode_does_not_change_the_report():
    model = build("googlenet")
    assert analyze(model.train()) == analyze(model.eval())


def test_threads_share_a_model():
    model = build("resnet18").eval()
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        expected = model(image)
    reports, outputs = [], []

    def run():
        reports.append(analyze(model, (1, 3, 64, 64)))
        with torch.no_grad():
            outputs.append(model(image))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(repr, reports))) == 1
    assert len(reports) == 4
    assert all(torch.equal(expected, output) for output in outputs)


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
    assert report.unknown == ("cdist", "linalg_matrix_exp")
    assert report.macs == 2 * 4 * 4 * 9
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
