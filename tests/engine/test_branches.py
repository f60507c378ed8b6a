"""The engine's branches against hooks on the same network, and its numbers against torch's layers."""

import numpy as np
import pytest
import torch

from cnnviz import models
from cnnviz.engine import Input, ModelChoice
from cnnviz.engine.requests import Branches, SeeBranches
from cnnviz.errors import ModelError

GOOGLENET = ModelChoice("googlenet", random_seed=0)


@torch.no_grad()
def test_the_maps_are_what_the_blocks_modules_give(build, pictures):
    engine, picture = build(), pictures(1, 80, 60)
    table = engine.ask(Branches(GOOGLENET))
    assert [block.name for block in table.blocks][:2] == ["inception3a", "inception3b"]
    first = table.blocks[0]
    assert first.reads == (192, 28, 28)
    assert [branch.channels for branch in first.branches] == [64, 128, 32, 32]
    # Szegedy et al. 2015, table 1: what arrives, and the reductions of this block.
    convolutions = [(192, 64, 1), (192, 96, 1), (96, 128, 3), (192, 16, 1), (16, 32, 3), (192, 32, 1)]
    costs = [reads * made * kernel**2 * 28**2 for reads, made, kernel in convolutions]
    assert [branch.macs for branch in first.branches] == [costs[0], sum(costs[1:3]), sum(costs[3:5]), costs[5]]
    direct = [192 * made * kernel**2 * 28**2 for made, kernel in ((64, 1), (128, 3), (32, 3), (32, 1))]
    assert [branch.direct for branch in first.branches] == direct

    model, seen = models.load("googlenet", random_seed=0), []
    for branch in ("branch1", "branch2", "branch3", "branch4"):
        model.get_submodule(f"inception3a.{branch}").register_forward_hook(lambda _, given, out: seen.append(out[0]))
    model(torch.tensor(engine.ask(Input(GOOGLENET, picture)).values)[None])
    found = engine.ask(SeeBranches(GOOGLENET, picture, "inception3a")).maps
    scale = max(float(each.abs().max()) for each in seen)
    for mine, theirs in zip(found, seen, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), atol=1e-5 * scale)


def test_what_is_not_there_is_a_sentence(build, pictures):
    engine, picture = build(), pictures(1, 80, 60)
    with pytest.raises(ModelError, match="inception3a"):
        engine.ask(SeeBranches(GOOGLENET, picture, "inception9"))
    with pytest.raises(ModelError, match="no block"):
        engine.ask(Branches(ModelChoice("lenet5-mnist")))
