"""Requests about normalisation, answered by the engine as torch answers."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz import images
from cnnviz.engine.requests import (
    BatchNoise,
    FoldNorm,
    FollowStatistics,
    ModelChoice,
    Normalize,
    NormPairs,
    Numbers,
    Picture,
    SwapImage,
    UndoNorm,
)
from cnnviz.errors import ModelError, ShapeError

BATCH = np.random.default_rng(0).normal(3, 2, (3, 4, 2, 2)).astype(np.float32)


@pytest.fixture
def engine(build):
    return build()


def photo(name):
    return Picture.of(images.gallery_image(name))


def test_a_batch_is_normalised_with_its_parameters(engine):
    gamma, beta = (1.0, 2.0, -1.0, 0.5), (0.0, 1.0, 2.0, 3.0)
    found = engine.ask(Normalize("group", Numbers.of(BATCH), gamma, beta, groups=2, eps=0.1)).found
    wanted = functional.group_norm(
        torch.tensor(BATCH).double(), 2, torch.tensor(gamma).double(), torch.tensor(beta).double(), 0.1
    )
    np.testing.assert_allclose(found.output, wanted, atol=1e-9)
    with pytest.raises(ShapeError, match="cannot be divided into 3 groups"):
        engine.ask(Normalize("group", Numbers.of(BATCH), gamma, beta, groups=3))


def test_what_undoes_a_normalisation_gives_the_input_back(engine):
    gamma, beta = engine.ask(UndoNorm(Numbers.of(BATCH))).found
    found = engine.ask(Normalize("batch", Numbers.of(BATCH), tuple(gamma.tolist()), tuple(beta.tolist()))).found
    np.testing.assert_allclose(found.output, BATCH, atol=1e-6)


def test_another_photo_moves_mine_in_training_alone(engine):
    pictures = tuple(map(photo, ("chelsea", "coffee", "grass")))
    change = engine.ask(SwapImage(pictures, photo("rocket"))).found.change
    assert change[0] > 0.01
    assert not change[1:].any()
    assert not engine.ask(SwapImage(pictures, photo("coffee"))).found.change.any()


def test_more_batches_begin_with_the_same(engine):
    few, many = (engine.ask(FollowStatistics(8, count, 0.1)).found for count in (4, 9))
    for name in ("mean", "variance", "running_mean", "running_variance"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:4])
    assert 0 < few.mean.min() < few.mean.max() < 1


def test_noise_falls_with_the_size_of_the_batch(engine):
    noise = engine.ask(BatchNoise((4, 32, 256))).found
    assert noise[0] > 2 * noise[1] > 4 * noise[2] > 0


def test_a_shipped_network_folds(engine):
    model = ModelChoice("cnn-r-mnist")
    pairs = engine.ask(NormPairs(model)).found
    digit = Picture.of(images.sheet("digits")[3])
    found = engine.ask(FoldNorm(model, digit, pairs[0].norm)).found
    norm = nn.BatchNorm1d(len(found.gamma), eps=found.eps).eval()
    with torch.no_grad():
        for mine, theirs in ((norm.weight, found.gamma), (norm.bias, found.beta)):
            mine.copy_(torch.tensor(theirs))
        norm.running_mean.copy_(torch.tensor(found.mean))
        norm.running_var.copy_(torch.tensor(found.variance))
        wanted = norm(torch.tensor(found.before)[None])[0]
    np.testing.assert_allclose(found.after, wanted, atol=1e-4)
    with pytest.raises(ModelError, match="no batch normalisation nowhere"):
        engine.ask(FoldNorm(model, digit, "nowhere"))
