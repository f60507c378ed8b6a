"""Values that a model's code asks for: known where they come from numbers in the code, and else called by name."""

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError

SIZE = (2, 3, 8, 8)


class Asking(nn.Module):
    def __init__(self, act) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 1)
        self.register_buffer("kept", torch.tensor([True, False, True, False]))
        self.register_buffer("count", torch.tensor(2))
        self.register_buffer("basis", torch.rand(8, 8))
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self, self.conv(x)) + 0


def written(model, x):
    t = torch.zeros(4)
    t[1] = 3
    t += 1
    return x[:, : int(t.max())]


def doubled(model, x):
    t = torch.ones(1)
    while t < 5:
        t, x = t * 2, model.conv(x[:, :3])
    return x


KNOWN = {
    "item": lambda model, x: x * torch.zeros(1).item(),
    "branch": lambda model, x: x[:, :1] if torch.ones(1) > 0 else x,
    "loop": doubled,
    "written": written,
    "tolist": lambda model, x: x[:, : torch.full((4,), 2).tolist()[0]],
    "a number": lambda model, x: x[:, : int(torch.ones(3).sum())],
    "of a type": lambda model, x: x[:, : x.new_tensor([1, 2]).sum().int().item()],
    "like": lambda model, x: x[:, : int(torch.ones_like(x).mean().item())],
    "equal": lambda model, x: x[:, :1] if torch.equal(torch.ones(2), torch.ones(2)) else x,
    "a buffer": lambda model, x: x[:, : model.count.item()],
    "a mask": lambda model, x: x[:, torch.arange(4) > 1],
    "a mask in a buffer": lambda model, x: x[:, model.kept],
    "a place in a buffer": lambda model, x: x[:, model.kept, ..., model.count],
    "repeats": lambda model, x: x.repeat_interleave(torch.tensor([1, 2, 1, 3]), dim=1),
    "causal attention": lambda model, x: model.encoder(
        x[:, 0], mask=nn.Transformer.generate_square_subsequent_mask(x.size(2), device=x.device)
    ),
    "a message": lambda model, x: x if f"{x.mean():.2f} {x.long().sum():d} {x.sum()}" else x[:1],
}


@pytest.mark.parametrize("act", KNOWN.values(), ids=KNOWN)
def test_what_is_known_is_known(act):
    model = Asking(act)
    with torch.no_grad():
        made = copy.deepcopy(model).eval()(torch.rand(SIZE))
    report = analyze(model, SIZE)
    assert report.layers[-1].output_size == tuple(made.shape)
    assert report.layers[-1].memory == made.nbytes
    assert report.resized((3, 3, 8, 8)) == analyze(model, (3, 3, 8, 8))


def test_what_is_asked_of_constants_costs_no_size():
    report = analyze(Asking(lambda model, x: x * torch.zeros(1).item()), SIZE)
    assert report.followed((1, 3, 9, 10)) is not None


def test_products_of_constants_and_buffers_count():
    def act(model, x):
        return (
            x @ (model.basis @ model.basis) @ (torch.ones(8, 8) @ torch.arange(64.0).view(8, 8)) * torch.ones(1).item()
        )

    model = Asking(act)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        copy.deepcopy(model).eval()(torch.rand(SIZE))
    assert analyze(model, SIZE).flops == counter.get_total_flops()


def unknown_written(model, x):
    t = torch.zeros(4)
    t[1] = x.mean()
    return x if t.sum().item() > 0 else x[:1]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda model, x: x if x.mean().item() > 0 else x[:1], r"decides by its tensors' values.*\(item\)"),
        (lambda model, x: x if (x > 0).all() else x[:1], r"decides by its tensors' values.*\(bool\)"),
        (lambda model, x: x * float(x.mean()), r"calculates with them in Python \(float\)"),
        (lambda model, x: torch.from_numpy(x.cpu().numpy()), r"calculates with them in Python \(numpy\)"),
        (lambda model, x: torch.tensor(x.tolist()), r"\(tolist\)"),
        (lambda model, x: x if torch.rand(1).item() < 2 else x[:1], r"\(item\)"),
        (unknown_written, r"\(item\)"),
        (lambda model, x: x[x > 0], "size of what getitem makes depends on its tensors' values"),
        (lambda model, x: x.nonzero(), "size of what nonzero makes"),
        (lambda model, x: x[torch.where(x > 0)], "size of what where makes"),
        (
            lambda model, x: torch.linalg.lstsq(x, x).solution,
            "calls linalg_lstsq, which torch cannot run without numbers",
        ),
    ],
)
def test_what_is_not_known_is_called_by_its_name(act, words):
    with pytest.raises(ModelError, match=words):
        analyze(Asking(act), SIZE)
