"""Networks that differentiate or vectorise themselves, against torch's own counter of what it multiplies."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import ShapeError


class Asking(nn.Module):
    """Weights without modules of their own: the counter's hooks on modules and autograd.grad do not go together."""

    def __init__(self, act) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.rand(4, 3, 3, 3))
        self.first, self.last = nn.Parameter(torch.rand(16, 8)), nn.Parameter(torch.rand(1, 16))
        self.stack = nn.Parameter(torch.rand(2, 8, 5))
        self.act = act

    def conv(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.kernel)

    def net(self, x: Tensor) -> Tensor:
        return F.linear(torch.tanh(F.linear(x, self.first)), self.last)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self, x) * 1


def score(model, x):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return torch.autograd.grad(model.conv(x).sum(), x)[0]


def saliency(model, x):
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_(True)
        model.conv(x).relu().sum().backward()
        return x.grad.abs()


def second_derivative(model, x):
    x.requires_grad_(True)
    made = model.net(x)
    (slope,) = torch.autograd.grad(made, x, torch.ones_like(made), create_graph=True)
    return torch.autograd.grad(slope[:, 0].sum(), x)[0]


IMAGE, ROWS = (1, 3, 8, 8), (2, 3, 8)
CASES = {
    "a gradient": (score, IMAGE),
    "a gradient without enable_grad": (
        lambda model, x: torch.autograd.grad(model.conv(x.requires_grad_()).sum(), x)[0],
        IMAGE,
    ),
    "backward": (saliency, IMAGE),
    "a second derivative": (second_derivative, (5, 8)),
    "vmap": (lambda model, x: torch.vmap(lambda one, other: one * other)(x, model.stack[..., 0]), (2, 8)),
    "vmap of products": (lambda model, x: torch.vmap(torch.mm)(x, model.stack), ROWS),
    "vmap of one's own": (lambda model, x: torch.vmap(model.net)(x), ROWS),
    "vmap of convolutions": (lambda model, x: torch.vmap(model.conv)(x), (2, 1, 3, 8, 8)),
    "vmap along another": (lambda model, x: torch.vmap(lambda a: a @ model.stack[0], in_dims=1)(x), ROWS),
    "vmap to another": (lambda model, x: torch.vmap(lambda a: a * 2, out_dims=1)(x), ROWS),
    "vmap with constants": (lambda model, x: torch.vmap(lambda a: a + torch.zeros(8))(x), ROWS),
    "vmap in place": (lambda model, x: torch.vmap(lambda a: a.clone().relu_())(x), ROWS),
    "vmap of vmap": (lambda model, x: torch.vmap(torch.vmap(lambda a: a.sum()))(x), ROWS),
    "func.grad": (lambda model, x: torch.func.grad(lambda a: model.conv(a).sum())(x), IMAGE),
    "vmap of func.grad": (lambda model, x: torch.vmap(torch.func.grad(lambda a: model.net(a).sum()))(x), (5, 8)),
    "a Jacobian": (lambda model, x: torch.vmap(torch.func.jacrev(model.net))(x), (5, 8)),
}


@pytest.mark.parametrize(("act", "size"), CASES.values(), ids=CASES)
def test_sizes_and_costs_are_torchs(act, size):
    model = Asking(act)
    with FlopCounterMode(display=False) as counter:
        made = model.forward(torch.rand(size))
    report = analyze(model, size)
    assert report.layers[-1].output_size == tuple(made.shape)
    assert report.flops == counter.get_total_flops()
    assert report.unknown == ()
    assert all(weight.grad is None for weight in model.parameters() if act is not saliency)
    assert report.layers[-1].receptive_field is None
    larger = (size[0] + 1, *size[1:])
    if act is not CASES["vmap"][0] and act is not CASES["vmap of products"][0]:
        assert report.resized(larger) == analyze(model, larger)


def test_a_gradient_of_nothing_is_refused_as_by_torch():
    with pytest.raises(ShapeError, match="does not require grad"):
        analyze(Asking(lambda model, x: torch.autograd.grad(x.detach().sum(), x)[0]), IMAGE)
