"""A run of somebody who watches: the same whatever the slices, and what torch does by itself."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings, strategies
from torch import nn
from torchvision import datasets

from cnnviz.errors import CnnvizError
from cnnviz.training.live.examples import load, sheet
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.script import script
from cnnviz.training.live.settings import OPTIMISERS, Settings
from cnnviz.training.live.weight_spread import BINS, weight_spread

WITH_DROPOUT = Settings("Linear 12, ReLU, Dropout 0.3, Linear 2", "spiral", batch_size=16)


def weights(run):
    return [each.detach().clone() for each in run.network.parameters()]


def test_slices_and_strangers_change_nothing():
    whole, sliced = LiveRun(WITH_DROPOUT), LiveRun(WITH_DROPOUT)
    whole.advance(steps=80)
    while sliced.step < 80:
        sliced.advance(seconds=0.001, steps=80)
        torch.rand(3)  # somebody else's
    assert sliced.losses == whole.losses
    assert all(torch.equal(one, other) for one, other in zip(weights(whole), weights(sliced), strict=True))
    assert [each.step for each in sliced.tested] == [each.step for each in whole.tested] == [0, 25, 50, 75]


def test_a_run_leaves_the_random_numbers_of_others_alone():
    torch.manual_seed(5)
    wanted = torch.rand(4)
    torch.manual_seed(5)
    LiveRun(WITH_DROPOUT).advance(steps=5)
    assert torch.equal(torch.rand(4), wanted)


NETWORKS = ("Linear 2", "Linear 6, Tanh, Linear 2", "Linear 8, BatchNorm1d, ReLU, Dropout 0.5, Linear 2")
rates = strategies.sampled_from([1e-3, 0.01, 0.1])


@settings(max_examples=20)
@given(
    strategies.sampled_from(NETWORKS),
    strategies.sampled_from(["circles", "xor", "spiral", "blobs"]),
    strategies.sampled_from(sorted(OPTIMISERS)),
    rates,
    strategies.integers(2, 100),
    strategies.sampled_from([0.0, 1e-3]),
    strategies.sampled_from([0.0, 1e-2]),
    strategies.sampled_from([0.0, 0.1]),
    strategies.integers(0, 99),
)
def test_the_script_makes_the_same_losses(network, examples, optimiser, rate, batch, l1, l2, smoothing, seed):
    assume(400 % batch != 1)
    run = LiveRun(Settings(network, examples, 0.1, optimiser, rate, batch, l1, l2, smoothing, seed))
    run.advance(steps=20)
    run.change_rate(rate / 3)
    run.advance(steps=45)
    made: dict[str, object] = {}
    exec(script(run.settings, run.rates, run.step), made)
    assert made["losses"] == pytest.approx(run.losses, abs=1e-6)
    assert len(run.losses) == 45


def test_a_plain_step_moves_the_weights_by_the_rate_times_the_gradient():
    run = LiveRun(Settings("Linear 5, ReLU, Linear 2", "blobs", optimiser="SGD", rate=0.25))
    run.advance(steps=21)
    assert [each.step for each in run.movements] == [0, 0, 10, 10, 20, 20]
    for each in run.movements:
        assert each.update == pytest.approx(0.25 * each.gradient, rel=1e-4)
        assert each.ratio == pytest.approx(each.update / each.weight)


def test_what_is_said_of_the_test_examples():
    run = LiveRun(Settings("Linear 6, ReLU, Linear 2", "circles"))
    run.advance(steps=60)
    run.finish_test()
    found, examples = run.tested[-1], load("circles", noise=0.1, seed=0)
    with torch.no_grad():
        scores = run.network.eval()(examples.test_inputs)
    assert found.step == 60
    assert found.loss == pytest.approx(nn.CrossEntropyLoss()(scores, examples.test_labels).item(), abs=1e-6)
    right = scores.argmax(1) == examples.test_labels
    assert found.accuracy == pytest.approx(right.float().mean().item())
    assert found.confusion.trace().item() == right.sum().item()
    assert found.confusion.sum(1).tolist() == [200, 200]
    assert found.sure.tolist() == pytest.approx(scores.softmax(1).amax(1).tolist(), abs=1e-6)


FEW = Settings("Flatten, Linear 12, ReLU, Linear 10", optimiser="SGD", rate=0.1, batch_size=20, l1=2e-3, count=60)


@pytest.mark.parametrize(
    "few",
    [
        replace(FEW, proximal=True, l2=1e-3),
        replace(FEW, network="Linear 6, Tanh, Linear 2", examples="spiral", proximal=True, l1=0.02, count=50),
    ],
)
def test_the_script_of_few_examples_with_soft_thresholds(few, monkeypatch):
    run = LiveRun(few)
    run.advance(steps=40)
    run.change_rate(0.05)
    run.advance(steps=50)
    made: dict[str, object] = {}
    pixels, labels = sheet("mnist", "train")
    data = SimpleNamespace(data=torch.tensor(pixels), targets=torch.tensor(labels).long())
    monkeypatch.setattr(datasets, "MNIST", lambda *_, **__: data)
    exec(script(run.settings, run.rates, run.step), made)
    assert made["losses"] == pytest.approx(run.losses, abs=1e-6)
    weights = [each for each in run.network.parameters() if each.ndim > 1]
    for ours, theirs in zip(weights, (each for each in made["network"].parameters() if each.ndim > 1), strict=True):
        assert torch.equal(ours == 0, theirs == 0)
    assert any((each == 0).any() for each in weights)


def test_few_examples_are_learnt_by_heart_and_their_loss_is_measured_as_at_test():
    run = LiveRun(replace(FEW, l1=0.0))
    run.advance(steps=150)
    run.finish_test()
    examples = load("mnist")
    with torch.no_grad():
        scores = run.network.eval()(examples.inputs[:60])
    step, loss, accuracy = run.learnt[-1]
    assert (step, accuracy) == (150, 1.0)
    assert loss == pytest.approx(nn.CrossEntropyLoss()(scores, examples.labels[:60]).item(), abs=1e-6)
    assert run.tested[-1].accuracy < 0.8
    assert run.epochs == 50


def test_a_pause_within_a_test_makes_no_second_one_of_the_step():
    run, alone = LiveRun(replace(FEW, count=300)), LiveRun(replace(FEW, count=300))
    for _ in range(60):
        pieces = iter(range(1))
        run.advance(over=lambda pieces=pieces: next(pieces, None) is None)
        run.finish_test()
    alone.advance(steps=run.step)
    steps = [each.step for each in run.tested]
    assert steps == [row[0] for row in run.learnt] == sorted(set(steps))
    assert {each.step for each in alone.tested} < set(steps)
    assert run.losses == alone.losses


def test_soft_thresholds_end_where_a_least_l1_has_its_conditions(monkeypatch):
    # At a minimum of loss + a sum |w|, the loss's slope is -a sign(w) where w is not 0, and at most a where it is.
    monkeypatch.setattr(LiveRun, "_test", lambda run: iter(()))  # after every one of these steps
    run = LiveRun(replace(FEW, network="Flatten, Linear 10", proximal=True, l1=0.05, batch_size=30, count=30))
    run.advance(steps=2500)
    (weight,) = (each for each in run.network.parameters() if each.ndim > 1)
    examples = load("mnist")
    loss = nn.CrossEntropyLoss()(run.network(examples.inputs[:30]), examples.labels[:30])
    (slope,) = torch.autograd.grad(loss, weight)
    kept = weight != 0
    assert 0.9 < 1 - kept.float().mean() < 1
    torch.testing.assert_close(slope[kept], -0.05 * weight[kept].sign(), atol=1e-3, rtol=0)
    assert slope[~kept].abs().max() <= 0.05 + 1e-3


def test_only_soft_thresholds_make_zeros_and_the_spread_counts_them():
    for proximal in (False, True):
        run = LiveRun(replace(FEW, proximal=proximal))
        run.advance(steps=80)
        every = torch.cat([each.detach().flatten() for each in run.network.parameters() if each.ndim > 1])
        counts, reach, zero, small = weight_spread(run.network)
        assert (zero > 0.1) == proximal
        assert zero == pytest.approx(int((every == 0).sum()) / len(every))
        assert small == pytest.approx(int((every.abs() < 1e-3).sum()) / len(every))
        wanted, _ = np.histogram(every[every != 0].numpy(), BINS, (-reach, reach))
        # One at the edge of two bins may fall into either.
        assert abs(counts.numpy() - wanted).sum() <= 4
        assert counts.sum() == wanted.sum() == int((every != 0).sum())
        assert reach == every.abs().max()


@settings(max_examples=20)
@given(strategies.integers(2, 256), strategies.integers(0, 30))
def test_epochs_are_what_was_seen_of_all_examples(batch, steps):
    run = LiveRun(Settings("Linear 2", "blobs", batch_size=batch, optimiser="SGD"))
    seen = 0
    learn = run._inputs

    def counting(chosen):
        nonlocal seen
        seen += len(chosen)
        return learn(chosen)

    run._inputs = counting
    run.advance(steps=steps)
    assert run.epochs == pytest.approx(seen / 400)


def test_a_unit_that_became_nan_is_not_dead():
    run = LiveRun(Settings("Linear 8, ReLU, Linear 2", "circles", optimiser="momentum", rate=10.0))
    run.advance(steps=79)
    run.finish_test()
    with torch.no_grad():
        hidden = run.network[:2](load("circles", noise=0.1, seed=0).test_inputs)
    assert hidden.isnan().any()
    assert run.tested[-1].dead == {"relu1": (hidden == 0).all(dim=0).float().mean().item()}


def test_units_that_never_speak_are_dead():
    run = LiveRun(Settings("Linear 4, ReLU, Linear 2", "blobs"))
    with torch.no_grad():
        run.network[0].bias[:3] = -1000
    run.finish_test()
    assert run.tested[-1].dead == {"relu1": 0.75}


def test_it_learns_digits():
    run = LiveRun(Settings("Conv 6 5, ReLU, MaxPool 2, Flatten, Linear 10", rate=5e-3))
    run.advance(steps=60)
    run.finish_test()
    assert run.tested[0].accuracy < 0.3
    assert run.tested[-1].accuracy > 0.85
    first, *_, last = [sum(run.losses[at : at + 10]) for at in range(0, 60, 10)]
    assert last < first / 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"network": ""}, "no rows"),
        ({"network": "Flatten, Linear 7"}, "ends in 7 and there are 10 classes"),
        ({"network": "Conv 4 3"}, "should be Flatten, Linear 10"),
        ({"network": "Flatten, Linear 1000, Linear 10"}, "has 795,010 parameters; to learn here it may have 500,000"),
        ({"network": "Conv 64 5 p2, Conv 64 5 p2, Flatten, Linear 10"}, "to learn here it may have"),
        ({"network": "Conv 4 40, Flatten, Linear 10"}, "Row 1"),
        ({"rate": 100.0}, "learning rate is 100 and should be from 1e-06 to 10"),
        ({"batch_size": 0}, "batch size is 0"),
        ({"network": "Linear 4, BatchNorm1d, Linear 2", "examples": "xor", "batch_size": 7}, "the size could be 8"),
        ({"examples": "cats"}, "'cats' is no set"),
        ({"count": 6000}, "number of examples is 6000 and should be from 0 to 5000"),
        ({"proximal": True}, "the optimiser is Adam and should be SGD"),
        ({"network": "Linear 4, BatchNorm1d, Linear 2", "examples": "xor", "count": 21, "batch_size": 4}, "could be 5"),
        ({"optimiser": "Lion"}, "'Lion' is no optimiser"),
    ],
)
def test_what_cannot_run_is_told_before(changed, said):
    with pytest.raises(CnnvizError, match=said):
        LiveRun(Settings(**{"network": "Flatten, Linear 10", **changed}))
