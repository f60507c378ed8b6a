"""Activations as they were when each layer gave them, against a forward written out by hand."""

import threading
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import resnet18

from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes import activations


class Then(nn.Module):
    """A convolution, and then something that may write into its output."""

    def __init__(self, then: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.then = then

    def forward(self, x: Tensor) -> Tensor:
        return self.then(self.conv(x))


def statement(x: Tensor) -> Tensor:
    x.clamp_(min=0)
    return x * 2


def zero_first(x: Tensor) -> Tensor:
    x[:, 0] = 0
    return x


def plus_equal(x: Tensor) -> Tensor:
    x += 1
    return x


def through_a_view(x: Tensor) -> Tensor:
    x.transpose(1, 3).zero_()
    return x


def out(x: Tensor) -> Tensor:
    torch.mul(x, 3, out=x)
    return x


def through_data(x: Tensor) -> Tensor:
    x.data.mul_(0)
    return x


def foreach(x: Tensor) -> Tensor:
    torch._foreach_add_([x], 1.0)
    return x


WRITERS = [
    nn.ReLU(inplace=True),
    nn.ReLU6(inplace=True),
    nn.Hardswish(inplace=True),
    nn.Dropout(inplace=True).train(),
    F.relu_,
    lambda x: F.relu(x, True),
    lambda x: F.relu6(x, True),
    lambda x: F.hardtanh(x, 0.0, 6.0, True),
    lambda x: F.dropout(x, 0.5, True, True),
    lambda x: F.threshold(x, 0.0, 0.0, True),
    lambda x: F.relu(input=x, inplace=True),
    torch.relu_,
    statement,
    zero_first,
    plus_equal,
    through_a_view,
    out,
    through_data,
    foreach,
]


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("inference", [False, True])
def test_a_capture_survives_what_is_written_later(writer: Callable, memory_format, inference: bool) -> None:
    if inference and writer is foreach:
        pytest.skip("nothing in Python tells of it, and inference mode counts no writes")
    model = Then(writer)
    model.conv.to(memory_format=memory_format)
    batch = torch.randn(2, 3, 6, 7).to(memory_format=memory_format)
    with torch.no_grad():
        before = model.conv(batch)
        # The test means something only if the writer does write.
        written = before.clone(memory_format=torch.preserve_format)
        model.then(written)
    assert not torch.equal(written, before)
    with torch.inference_mode(inference):
        for layers in (["conv"], None):
            assert torch.equal(activations(model, batch, layers)["conv"], before)


def test_flatten_shares_memory_with_what_it_flattens() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.ReLU(inplace=True)).eval()
    batch = torch.randn(1, 3, 6, 6)
    kept = activations(model, batch)
    expected = model[0](batch)
    assert torch.equal(kept["0"], expected)
    assert torch.equal(kept["1"], expected.flatten(1))
    assert torch.equal(kept["2"], expected.flatten(1).relu())


def test_an_input_that_is_flattened_and_overwritten() -> None:
    model = nn.Sequential(nn.Flatten(), nn.ReLU(inplace=True), nn.Linear(12, 2)).eval()
    batch = torch.randn(1, 3, 2, 2)
    expected = batch.flatten(1).clone()
    assert torch.equal(activations(model, batch)["0"], expected)


def test_a_module_called_twice_has_two_entries() -> None:
    class Again(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.relu = nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(inplace=True)

        def forward(self, x: Tensor) -> Tensor:
            x = self.relu(self.conv(x))
            y = self.relu(self.conv(x))
            y += x
            return y

    model, batch = Again().eval(), torch.randn(1, 3, 5, 5)
    one = model.conv(batch)
    two = model.conv(one.relu())
    kept = activations(model, batch)
    assert list(kept) == ["conv", "relu", "conv_1", "relu_1", "add"]
    for name, expected in zip(kept, (one, one.relu(), two, two.relu(), two.relu() + one.relu()), strict=True):
        torch.testing.assert_close(kept[name], expected, rtol=0, atol=0)


def test_some_layers_are_given_as_all_layers_are() -> None:
    torch.manual_seed(0)
    model, batch = resnet18().eval(), torch.randn(1, 3, 64, 64)
    everything = activations(model, batch)
    # 20 convolutions, 20 norms, 17 relus, 8 additions, 2 poolings, flatten and fc, and nothing of our own making
    assert len(everything) == 69
    some = activations(model, batch, ["layer4.1.bn2", "conv1", "layer2.0.relu_1"])
    assert set(some) == {"layer4.1.bn2", "conv1", "layer2.0.relu_1"}
    assert all(torch.equal(some[name], everything[name]) for name in some)
    assert not any(tensor.requires_grad for tensor in everything.values())


def test_a_missing_name_is_said_with_those_that_are_near() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
    with pytest.raises(ModelError, match="No call of this model is named conv9; it makes 2 calls"):
        activations(model, torch.randn(1, 3, 5, 5), ["0", "conv9"])


def test_hooks_are_removed_when_forward_raises() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(1, 1)).eval()
    with pytest.raises(ShapeError, match=r"1x3x5x5: 1 \(Linear\) expects 1 feature and gets 3, in 1x4x3x3"):
        activations(model, torch.randn(1, 3, 5, 5))
    assert all(not m._forward_hooks and not m._forward_pre_hooks for m in model.modules())


def test_four_threads_on_one_model_never_mix_their_captures() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(True), nn.Conv2d(4, 4, 3), nn.ReLU(True)).eval()
    batches = torch.randn(4, 1, 3, 8, 8)
    expected = [model[0](batch) for batch in batches], [model[2](model[1](model[0](batch))) for batch in batches]
    wrong, done = [], []

    def work(number: int) -> None:
        for _ in range(100):
            kept = activations(model, batches[number], ["0", "2"])
            done.append(number)
            if not all(torch.equal(kept[n], e[number]) for n, e in zip(("0", "2"), expected, strict=True)):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), wrong) == (400, [])


def test_what_runs_on_wrapped_or_sparse_tensors_is_captured() -> None:
    class Mapped(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.vmap(lambda each: torch.relu(each * 2))(x) + x.to_sparse().to_dense()

    batch = torch.randn(4, 3)
    found = activations(Mapped().eval(), batch)
    assert torch.equal(found["relu"], torch.relu(batch * 2))
    assert torch.equal(found["add"], torch.relu(batch * 2) + batch)
