"""A person's hooks run in an analysis as they do in the model, and what they keep is left alone."""

import math
from collections import deque

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import ShapeError
from cnnviz.probes import activations

SIZE = (2, 3, 10, 10)


def layers() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()


class EqualLR:
    """Equalised learning rate (Karras et al. 2018): the weight is scaled before every call."""

    def __call__(self, module: nn.Module, arguments: object) -> None:
        module.weight = module.raw * math.sqrt(2 / module.raw[0].numel())


def equalised() -> nn.Module:
    model = layers()
    weight = model[0].weight
    del model[0].weight
    model[0].raw = nn.Parameter(weight.data)
    model[0].register_forward_pre_hook(EqualLR())
    return model


def padded() -> nn.Module:
    model = layers()
    model[0].register_forward_pre_hook(lambda module, arguments: F.pad(arguments[0], (2, 2, 1, 1)))
    return model


def padded_by_keyword() -> nn.Module:
    model = layers()
    model[0].register_forward_pre_hook(
        lambda module, arguments, keywords: ((F.pad(arguments[0], (1, 1)),), keywords), with_kwargs=True
    )
    return model


def doubled() -> nn.Module:
    """CReLU (Shang et al. 2016): the maps and their negatives."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(8, 5, 1)).eval()
    model[0].register_forward_hook(lambda module, arguments, output: torch.cat([output, -output], 1))
    return model


def of_the_whole() -> nn.Module:
    model = layers()
    model.register_forward_pre_hook(lambda module, arguments: F.interpolate(arguments[0], scale_factor=2))
    model.register_forward_hook(lambda module, arguments, output: output.mean((2, 3)))
    return model


class Bound(nn.Module):
    """Its layer's output goes through another one, in a hook that is a method."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.after, self.seen = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 1), []
        self.conv.register_forward_hook(self.more)

    def more(self, module: nn.Module, arguments: object, output: Tensor) -> Tensor:
        self.seen.append(output)
        return self.after(output)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x) + 1


@pytest.mark.parametrize("make", [equalised, padded, padded_by_keyword, doubled, of_the_whole, Bound])
def test_hooks_run_as_in_the_model(make) -> None:
    model = make().eval()
    report, found = analyze(model, SIZE), activations(model, torch.rand(SIZE))
    assert [(layer.name, layer.output_size) for layer in report.layers] == [
        (name, tuple(tensor.shape)) for name, tensor in found.items()
    ]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.rand(SIZE))
    assert report.macs == counter.get_total_flops() // 2
    assert report.parameters == sum(item.numel() for item in model.parameters())
    other = (2, 3, 14, 12)
    assert report.resized(other) == analyze(model, other)


def test_a_hook_that_does_not_fit_is_refused_as_the_model_would() -> None:
    model = layers()
    model[0].register_forward_pre_hook(lambda module, arguments: arguments[0][:, :2])
    with pytest.raises(ShapeError):
        analyze(model, SIZE)


kept: list[Tensor] = []
by_name: dict[str, Tensor] = {}
times = 0


def keep_in_the_module(module: nn.Module, arguments: object, output: Tensor) -> None:
    global times
    times += 1
    kept.append(output)
    note("output", output)


def note(name: str, output: Tensor) -> None:
    by_name[name] = output


class Keeper:
    def __init__(self) -> None:
        self.outputs: list[Tensor] = []
        self.last: Tensor | None = None

    def __call__(self, module: nn.Module, arguments: object, output: Tensor) -> None:
        self.outputs.append(output)
        self.last = output


def test_what_hooks_keep_is_left_alone() -> None:
    model, keeper, mine, latest, count = layers(), Keeper(), {}, deque(maxlen=2), 0

    def close_over(module: nn.Module, arguments: object, output: Tensor) -> None:
        nonlocal count
        count += 1
        mine["output"] = output
        latest.append(output)

    for hook in (keep_in_the_module, keeper, close_over):
        model[0].register_forward_hook(hook)
    analyze(model, SIZE).resized((2, 3, 12, 12))
    assert (kept, by_name, times) == ([], {}, 0)
    assert (keeper.outputs, keeper.last, mine, list(latest), count) == ([], None, {}, [], 0)
    model(torch.rand(SIZE))
    assert len(kept) == len(by_name) == times == len(keeper.outputs) == len(mine) == len(latest) == count == 1
    kept.clear()


def test_a_hook_that_takes_itself_out_stays_in_the_model() -> None:
    model = layers()

    def once(module: nn.Module, arguments: object, output: Tensor) -> Tensor:
        handle.remove()
        return output[..., ::2]

    handle = model[0].register_forward_hook(once)
    assert analyze(model, SIZE).layers[0].output_size == (2, 4, 8, 4)
    assert list(model[0]._forward_hooks.values()) == [once]


def asks_an_item(module: nn.Module, arguments: object, output: Tensor) -> None:
    kept.append(output.mean().item())


def asks_for_an_array(module: nn.Module, arguments: object, output: Tensor) -> None:
    kept.append(output.detach().numpy())


def looks_for_nan(module: nn.Module, arguments: object, output: Tensor) -> None:
    if torch.isnan(output).any():
        raise ValueError("not a number")


@pytest.mark.parametrize("hook", [asks_an_item, asks_for_an_array, looks_for_nan])
def test_a_hook_that_asks_for_values_is_left_out(hook) -> None:
    model, plain = layers(), analyze(layers(), SIZE)
    model[0].register_forward_hook(hook)
    report = analyze(model, SIZE)
    assert (report.macs, [layer.output_size for layer in report.layers]) == (
        plain.macs,
        [layer.output_size for layer in plain.layers],
    )


def test_a_hook_that_asks_for_a_number_of_the_code_is_run() -> None:
    model = layers()
    model[0].register_forward_pre_hook(lambda module, given: F.pad(given[0], [int(torch.ones(1).item())] * 4))
    with torch.no_grad():
        expected = tuple(model[0](torch.rand(SIZE)).shape)
    assert analyze(model, SIZE).layers[0].output_size == expected


class Registering(nn.Module):
    """Puts a hook in and takes it out while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        found: list[Tensor] = []
        handle = self.conv.register_forward_hook(lambda module, arguments, output: found.append(output))
        self.conv(x)
        handle.remove()
        return found[0] + 1


def test_a_forward_may_put_hooks_in() -> None:
    model = Registering()
    assert [layer.name for layer in analyze(model, SIZE).layers] == ["conv", "add"]
    assert not model.conv._forward_hooks
