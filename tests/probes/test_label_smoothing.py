"""Label smoothing against PyTorch's own loss, and its best margin against a search."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz.probes.label_smoothing import best_margin, losses, losses_by_margin, target

CASES = st.integers(2, 40), st.floats(0, 0.9), st.integers(0, 10**6)


@given(*CASES)
def test_the_loss_with_the_target_is_torchs_smoothed_loss(classes, smoothing, seed):
    scores = torch.randn(classes, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 4
    label = seed % classes
    shares = target(classes, label, smoothing)
    torch.testing.assert_close(shares.sum(), torch.tensor(1.0, dtype=torch.float64))
    with_shares = functional.cross_entropy(scores[None], shares[None])
    wanted = functional.cross_entropy(scores[None], torch.tensor([label]), label_smoothing=smoothing)
    torch.testing.assert_close(with_shares, wanted)
    plain, smoothed = losses(scores, label, smoothing)
    assert smoothed == float(wanted)
    assert plain == float(functional.cross_entropy(scores[None], torch.tensor([label])))


def test_the_target_worked_by_hand():
    assert target(10, 3, 0.1).tolist() == [0.01] * 3 + [0.91] + [0.01] * 6


@given(st.integers(2, 40), st.floats(0.01, 0.9))
def test_the_best_margin_has_the_least_loss_and_gives_the_target_back(classes, smoothing):
    best = best_margin(classes, smoothing)
    around = torch.tensor([best - 0.01, best, best + 0.01], dtype=torch.float64)
    found = losses_by_margin(classes, around, smoothing)[1]
    assert found[1] < found[0]
    assert found[1] < found[2]
    scores = torch.zeros(classes, dtype=torch.float64)
    scores[0] = best
    torch.testing.assert_close(scores.softmax(0), target(classes, 0, smoothing))
