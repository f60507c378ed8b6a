"""Scores as probabilities, whatever a network ends in."""

import pytest
import torch
from torch import nn

from cnnviz.probes.probabilities import answers, probabilities


@pytest.mark.parametrize("last", [nn.Identity(), nn.LogSoftmax(dim=1), nn.Softmax(dim=1)])
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_a_network_that_ends_in_a_softmax_has_the_same_probabilities(last, classes):
    scores = 5 * torch.randn(7, classes, generator=torch.Generator().manual_seed(classes))
    assert torch.allclose(probabilities(last(scores)), scores.double().softmax(1), atol=1e-6)


def test_scores_that_only_look_alike_are_scores():
    for scores in ([[0.5, 0.5, 0.5]], [[1.5, -0.5]], [[0.2, 0.8], [3.0, 1.0]]):
        assert torch.allclose(probabilities(torch.tensor(scores)), torch.tensor(scores).double().softmax(1))


def test_a_single_output_stays_what_it_is_and_several_are_probabilities():
    for scores in (torch.tensor([[-3.5], [0.25], [40.0]]), torch.tensor([[0.2, 3.0], [-1.0, 0.5]], dtype=torch.half)):
        wanted = scores.double() if scores.shape[1] == 1 else scores.double().softmax(1)
        assert torch.allclose(answers(scores), wanted)
        assert answers(scores).dtype == torch.float64
