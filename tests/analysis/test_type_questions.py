"""Sizes asked for their type, in every way: the branch that torch takes is the branch that the report shows."""

import copy
import functools
import numbers

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.analysis.type_questions import asks_types


class Branch(nn.Module):
    """Two convolutions, of which a question chooses one."""

    def __init__(self, question) -> None:
        super().__init__()
        self.one, self.other = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 9, 5)
        self.question = question

    def forward(self, x: Tensor) -> Tensor:
        return self.one(x) if self.question(x) else self.other(x)


class Method(Branch):
    def forward(self, x: Tensor) -> Tensor:
        return self.chosen(x.shape)(x)

    def chosen(self, size):
        return self.one if self.is_plain(size) else self.other

    @staticmethod
    def is_plain(size):
        return all(type(each) is int for each in size)


def is_int(number):
    return type(number) is int


def passed_on(number):
    return is_int(number)


@functools.wraps(passed_on)
def wrapped(*given):
    return passed_on(*given)


class Judge:
    def __call__(self, number):
        return type(number) == int  # noqa: E721


judge = Judge()


@functools.singledispatch
def told(number):
    return False


@told.register(int)
def _(number):
    return True


def matched(x):
    match x.shape:
        case (int(), 3, *_):
            return True
    return False


ISINSTANCE = {
    "Size": lambda x: isinstance(x.shape, torch.Size) and isinstance(x.size(), tuple),
    "part of a Size": lambda x: isinstance(x.shape[1:], torch.Size),
    "sum of Sizes": lambda x: isinstance(x.shape + (1,), torch.Size) and isinstance((1,) + x.shape, torch.Size),  # noqa: RUF005
    "repeated Size": lambda x: isinstance(x.shape * 2, torch.Size) and len(2 * x.shape) == 8,
    "int": lambda x: isinstance(x.size(0), int) and not isinstance(x.size(0), bool | Tensor),
    "Integral": lambda x: isinstance(x.numel(), numbers.Integral),
    "class": lambda x: x.shape.__class__ is torch.Size and x.size(1).__class__ is int,
    "singledispatch": lambda x: told(x.size(2)),
    "match": matched,
}
TYPE = {
    "Size": lambda x: type(x.size()) == torch.Size,  # noqa: E721
    "part of a Size": lambda x: type(x.shape[2:]) is torch.Size,
    "name": lambda x: type(x.shape).__name__ == "Size",
    "int": lambda x: type(x.shape[0]) is int,
    "calculated": lambda x: type(x.size(2) // 2 + 1) is int and type(x.size(2) / 2) is float,
    "elsewhere": lambda x: is_int(x.size(1)),
    "further away": lambda x: wrapped(x.numel()),
    "an object": lambda x: judge(x.size(3)),
    "partial": functools.partial(lambda dim, x: type(x.size(dim)) is int, 2),
    "nested": lambda x: all([type(each) is int for each in x.shape]),  # noqa: C419
}


KINDS_OF_TENSORS = torch.FloatTensor, torch.cuda.FloatTensor
NUMPY = {
    "product": lambda x: isinstance(np.prod(x.shape[1:]), np.integer),
    "no int": lambda x: not isinstance(np.prod(x.shape[1:]), int),
    "array": lambda x: np.array(x.shape).dtype == np.int64,
    "scalar": lambda x: isinstance(np.int64(2) * x.shape[2], np.integer),
}
TENSORS = {
    "a kind": lambda x: isinstance(x, torch.FloatTensor),
    "several": lambda x: isinstance(x, KINDS_OF_TENSORS),
    "converted": lambda x: isinstance(x.long(), torch.LongTensor) and not isinstance(x.long(), torch.FloatTensor),
    "a mask": lambda x: isinstance(x > 0, torch.BoolTensor),
    "with numbers": lambda x: isinstance(torch.zeros(2), torch.FloatTensor),
    "a default": lambda x, kind=torch.FloatTensor: isinstance(x, kind),
    "no other device": lambda x: not isinstance(x, torch.cuda.FloatTensor),
    "an address": lambda x: x.data_ptr() != 0,
    "one address": lambda x: x.data_ptr() == x.view(-1).data_ptr(),
    "two addresses": lambda x: x.data_ptr() != x.clone().data_ptr(),
    "an offset": lambda x: x[:, 1:].data_ptr() - x.data_ptr() == 256,
    "a storage": lambda x: x.untyped_storage().data_ptr() == x.view(-1).untyped_storage().data_ptr() != 0,
    "where it is": lambda x: x.untyped_storage().device.type == "cpu",
}


class Listed(Branch):
    """Keeps the module that asks in a plain list."""

    def __init__(self, question) -> None:
        super().__init__(question)
        self.parts = [Branch(question)]

    def forward(self, x: Tensor) -> Tensor:
        return self.parts[0](x)


class Hooked(Branch):
    """Asks in a hook, which doubles the channels where the answer is no."""

    def __init__(self, question) -> None:
        super().__init__(question)
        self.one.register_forward_hook(
            lambda module, given, made: made if question(given[0]) else made.repeat(1, 2, 1, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.one(x)


def channels(model, size):
    with torch.no_grad():
        return copy.deepcopy(model)(torch.rand(size)).shape[1]


@pytest.mark.parametrize("question", [*NUMPY.values(), *TENSORS.values()], ids=[*NUMPY, *TENSORS])
def test_numpy_and_tensors_are_asked_too(question):
    model = Branch(question)
    report = analyze(model, (1, 3, 8, 8))
    assert report.layers[-1].output_size[1] == channels(model, (1, 3, 8, 8)) == 4
    assert report.resized((2, 3, 9, 8)).layers[-1].output_size == (2, 4, 7, 6)
    # What torch says is as before.
    assert isinstance(torch.zeros(2), torch.FloatTensor)
    assert not isinstance(torch.empty(2, device="meta"), torch.FloatTensor)


def test_parameters_that_are_tied_have_one_address():
    class Tied(Branch):
        def forward(self, x):
            return super().forward(x) if self.one.weight.data_ptr() == self.again.weight.data_ptr() != 0 else x

    model = Tied(lambda x: True)
    model.again = nn.Conv2d(3, 4, 3)
    model.again.weight = model.one.weight
    assert analyze(model, (1, 3, 8, 8)).layers[-1].output_size == (1, 4, 6, 6)


@pytest.mark.parametrize("question", [*ISINSTANCE.values(), *TYPE.values()], ids=[*ISINSTANCE, *TYPE])
@pytest.mark.parametrize("kind", [Branch, Method, Listed, Hooked])
def test_the_branch_is_torchs(kind, question):
    model = kind(question)
    report = analyze(model, (1, 3, 8, 8))
    assert report.layers[-1].output_size[1] == channels(model, (1, 3, 8, 8)) == 4
    assert report.resized((2, 3, 9, 8)) == analyze(model, (2, 3, 9, 8))


@pytest.mark.parametrize("question", ISINSTANCE.values(), ids=ISINSTANCE)
def test_isinstance_costs_no_size(question):
    assert analyze(Branch(question), (1, 3, 8, 8)).followed((1, 3, 9, 9)) is not None


def test_what_asks_for_types_runs_again_at_another_size():
    model = Branch(lambda x: type(x) is Tensor and x.size(2) > 4)
    report = analyze(model, (1, 3, 8, 8))
    assert asks_types(model)
    # What it asks behind the type may turn out otherwise there.
    assert report.followed((2, 3, 9, 9)) is None
    assert report.resized((2, 3, 9, 9)) == analyze(model, (2, 3, 9, 9))


TEXTS = {
    "a number": lambda x: f"{x.size(2)}" == "8",
    "a Size": lambda x: str(x.shape) == "torch.Size([1, 3, 8, 8])",
    "strides": lambda x: x.stride(0) == 192,
    "bytes": lambda x: x.nbytes == 768,
}


@pytest.mark.parametrize("question", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("size", [(1, 3, 8, 8), (1, 3, 9, 8)])
def test_texts_and_strides_hold_at_their_own_size(question, size):
    model = Branch(question)
    report = analyze(model, (1, 3, 8, 8))
    assert report.layers[-1].output_size[1] == 4
    assert report.resized(size).layers[-1].output_size[1] == channels(model, size)


def test_messages_cost_no_size():
    model = Branch(lambda x: torch._assert(x.size(2) > 1, f"{x.size(2)} rows of {x.shape}") is None)
    assert analyze(model, (1, 3, 8, 8)).followed((1, 3, 9, 9)) is not None


@pytest.mark.parametrize(
    "question",
    [lambda x: x.device.type == "cpu", lambda x: x.type(torch.float32) is x, lambda x: isinstance(x, Tensor)],
)
def test_what_is_called_type_elsewhere_is_no_question(question):
    assert not asks_types(Branch(question))
