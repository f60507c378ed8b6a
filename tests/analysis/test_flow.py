"""The graph of a network against torch.fx's, and, with views written in place, against what changes what."""

import pytest
import timm
import torch
import torchvision.models as tv
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.analysis import analyze
from tests.analysis.fx_graph import alike, between, flow_of_fx, flow_of_graph
from tests.conftest import NIGHTLY

TORCHVISION = tv.list_models(module=tv)
# fx does not trace the first and takes sizes for tensors in the second; the others have 400 million parameters or more.
LEFT_OUT = {"gemma4_vit_167m", "mvitv2_base", "aimv2_1b_patch14_224", "deepseek_vit_412m"}
FIRST = [name for module in timm.list_modules() for name in timm.list_models(module=module)[:1] if name not in LEFT_OUT]
# With the gallery's own and relatives, so that they are a hundred.
TIMM = [*FIRST, "seresnet50", "mobilenetv1_100", "mobilenetv2_100", "mixnet_s", "skresnet50", "densenet201"]
EVERYDAY = ("googlenet", "resnet50", "shufflenet_v2_x0_5", "swin_v2_t", "vit_b_16", "regnet_y_400mf")


def same_edges(model: nn.Module, size: tuple[int, ...]) -> None:
    """Assert that both traces have the same edges between the layers that both name alike, which are nearly all."""
    graph = analyze(model.eval(), size).graph
    ours, theirs = flow_of_graph(graph), flow_of_fx(model)
    kept = alike(ours, theirs)
    assert len(kept) > 10
    assert between(ours, kept) == between(theirs, kept)
    layers = [node for node in graph.nodes if node.layer and "." in node.name]
    assert sum(node.name in theirs for node in layers) >= 0.15 * len(layers)


@pytest.mark.parametrize("name", TORCHVISION if NIGHTLY else EVERYDAY)
def test_the_edges_of_torchvisions_networks_are_those_of_fx(name):
    with torch.device("cpu" if name.startswith("regnet") else "meta"):
        weightless = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        model = tv.get_model(name, weights=None, **weightless)
    same_edges(model, (1, 3, 224, 224))


@pytest.mark.parametrize("name", TIMM if NIGHTLY else ["efficientnet_lite0", "skresnet18"])
def test_the_edges_of_timms_networks_are_those_of_fx(name):
    with torch.device("meta"):
        model = timm.create_model(name)
        same_edges(model, (1, *model.pretrained_cfg["input_size"]))


def edges(model, *sizes):
    graph = analyze(model, sizes if len(sizes) > 1 else sizes[0]).graph
    return {(graph.nodes[edge.source].name, graph.nodes[edge.target].name) for edge in graph.edges}


def test_a_layer_that_hands_on_its_tensor_is_no_node():
    block = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Identity(), nn.Dropout(), nn.ReLU(inplace=True))
    graph = analyze(block, (1, 3, 8, 8)).graph
    assert [node.name for node in graph.nodes] == ["input", "0", "3", "output"]
    assert [each.name for each in graph.nodes[1].identities] == ["1", "2"]
    assert graph.place("2") == graph.place("0") == 1
    assert [(edge.source, edge.target, edge.sizes) for edge in graph.edges] == [
        (0, 1, ((1, 3, 8, 8),)), (1, 2, ((1, 3, 8, 8),)), (2, 3, ((1, 3, 8, 8),)),
    ]  # fmt: skip


def test_two_tensors_between_two_layers_are_one_edge():
    class Halves(nn.Module):
        def forward(self, x):
            a, b = x.chunk(2, 1)
            return torch.cat((b, a), 1)

    graph = analyze(Halves(), (1, 5, 4)).graph
    assert [(edge.source, edge.target, edge.sizes) for edge in graph.edges] == [
        (0, 1, ((1, 5, 4),)), (1, 2, ((1, 2, 4), (1, 3, 4))), (2, 3, ((1, 5, 4),)),
    ]  # fmt: skip


class Steps(nn.Module):
    """Functions of tensors that are looked up by number, with views and what is written in place."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def forward(self, *inputs):
        known = [each * 1 for each in inputs]
        for how, one, other in self.steps:
            a, b = known[one % len(known)], known[other % len(known)]
            if how == "add":
                known.append(a + b)
            elif how == "add_":
                # Half of what is there stays, so that nothing cancels out.
                a.mul_(0.5)
                a.add_(b.clone())
            elif how == "relu_":
                known.append(torch.relu_(a.abs_()))
            elif how == "transposed":
                known.append(a.transpose(1, 2))
            elif how == "upper":
                a[:, :2].add_(b[:, 2:].clone())
            elif how == "chunk":
                first, second = a.chunk(2, 1)
                second.mul_(2)
                known.append(torch.cat((first, second), 1))
            elif how == "set":
                a[:, 1] = b[:, 2].clone()
        return tuple(known)


WAYS = st.sampled_from(["add", "add_", "relu_", "transposed", "upper", "chunk", "set"])
STEPS = st.lists(st.tuples(WAYS, st.integers(0, 9), st.integers(0, 9)), max_size=7)


def reached_from_inputs(graph):
    """Return for every node the inputs from which edges lead to it."""
    reached = {place: {place} for place in range(3)}
    for edge in graph.edges:
        reached.setdefault(edge.target, set()).update(reached.get(edge.source, ()))
    return reached


@settings(max_examples=1000 if NIGHTLY else 50)
@given(STEPS)
def test_the_input_reaches_by_edges_what_it_changes(steps):
    """Three inputs: whether the network's output changes with each, and whether the graph leads there."""
    model = Steps(steps)
    graph = analyze(model, ((1, 4, 4),) * 3).graph
    reached = reached_from_inputs(graph)
    numbers = [torch.rand(1, 4, 4, dtype=torch.float64) + 0.5 for _ in range(3)]
    before = model(*numbers)
    changing = {
        place
        for place in range(3)
        if any(
            not torch.equal(old, new)
            for old, new in zip(before, model(*(each + (place == at) for at, each in enumerate(numbers))), strict=True)
        )
    }
    assert changing <= reached[len(graph.nodes) - 1]


@given(st.lists(st.tuples(st.sampled_from(["add", "relu_", "transposed"]), st.integers(0, 9), st.integers(0, 9)),
                max_size=7), st.integers(0, 20))  # fmt: skip
def test_no_edge_leads_from_an_input_to_what_it_does_not_change(steps, chosen):
    """One tensor of all that a network makes: exactly the inputs that lead to it change it."""

    class One(Steps):
        def forward(self, *inputs):
            every = super().forward(*inputs)
            return every[chosen % len(every)]

    model = One(steps)
    graph = analyze(model, ((1, 4, 4),) * 3).graph
    reached = reached_from_inputs(graph)
    numbers = [torch.rand(1, 4, 4, dtype=torch.float64) + 0.5 for _ in range(3)]
    before = model(*numbers)
    changing = {
        place
        for place in range(3)
        if not torch.equal(before, model(*(each + (place == at) for at, each in enumerate(numbers))))
    }
    assert changing == reached.get(len(graph.nodes) - 1, set())


def test_what_is_written_into_one_half_does_not_reach_the_other():
    class Halves(nn.Module):
        def forward(self, x, y):
            first, second = (x * 1).chunk(2, 1)
            second.add_(y)
            return first * 1

    assert ("add", "mul_1") not in edges(Halves(), (1, 4), (1, 2))
    assert ("chunk", "mul_1") in edges(Halves(), (1, 4), (1, 2))


def test_at_another_size_the_edges_carry_its_sizes():
    report = analyze(tv.resnet18(), (1, 3, 64, 64)).resized((2, 3, 96, 96))
    assert report.graph == analyze(tv.resnet18(), (2, 3, 96, 96)).graph
    assert report.graph.edges[1].sizes == ((2, 64, 48, 48),)
