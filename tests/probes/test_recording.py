"""A recorded run, against running the model again and looking at every layer."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnnviz import models
from cnnviz.calls import observe
from cnnviz.errors import ModelError
from cnnviz.probes import activations, as_maps
from cnnviz.probes.record import record
from cnnviz.probes.unit import account, recorded_account
from tests.conftest import some

NETWORKS: dict[str, Callable[[], nn.Module]] = {
    **{
        name: lambda name=name: torchvision.models.get_model(name, weights=None)
        for name in ("resnet18", "densenet121", "shufflenet_v2_x0_5", "squeezenet1_1", "swin_t", "mnasnet0_5")
    },
    "smallvgg-tiny": lambda: models.load("smallvgg-tiny", random_seed=1),
}
SIZES = {"smallvgg-tiny": 64, "swin_t": 64, "densenet121": 64}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_is_bit_for_bit_that_of_a_run_with_few_bytes_kept(name: str) -> None:
    torch.manual_seed(0)
    side = SIZES.get(name, 96)
    model, batch = NETWORKS[name]().eval(), torch.randn(1, 3, side, side)
    before = batch.clone()
    expected = activations(model, batch)
    recording, output = record(model, batch, most_bytes=300_000)
    assert torch.equal(batch, before)
    with torch.no_grad():
        assert torch.equal(output, model(batch))
    assert recording.names == tuple(expected)
    assert recording.nbytes <= 300_000 + batch.nbytes + 2_000 * len(expected)
    for layer, tensor in expected.items():
        assert torch.equal(recording.tensor(layer), tensor), layer
    with pytest.raises(ModelError, match="No call of this model is named nonsense"):
        recording.tensor("nonsense")


class Counting(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.append(func.__name__)
        return func(*args, **(kwargs or {}))


class Forward(nn.Module):
    """A model of two convolutions with a forward of the test's own."""

    def __init__(self, run: Callable[[Any, Tensor], Tensor]) -> None:
        super().__init__()
        self.run = run
        self.conv, self.other = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
        self.register_buffer("count", torch.zeros(1))
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        return self.run(self, x)


def test_only_what_a_layer_needs_runs_again() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(40))).eval()
    batch = torch.randn(1, 3, 16, 16)
    ran = []
    for most in (0, 4 * 3 * 16 * 16 * 4):
        recording, _ = record(model, batch, most_bytes=most)
        with Counting() as counting:
            for number in range(40):
                recording.tensor(str(number))
        ran.append(counting.names.count("conv2d"))
    assert ran[0] == sum(range(1, 41))
    # Four tensors cut a chain of forty in five parts of eight.
    assert ran[1] < ran[0] / 4
    # A branch that a layer does not read is left out.
    side = Forward(lambda self, x: self.conv(x) + self.other(x))
    recording, _ = record(side, batch, most_bytes=0)
    with Counting() as counting:
        recording.tensor("other")
    assert counting.names.count("conv2d") == 1


@pytest.mark.parametrize("name", ["shufflenet_v2_x0_5", "smallvgg-tiny"])
def test_how_a_value_came_about_is_the_same_read_off_a_recording(name: str) -> None:
    torch.manual_seed(0)
    model, batch = NETWORKS[name]().eval(), torch.randn(1, 3, 64, 64)
    kinds: dict[str, str] = {}
    with torch.no_grad(), observe(model, lambda call: kinds.update({call.name: call.kind})):
        model(batch)
    recording, _ = record(model, batch)
    for layer in some(recording.names, every=9):
        maps = as_maps(recording.tensor(layer), kinds[layer])
        if maps is None:
            continue
        place = tuple(size // 2 for size in maps.shape)
        expected, found = account(model, batch, layer, *place), recorded_account(recording, layer, *place)
        assert type(found) is type(expected), layer
        assert (found.value, found.total, found.reads) == (expected.value, expected.total, expected.reads), layer
