"""Hooks on the wanted modules alone: the same as observing every call, and given up wherever that is not sure."""

import threading

import pytest
import torch
from torch import nn
from torchvision import models

from cnnviz.calls import observe
from cnnviz.probes import activations
from cnnviz.probes.hooked import hooked
from tests.analysis.test_small_fields import Graph
from tests.conftest import some

IMAGE = torch.rand(2, 3, 64, 64)


def observed(model, batch):
    """Return clones of the outputs of all calls that are modules, by observing all."""
    found = {}

    def keep(call):
        if call.module is not None and isinstance(call.output, torch.Tensor):
            found[call.name] = call.output.clone()

    with torch.no_grad(), observe(model, keep, steps=False):
        model(batch)
    return found


def ask(model, batch, names):
    with torch.no_grad():
        return hooked(model, batch, set(names))


@pytest.mark.parametrize("name", some(["mobilenet_v2", "vgg11", "densenet121", "mnasnet0_5", "shufflenet_v2_x0_5"]))
def test_convolutions_are_as_observed_whatever_writes_over_them(name):
    model = models.get_model(name).eval()
    wanted = [path for path, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    found, truth = ask(model, IMAGE, wanted), observed(model, IMAGE)
    assert list(found) == [each for each in truth if each in wanted]
    for each, values in found.items():
        assert torch.equal(values, truth[each]), each


def small(**layers):
    return Graph(lambda self, x: self.last(self.relu1(self.one(x))), **layers).eval()


def chain(**settings):
    return small(one=nn.Conv2d(3, 4, 3), relu1=nn.ReLU(**settings), last=nn.Conv2d(4, 2, 1))


def test_what_a_module_writes_into_is_copied_before():
    model = chain(inplace=True)
    found = ask(model, IMAGE, ["one"])
    assert found["one"].min() < 0
    assert torch.equal(found["one"], model.one(IMAGE))


def test_no_further_than_the_last_that_is_wanted():
    ran = []
    model = chain()
    model.last.register_forward_hook(lambda *_: ran.append("last"))
    ask(model, IMAGE, ["one"])
    assert not ran


def test_what_a_function_writes_into_is_given_up_and_observed():
    model = Graph(
        lambda self, x: self.last(self.one(x).mul_(0)), one=nn.Conv2d(3, 4, 3), last=nn.Conv2d(4, 2, 1)
    ).eval()
    for _ in range(2):
        assert ask(model, IMAGE, ["one", "last"]) is None
        assert torch.equal(activations(model, IMAGE, ["one", "last"])["one"], model.one(IMAGE))
    calls = []
    model.one.register_forward_hook(lambda *_: calls.append(1))
    activations(model, IMAGE, ["one", "last"])
    assert len(calls) == 1  # from the second time on it is not even tried


def twice(self, x):
    return self.one(self.one(x))


GIVEN_UP = {
    "a function's name": (chain(), ["relu1", "nothing"]),
    "a name that a function may have": (
        small(one=nn.Conv2d(3, 4, 3), relu1=nn.ReLU(), last=nn.Identity()),
        ["flatten"],
    ),
    "a second call": (Graph(twice, one=nn.Conv2d(3, 3, 1)).eval(), ["one_1"]),
    "in training": (chain().train(), ["one"]),
    "inside of a working module": (
        Graph(lambda self, x: self.one(x.flatten(2)), one=nn.TransformerEncoderLayer(4096, 1, 8)).eval(),
        ["one.linear1"],
    ),
    "a container": (nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3))).eval(), ["0"]),
    "the model itself": (nn.Conv2d(3, 4, 3).eval(), [""]),
    "no call at all": (Graph(lambda self, x: x, one=nn.Conv2d(3, 4, 3)).eval(), ["one"]),
    "an error": (Graph(lambda self, x: self.one(x[:, :2]), one=nn.Conv2d(3, 4, 3)).eval(), ["one"]),
}


@pytest.mark.parametrize(("model", "names"), GIVEN_UP.values(), ids=GIVEN_UP)
def test_what_hooks_do_not_tell_is_given_up(model, names):
    assert ask(model, IMAGE, names) is None
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_module_that_a_function_is_called_before_keeps_its_second_name():
    model = Graph(lambda self, x: self.relu(torch.relu(self.one(x)) - 1), one=nn.Conv2d(3, 4, 3), relu=nn.ReLU()).eval()
    found = activations(model, IMAGE, ["relu", "relu_1"])
    assert torch.equal(found["relu"], model.one(IMAGE).relu())
    assert torch.equal(found["relu_1"], (model.one(IMAGE).relu() - 1).relu())


def test_under_inference_mode_writes_are_not_counted_and_it_is_given_up():
    with torch.inference_mode():
        assert hooked(chain(), IMAGE, {"one"}) is None


def test_a_model_that_is_used_elsewhere_meanwhile_tells_nothing_of_that():
    model, other = chain(), torch.rand(2, 3, 64, 64)

    def forward(x):
        thread = threading.Thread(target=lambda: model.one(other))
        thread.start()
        thread.join()
        return model.last(model.relu1(model.one(x)))

    model.forward = forward
    assert torch.equal(ask(model, IMAGE, ["one"])["one"], model.one(IMAGE))


def test_all_working_modules_can_be_asked_for():
    assert ask(chain(), IMAGE, ["one", "relu1", "last"]).keys() == {"one", "relu1", "last"}
