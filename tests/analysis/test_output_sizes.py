"""The rules of output sizes stand in three forms, two of them for speed: all three give the same sizes."""

import pytest
import torch
from torch import Tensor, nn

from cnnviz.analysis import outputs, program
from cnnviz.analysis.inputs import inputs_of
from cnnviz.analysis.network import run_of
from cnnviz.analysis.output_sizes_compiled import STEPS
from cnnviz.analysis.output_sizes_fast import RULES as FAST
from cnnviz.analysis.output_sizes_fast_pointwise import OF_ONE, OF_TWO
from cnnviz.models.architectures import architecture

SIZES = ((2, 3, 65, 48), (4, 3, 80, 100), (3, 3, 131, 64))


class Every(nn.Module):
    """One call at least of everything that has a fast form."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 12, (5, 3), stride=(2, 1), padding=(2, 0), dilation=(1, 2)),
            nn.BatchNorm2d(12),
            nn.Hardswish(),
            nn.MaxPool2d(3, 2, 1, dilation=2),
            nn.Conv2d(12, 12, 3, padding=1, groups=4, bias=False),
            nn.SiLU(),
            nn.AvgPool2d((2, 3), (2, 1)),
        )
        self.line = nn.Sequential(nn.Conv1d(12, 12, 4, stride=3, padding=2), nn.AvgPool1d(2, padding=1), nn.GELU())
        self.volume = nn.Sequential(nn.Conv3d(1, 2, 3, padding=1), nn.ReLU6(), nn.MaxPool3d(2))
        self.norm = nn.LayerNorm(12)
        self.attention = nn.MultiheadAttention(12, 3)
        self.recurrent = nn.LSTM(12, 5, bidirectional=True)
        self.linear, self.cell = nn.Linear(10, 7), nn.LSTMCell(7, 7)
        self.pool = nn.AdaptiveAvgPool2d((3, None))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        maps = self.stem(x)
        maps = torch.channel_shuffle(maps, 2)
        joined = torch.cat([maps, torch.sigmoid(maps) * 2.0, torch.roll(maps, (1, 2), (2, 3))], 1)
        tokens = self.norm(self.line(maps.flatten(2)).permute(2, 0, 1).contiguous())
        tokens = tokens + self.attention(tokens, tokens, tokens, need_weights=False)[0]
        volume = self.volume(maps[:, :1].unsqueeze(2).expand(-1, -1, 4, -1, -1).contiguous())
        steps = torch.relu(self.linear(self.recurrent(tokens)[0]))
        return self.pool(joined - 1.0), torch.stack([self.cell(step)[0] for step in (steps[0], steps[1])]), volume


NETWORKS = {"every": Every, **{name: lambda name=name: architecture(name) for name in ("googlenet", "resnet18")}}


@pytest.mark.parametrize("name", NETWORKS)
def test_compiled_rules_give_what_the_general_ones_give(name, monkeypatch):
    network = run_of(NETWORKS[name]().eval(), inputs_of(SIZES[0], None)).network
    compiled = network.program
    monkeypatch.setattr(program, "STEPS", {})
    general = program.Program(network.trace)
    numbers = range(len(network.trace.values))
    for size in SIZES:
        fast, slow = compiled.run([size]), general.run([size])
        assert [fast[number] for number in numbers] == [slow[number] for number in numbers]
        assert (fast.outputs, fast.macs) == (slow.outputs, slow.macs)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("size", SIZES)
def test_fast_rules_give_what_torch_and_the_general_ones_give(name, size, monkeypatch):
    answered = []

    def counted(function, called, arguments, keywords):
        output = FAST_OUTPUT(function, called, arguments, keywords)
        answered.append(called if output is not None else "")
        return output

    monkeypatch.setattr(outputs, "fast_output", counted)
    fast = run_of(NETWORKS[name]().eval(), inputs_of(size, None))
    monkeypatch.setattr(outputs, "fast_output", lambda *_: None)
    plain = run_of(NETWORKS[name]().eval(), inputs_of(size, None))
    assert [value.shape for value in fast.network.trace.values] == [value.shape for value in plain.network.trace.values]
    assert (fast.outputs, fast.macs) == (plain.outputs, plain.macs)
    monkeypatch.setattr(program, "STEPS", {})
    general = program.Program(fast.network.trace).run([size])
    assert all(general[value.number] == value.shape for value in fast.network.trace.values)
    if name == "every":
        missing = FAST.keys() - set(answered) - ALIKE
        assert not missing, "a fast rule that no test has asked"


FAST_OUTPUT = outputs.fast_output
# Other names of, or the same rule as, functions that the networks above call.
ALIKE = {
    "concat",
    "nested_tensor_from_mask_left_aligned",
    "gru",
    "rnn_tanh",
    "rnn_relu",
    "gru_cell",
    "rnn_tanh_cell",
    "rnn_relu_cell",
    *OF_ONE,
    *OF_TWO,
}


def test_every_compiled_rule_is_asked():
    called = {op.name for name in NETWORKS for op in _operations(name)}
    assert {"conv1d", "conv2d", "conv3d", "linear", "cat", "add", "max_pool2d", "avg_pool1d"} <= called & STEPS.keys()


def _operations(name):
    return run_of(NETWORKS[name]().eval(), inputs_of(SIZES[0], None)).network.trace.operations
