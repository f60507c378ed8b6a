"""Probes of TorchScript: one sentence, whichever probe."""

import pytest
import torch
from torch import nn

from cnnviz import probes
from cnnviz.errors import ModelError
from cnnviz.probes.invariance import changes, moving_maps
from tests.torchscript import scripted, traced

BATCH = torch.rand(2, 3, 9, 9)


def layers() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()


@pytest.mark.parametrize("make", [scripted, lambda model: traced(model, BATCH)])
@pytest.mark.parametrize(
    "probe",
    [
        lambda model: probes.activations(model, BATCH),
        lambda model: probes.first_filters(model, BATCH),
        lambda model: probes.filters_of(model, "0", BATCH),
        lambda model: probes.guided(model, BATCH, "0", 1),
        lambda model: probes.effective(model, BATCH, "0", 3, 3),
        lambda model: probes.strongest(model, [BATCH], "0", 1),
        lambda model: probes.account(model, BATCH, "0", 1, 2, 2),
        lambda model: changes(model, BATCH),
        lambda model: moving_maps(model, BATCH, "0", [0]),
    ],
)
def test_torchscript_is_refused_in_a_sentence(make, probe) -> None:
    with pytest.raises(ModelError, match=r"^The model is TorchScript, which runs out of Python's sight; use the"):
        probe(make(layers()))
    with pytest.raises(ModelError, match=r"^1 is TorchScript"):
        probe(nn.Sequential(nn.Conv2d(3, 3, 1), make(layers())))


def test_a_model_without_tensors_has_nothing_to_capture() -> None:
    class Counting(nn.Module):
        def forward(self, x: torch.Tensor) -> int:
            return len(x)

    with pytest.raises(ModelError, match="gives no tensor"):
        probes.activations(Counting(), BATCH)
