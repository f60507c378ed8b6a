"""Quantized layers are called what they are; what lies beside them, and calculates with floats, is analysed."""

import pytest
import torch
from torch import nn
from torch.ao import quantization
from torch.ao.nn.quantized import FloatFunctional

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError


def test_quantized_layers_are_named():
    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))
    model = quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
    with pytest.raises(ModelError, match=r"quantized layers \(0, a DynamicQuantizedLinear and 1 more\)"):
        analyze(model, (2, 8))


def test_a_model_ready_to_be_quantized_is_analysed():
    class Ready(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.before, self.after = quantization.QuantStub(), quantization.DeQuantStub()
            self.conv, self.sum = nn.Conv2d(3, 4, 3), FloatFunctional()

        def forward(self, x):
            made = self.conv(self.before(x))
            return self.after(self.sum.add(made, made))

    assert analyze(Ready(), (1, 3, 8, 8)).macs == analyze(nn.Conv2d(3, 4, 3), (1, 3, 8, 8)).macs
