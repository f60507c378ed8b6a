"""Moves and questions about devices in a model's code, against the same code run by torch."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.errors import CnnvizError

HERE = torch.device("cpu")
SIZE = (2, 3, 8, 8)


class Doing(nn.Module):
    """A convolution, and what a test does with its output."""

    def __init__(self, act) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.lstm = nn.LSTM(8, 5, batch_first=True)
        self.register_buffer("mean", torch.zeros(4, 1, 1))
        self.register_buffer("halves", torch.zeros(4, 1, 1, dtype=torch.float16))
        self.scale = torch.ones(4, 1, 1)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self, self.conv(x))


def states(model, x):
    """The first states of a recurrent layer as they were written before new_zeros."""
    weight = next(model.parameters()).data
    h, c = weight.new(1, x.size(0), 5).zero_(), torch.zeros(1, x.size(0), 5).to(HERE)
    return model.lstm(x[:, 0], (h, c))[0]


MOVES = {
    "a device": lambda model, x: x.to(HERE),
    "its name": lambda model, x: x.to("cpu"),
    "a keyword": lambda model, x: x.to(device=HERE, non_blocking=True),
    "a device and a type": lambda model, x: x.to(HERE, torch.float64),
    "a type by keyword": lambda model, x: x.to(HERE, dtype=torch.float16),
    "a type alone": lambda model, x: x.to(torch.float64),
    "a copy": lambda model, x: x.to(HERE, copy=True),
    "a memory format": lambda model, x: x.to(HERE, memory_format=torch.channels_last).contiguous(),
    "another tensor": lambda model, x: x.to(model.halves),
    "another tensor's device": lambda model, x: x.to(model.mean.device),
    "a parameter's device": lambda model, x: x.to(next(model.parameters()).device),
    "cpu": lambda model, x: x.cpu(),
    "cpu of a slice": lambda model, x: x[:, :2].cpu(),
    "an old type": lambda model, x: x.type(torch.FloatTensor),
    "another old type": lambda model, x: x.type(torch.HalfTensor),
    "an old type by name": lambda model, x: x.type("torch.DoubleTensor"),
    "a type by its own word": lambda model, x: x.type(x.type()),
    "as another": lambda model, x: x.type_as(model.halves),
    "as_tensor": lambda model, x: torch.as_tensor(x, dtype=torch.float64, device=HERE),
    "a buffer": lambda model, x: x - model.mean.to(x.device),
    "a buffer like x": lambda model, x: x - model.mean.to(x),
    "an attribute": lambda model, x: x * model.scale.cpu().to(x.device, x.dtype),
    "noise": lambda model, x: x + torch.randn(x.shape).to(HERE),
    "noise there": lambda model, x: x + torch.randn_like(x, device=HERE),
    "zeros there": lambda model, x: x + x.new_zeros(8, device=HERE) + torch.zeros_like(x, device=x.device),
    "ones like a buffer": lambda model, x: x + model.mean.new_ones(1, device=x.device),
    "a constant": lambda model, x: x * torch.tensor([2.0], device=x.device),
    "a range": lambda model, x: x * (torch.arange(x.size(-1), device=x.device) < 3),
    "a triangle": lambda model, x: x.masked_fill(torch.ones(8, 8, device=x.device).tril() == 0, -1e9),
    "a module": lambda model, x: model.to(x.device).conv(x[:, :3]),
    "a module of another type": lambda model, x: model.conv.double()(x[:, :3].double()),
    "states": states,
    "old new": lambda model, x: x + x.new([1.0]) + x.new(x.size()).zero_(),
    "old new, a size alone": lambda model, x: x.new(x[..., :4].size()).zero_(),
}

QUESTIONS = {
    "device": lambda model, x: x.device.type == "cpu",
    "device equal": lambda model, x: x.device == torch.device("cpu") == model.conv.weight.device,
    "device as text": lambda model, x: str(x.device) == "cpu" and x.device.index is None,
    "meta": lambda model, x: not x.is_meta,
    "cuda": lambda model, x: not x.is_cuda and not next(model.parameters()).is_cuda,
    "cpu": lambda model, x: x.is_cpu and model.mean.is_cpu,
    "number": lambda model, x: x.get_device() == -1,
    "type": lambda model, x: x.type() == "torch.FloatTensor",
    "type after a move": lambda model, x: x.to(HERE, torch.float16).type() == "torch.HalfTensor",
    "made": lambda model, x: torch.zeros(3).device == torch.arange(3).device == x.new_ones(2).device == x.device,
}


def torchs(model, size=SIZE):
    with torch.no_grad():
        return copy.deepcopy(model).eval()(torch.rand(size))


@pytest.mark.parametrize("act", MOVES.values(), ids=MOVES)
def test_a_move_is_no_move_and_a_type_is_a_type(act):
    model = Doing(act)
    made, report = torchs(model), analyze(model, SIZE)
    # The bytes tell its type; a tensor that was given back, or a view, takes none.
    assert report.layers[-1].output_size == tuple(made.shape)
    assert report.layers[-1].memory in (0, made.nbytes)
    assert (made.dtype == torch.float32) or report.layers[-1].memory == made.nbytes
    assert report.unknown == ()
    assert report.resized((3, *SIZE[1:])) == analyze(model, (3, *SIZE[1:]))
    assert model.conv.weight.dtype == torch.float32


@pytest.mark.parametrize("act", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_about_a_device_gets_torchs_answer(act):
    model = Doing(lambda model, x: x[:, :1] if act(model, x) else x)
    assert torchs(model).shape[1] == 1
    report = analyze(model, SIZE)
    assert report.layers[-1].output_size[1] == 1
    # Asked again at a size that has to be traced.
    model.act = lambda model, x: x[:, :1] if act(model, x) and [0] * x.size(2) else x
    assert analyze(model, SIZE).resized((1, 3, 7, 7)).layers[-1].output_size[1] == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda model, x: x.to("cuda"),
        lambda model, x: x.cuda(0, non_blocking=True) + torch.zeros(1).cuda(),
        lambda model, x: x.type("torch.cuda.FloatTensor") - model.mean.cuda(),
        lambda model, x: x + torch.arange(8, device="cuda") + torch.zeros(8, device=0),
        lambda model, x: x.to(1) + x.new_zeros(8, device="cuda:1"),
    ],
)
def test_a_device_that_is_not_there_is_not_needed(act):
    model = Doing(act)
    assert analyze(model, SIZE).layers[-1].output_size == (2, 4, 8, 8)


def test_a_device_that_is_none_is_refused():
    with pytest.raises(CnnvizError, match="gpu"):
        analyze(Doing(lambda model, x: x.to("gpu")), SIZE)


def test_a_model_on_the_meta_device_is_told_so():
    model = Doing(lambda model, x: x[:, :1] if x.is_meta and x.device.type == "meta" else x).to("meta")
    assert analyze(model, SIZE).layers[-1].output_size[1] == 1


DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64, torch.uint8]
OLD = {kind.dtype: kind for kind in (torch.HalfTensor, torch.DoubleTensor, torch.LongTensor, torch.FloatTensor)}
STEPS = st.sampled_from(["to", "device and type", "cpu", "old type", "text", "other", "method"])


@given(st.lists(st.tuples(STEPS, st.sampled_from(DTYPES)), min_size=1, max_size=5))
def test_chains_of_moves_end_in_the_type_that_torch_has(steps):
    methods = {torch.float16: "half", torch.float64: "double", torch.int64: "long", torch.float32: "float"}

    def act(model, x):
        for way, dtype in steps:
            if way == "cpu":
                x = x.cpu()
            elif way in ("old type", "text"):
                kind = OLD.get(dtype, torch.ByteTensor)
                x = x.type(kind if way == "old type" else f"torch.{kind.__name__}")
            elif way == "method":
                x = getattr(x, methods.get(dtype, "bfloat16"))()
            elif way == "other":
                x = x.to(torch.zeros(2, dtype=dtype))
            else:
                x = x.to(dtype) if way == "to" else x.to(HERE, dtype)
        return x.clone()

    model = Doing(act)
    assert analyze(model, SIZE).layers[-1].memory == torchs(model).nbytes
