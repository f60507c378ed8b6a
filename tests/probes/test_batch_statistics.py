"""Another image's part in mine, running averages and noise, against torch and against what probability says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz.probes.batch_statistics import MODES, followed, noise, swapped


def images(count, seed=0, side=4):
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(seed))


@given(st.integers(0, 10**6), st.integers(1, 3))
def test_only_training_with_the_batch_sees_another_image(seed, place):
    found = swapped(images(4, seed), images(1, seed + 1)[0], place)
    moves = dict(zip(MODES, found.change, strict=True))
    assert moves.pop("training") > 1e-3
    assert set(moves.values()) == {0}


def test_what_each_mode_gives_is_torchs():
    batch, other = images(3), images(1, 9)[0]
    found = swapped(batch, other, 2)
    changed = torch.stack([batch[0], batch[1], other])
    mean, variance = batch.mean((0, 2, 3)), batch.transpose(0, 1).reshape(3, -1).var(1)
    wanted = [
        functional.batch_norm(batch, None, None, training=True)[0],
        functional.batch_norm(batch, mean, variance)[0],
        functional.layer_norm(batch, batch.shape[1:])[0],
        functional.instance_norm(batch)[0],
    ]
    np.testing.assert_allclose(found.before, torch.stack(wanted), atol=1e-5)
    np.testing.assert_allclose(found.after[0], functional.batch_norm(changed, None, None, training=True)[0], atol=1e-6)


@pytest.mark.parametrize("momentum", [0.01, 0.1, 0.5])
def test_running_averages_follow_the_mean_and_the_unbiased_variance(momentum):
    batches = [images(5, seed) for seed in range(6)]
    found = followed(batches, momentum, channel=1)
    mean, variance = 0.0, 1.0
    for at, batch in enumerate(batches):
        values = batch[:, 1].double().numpy()
        assert found.mean[at] == pytest.approx(values.mean(), abs=1e-6)
        assert found.variance[at] == pytest.approx(values.var(ddof=0), abs=1e-5)
        mean = (1 - momentum) * mean + momentum * values.mean()
        variance = (1 - momentum) * variance + momentum * values.var(ddof=1)
        assert found.running_mean[at] == pytest.approx(mean, abs=1e-6)
        assert found.running_variance[at] == pytest.approx(variance, abs=1e-5)


def test_noise_falls_with_the_root_of_the_batch_size():
    # Of images of independent numbers, a mean over a batch strays by 1 / sqrt(size); my own image is always in it.
    pool = images(300, side=2)
    found = noise(pool, (4, 16, 64), 200)
    assert found[0] / found[1] == pytest.approx(2, rel=0.25)
    assert found[1] / found[2] == pytest.approx(2, rel=0.25)


def test_a_batch_without_a_choice_has_no_noise():
    assert noise(images(4), (4,), 10)[0] == pytest.approx(0, abs=1e-6)
