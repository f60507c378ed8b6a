"""All operations of a layer, counted: plain loops over numbers that count what is done to them, as torch's results."""

import math

import pytest
import torch

from cnnviz.arithmetic import layer
from tests.arithmetic import oracle


class Counted:
    """A number that counts what is computed from it. A change of sign is free."""

    done = 0

    def __init__(self, value):
        self.value = float(value)

    def _with(self, other, operation):
        Counted.done += 1
        return Counted(operation(self.value, other.value if isinstance(other, Counted) else other))

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._with(other, lambda a, b: a / b)

    def __pow__(self, other):
        return self._with(other, lambda a, b: a**b)

    def __neg__(self):
        return Counted(-self.value)

    def max(self, other):
        return self._with(other, max)

    def min(self, other):
        return self._with(other, min)

    def of(self, function):
        return self._with(0, lambda a, _: function(a))


def total(numbers):
    first, *others = numbers
    for number in others:
        first = first + number
    return first


def largest(numbers):
    first, *others = numbers
    for number in others:
        first = first.max(number)
    return first


def sigmoid(x):
    return one_over((-x).of(math.exp) + 1)


def one_over(x):
    return x.of(lambda value: 1 / value)


def below_zero(x, otherwise):
    """x where it is positive, else what `otherwise` computes; the work of both is done, as on a vector."""
    Counted.done += 1
    other = otherwise(x)
    return Counted(x.value) if x.value > 0 else other


def outside(x, edge, less):
    """x beyond an edge on either side, moved towards 0 by `less`, and 0 between: compared twice."""
    Counted.done += 2
    moved = x - math.copysign(less, x.value) if less else x
    return Counted(moved.value if abs(x.value) > edge else 0)


def size_of(x):
    """|x|: a change of sign, which is free."""
    return Counted(abs(x.value))


POINTWISE = {
    "ReLU": lambda x: x.max(0),
    "ReLU6": lambda x: x.max(0).min(6),
    "LeakyReLU": lambda x: below_zero(x, lambda x: x * 0.01),
    "PReLU": lambda x: below_zero(x, lambda x: x * 0.25),
    "ELU": lambda x: below_zero(x, lambda x: (x.of(math.exp) - 1) * 1.0),
    "SELU": lambda x: below_zero(x, lambda x: (x.of(math.exp) - 1) * 1.6732632423543772) * 1.0507009873554805,
    "GELU": lambda x: ((x * math.sqrt(0.5)).of(math.erf) + 1) * 0.5 * x,
    "SiLU": lambda x: x / ((-x).of(math.exp) + 1),
    "Sigmoid": sigmoid,
    "Tanh": lambda x: x.of(math.tanh),
    "Hardswish": lambda x: (x + 3).max(0).min(6) * x / 6,
    "Hardsigmoid": lambda x: (x + 3).max(0).min(6) / 6,
    "Mish": lambda x: (x.of(math.exp) + 1).of(math.log).of(math.tanh) * x,
    "Hardtanh": lambda x: x.max(-1).min(1),
    "CELU": lambda x: below_zero(x, lambda x: ((x / 1.0).of(math.exp) - 1) * 1.0),
    "Hardshrink": lambda x: outside(x, 0.5, 0),
    "Softshrink": lambda x: outside(x, 0.5, 0.5),
    "Tanhshrink": lambda x: x - x.of(math.tanh),
    "Softsign": lambda x: x / (size_of(x) + 1),
    "LogSigmoid": lambda x: -((-x).of(math.exp) + 1).of(math.log),
}


def counted(size):
    torch.manual_seed(0)
    image = torch.randn(size, dtype=torch.double)
    Counted.done = 0
    return image, [Counted(value) for value in image.flatten().tolist()]


def check(kind, size, settings, image, results):
    """Hold the loops' values against torch, and their count against arithmetic."""
    done = Counted.done
    with torch.no_grad():
        expected = oracle.run(oracle.build(kind, size, settings).double(), image)
    assert torch.allclose(torch.tensor([result.value for result in results]).double(), expected.flatten(), atol=1e-5)
    assert layer(kind, size, **settings).operations == done


@pytest.mark.parametrize("kind", POINTWISE)
def test_activations(kind):
    image, numbers = counted((2, 3, 4))
    check(kind, (2, 3, 4), {}, image, [POINTWISE[kind](number) for number in numbers])


def test_gelu_by_tanh():
    image, numbers = counted((2, 5))

    def gelu(x):
        inner = (x * x * x * 0.044715 + x) * math.sqrt(2 / math.pi)
        return (inner.of(math.tanh) + 1) * x * 0.5

    check("GELU", (2, 5), {"approximate": "tanh"}, image, list(map(gelu, numbers)))


@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_softplus(beta):
    image, numbers = counted((2, 5))

    def softplus(x):
        scaled = x if beta == 1 else x * beta
        soft = (scaled.of(math.exp) + 1).of(math.log)
        soft = soft if beta == 1 else soft / beta
        return soft.max(-math.inf)  # the comparison with the threshold, above which x stays

    check("Softplus", (2, 5), {"beta": beta}, image, list(map(softplus, numbers)))


def test_a_gated_half():
    image, numbers = counted((3, 4))
    check(
        "GLU",
        (3, 4),
        {},
        image,
        [numbers[4 * row + i] * sigmoid(numbers[4 * row + 2 + i]) for row in range(3) for i in range(2)],
    )


@pytest.mark.parametrize("kind", ["Softmax", "Softmin", "LogSoftmax"])
def test_softmax(kind):
    image, numbers = counted((3, 4))
    if kind == "Softmin":
        numbers = [-x for x in numbers]
    results = []
    for row in range(3):
        line = numbers[4 * row : 4 * row + 4]
        top = largest(line)
        less = [x - top for x in line]
        whole = total([x.of(math.exp) for x in less]) if kind == "LogSoftmax" else None
        if kind == "LogSoftmax":
            log = whole.of(math.log)
            results += [x - log for x in less]
        else:
            powers = [x.of(math.exp) for x in less]
            whole = total(powers)
            results += [power / whole for power in powers]
    check(kind, (3, 4), {"dim": 1}, image, results)


def normalised(numbers, affine):
    """A group's numbers after its own mean and standard deviation are taken out."""
    mean = total(numbers) / len(numbers)
    less = [x - mean for x in numbers]
    variance = total([x * x for x in less]) / len(numbers)
    scale = one_over((variance + 1e-5).of(math.sqrt))
    made = [x * scale for x in less]
    return [x * 1.0 + 0.0 for x in made] if affine else made


@pytest.mark.parametrize(
    ("kind", "settings", "affine", "groups"),
    [
        ("LayerNorm", {"normalized_shape": 6}, True, 8),
        ("LayerNorm", {"normalized_shape": (4, 6), "elementwise_affine": False}, False, 2),
        ("GroupNorm", {"num_groups": 2}, True, 4),
        ("GroupNorm", {"num_groups": 1, "affine": False}, False, 2),
        ("InstanceNorm1d", {}, False, 8),
        ("InstanceNorm1d", {"affine": True}, True, 8),
    ],
)
def test_normalisation_by_its_own_statistics(kind, settings, affine, groups):
    image, numbers = counted((2, 4, 6))
    each = len(numbers) // groups
    results = [made for at in range(groups) for made in normalised(numbers[at * each : at * each + each], affine)]
    check(kind, (2, 4, 6), settings, image, results)


def test_batch_norm_by_running_statistics_is_a_scale_and_a_shift():
    image, numbers = counted((2, 4, 6))
    check("BatchNorm1d", (2, 4, 6), {}, image, [x * (1 / math.sqrt(1 + 1e-5)) + 0.0 for x in numbers])


def test_local_response_norm():
    image, numbers = counted((1, 4, 3))
    results = []
    for place, x in enumerate(numbers):
        channel = place // 3
        near = [Counted(0.0)] * 3
        for at, other in enumerate((channel - 1, channel, channel + 1)):
            near[at] = numbers[3 * other + place % 3] if 0 <= other < 4 else Counted(0.0)
        # Every number is squared once, for all the sums that it is in.
        squares = [Counted(value.value**2) for value in near]
        Counted.done += 1
        results.append(x / (((total(squares) / 3) * 1e-4 + 1.0) ** 0.75))
    check("LocalResponseNorm", (1, 4, 3), {"size": 3}, image, results)


def windows(numbers, kernel, stride):
    return [numbers[at : at + kernel] for at in range(0, len(numbers) - kernel + 1, stride)]


@pytest.mark.parametrize(
    ("kind", "settings", "of_window"),
    [
        ("MaxPool1d", {}, largest),
        ("AvgPool1d", {}, lambda window: total(window) / 3),
        ("LPPool1d", {"norm_type": 2}, lambda window: total([x**2 for x in window]).of(math.sqrt)),
    ],
)
def test_pooling(kind, settings, of_window):
    image, numbers = counted((1, 1, 9))
    settings = {**settings, "kernel_size": 3, "stride": 2}
    check(kind, (1, 1, 9), settings, image, [of_window(window) for window in windows(numbers, 3, 2)])


@pytest.mark.parametrize("wanted", [1, 3, 4, 5, 10, 13])
@pytest.mark.parametrize("kind", ["AdaptiveAvgPool1d", "AdaptiveMaxPool1d", "Upsample"])
def test_adaptive_pooling(kind, wanted):
    image, numbers = counted((1, 1, 10))
    results = []
    for unit in range(wanted):
        window = numbers[math.floor(unit * 10 / wanted) : math.ceil((unit + 1) * 10 / wanted)]
        results.append(largest(window) if "Max" in kind else total(window) / len(window))
    settings = {"size": wanted, "mode": "area"} if kind == "Upsample" else {"output_size": wanted}
    check(kind, (1, 1, 10), settings, image, results)


@pytest.mark.parametrize("bias", [True, False])
def test_convolutions_and_linear_layers_take_two_a_mac_and_one_a_bias(bias):
    for kind, size, settings in [
        ("Linear", (2, 3, 4), {"out_features": 5}),
        ("Conv2d", (2, 3, 6, 6), {"out_channels": 4, "kernel_size": 3}),
        ("ConvTranspose2d", (2, 3, 6, 6), {"out_channels": 4, "kernel_size": 3, "stride": 2}),
    ]:
        found = layer(kind, size, **settings, bias=bias)
        module, truth = oracle.accepted(kind, size, settings)
        outputs = torch.Size(truth.output_size).numel()
        assert found.operations == oracle.flops(module, size) + outputs * bias


@pytest.mark.parametrize(("mode", "taps"), [("nearest", 1), ("bilinear", 4), ("bicubic", 16)])
def test_interpolation_weighs_its_taps(mode, taps):
    found = layer("Upsample", (1, 2, 3, 4), scale_factor=2, mode=mode)
    outputs = 2 * 6 * 8
    assert found.operations == (outputs * (taps + taps - 1) if taps > 1 else 0)


def test_what_moves_numbers_computes_nothing():
    for kind, size, settings in [
        ("Flatten", (1, 2, 3), {}),
        ("Dropout", (1, 2, 3), {}),
        ("ZeroPad1d", (1, 2, 3), {"padding": 1}),
        ("PixelShuffle", (1, 4, 3, 3), {"upscale_factor": 2}),
        ("Embedding", (1, 4), {"num_embeddings": 3, "embedding_dim": 2}),
    ]:
        assert layer(kind, size, **settings).operations == 0
