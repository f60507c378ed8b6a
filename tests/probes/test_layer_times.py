"""Times of layers, by a clock that torch's own operators move on: so many ticks each, many for Python around them."""

import pytest
import torch
import torchvision.models as tv
from torch.utils._python_dispatch import TorchDispatchMode

from cnnviz.probes import layer_times as probe
from cnnviz.probes.layer_times import FEWEST, MOST, layer_times

AROUND = 100.0  # ticks of Python in a forward, outside of all layers


class Ticking(TorchDispatchMode):
    """A clock that a convolution moves on by 5 ticks and every other operator by 1."""

    def __init__(self, tick):
        super().__init__()
        self.tick, self.now = tick, 0.0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.now += self.tick * (5 if "convolution" in str(func) else 1)
        return func(*args, **(kwargs or {}))

    def around(self, *_):
        self.now += AROUND * self.tick


@pytest.fixture
def timed(monkeypatch):
    def go(tick):
        network = tv.resnet18().eval()
        clock = Ticking(tick)
        network.register_forward_hook(clock.around)
        monkeypatch.setattr(probe.time, "perf_counter", lambda: clock.now)
        with clock:
            return layer_times(network, torch.randn(1, 3, 32, 32))

    return go


def test_a_layer_has_the_time_of_its_own_operators_and_python_is_in_the_whole_alone(timed):
    found = timed(1.0)
    times = dict(zip(found.names, found.seconds.tolist(), strict=True))
    assert times["conv1"] == times["layer4.1.conv2"] == times["layer2.0.downsample.0"] == 5
    assert times["layer1.0.add"] == times["relu"] == 1
    # A linear layer transposes its weights, then multiplies.
    assert times["fc"] == 2
    assert found.whole == pytest.approx(found.seconds.sum() + AROUND)


def test_a_slow_network_runs_three_times_and_a_quick_one_twenty(timed):
    slow = timed(1.0)
    quick = timed(1e-9)
    assert (slow.runs, quick.runs) == (FEWEST, MOST)


def test_the_model_is_left_as_it_was():
    network = tv.squeezenet1_1().eval()
    before = {name: (len(each._forward_hooks), len(each._forward_pre_hooks)) for name, each in network.named_modules()}
    found = layer_times(network, torch.randn(1, 3, 64, 64), budget=0)
    assert (found.seconds > 0).all()
    assert found.whole > 0
    assert before == {
        name: (len(each._forward_hooks), len(each._forward_pre_hooks)) for name, each in network.named_modules()
    }
    assert not network.training
