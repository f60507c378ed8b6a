"""What an engine answers about dropout is what the probes find, of the run that was trained."""

from dataclasses import asdict

import pytest
import torch
from torch import nn

from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import AverageMasks, DropUnits, RemoveUnits
from cnnviz.training.live.examples import load
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings

SETTINGS = Settings("Linear 8, ReLU, Dropout 0.25, Linear 2", "circles", rate=0.02, batch_size=20, count=100)


@pytest.fixture(scope="module")
def engine():
    engine = LocalEngine(device="cpu")
    yield engine
    engine.close()


def test_units_are_removed_from_the_run_that_was_asked_for(engine):
    plain = tuple(asdict(SETTINGS).items())
    run = LiveRun(SETTINGS)
    run.advance(steps=60)
    network, examples = run.network.eval(), load("circles", noise=0.1)
    found = engine.ask(RemoveUnits("a", plain, 60)).found
    layers = list(network)
    with torch.no_grad():
        for unit in range(8):
            hidden = layers[1](layers[0](examples.test_inputs))
            hidden[:, unit] = 0
            loss = nn.CrossEntropyLoss()(layers[-1](hidden), examples.test_labels).item()
            assert found.alone[unit] == pytest.approx(loss, abs=1e-5)
    many = engine.ask(AverageMasks("a", plain, 60, 0.75, 40)).found
    assert many.loss == pytest.approx(found.loss)
    assert abs(many.losses[-1] - many.loss) < abs(many.losses[0] - many.loss)


def test_all_masks_are_the_same_for_the_same_seed(engine):
    one, other, third = (engine.ask(DropUnits((3, 2), "relu", 0.5, "test", seed)).found for seed in (1, 2, 1))
    assert one.outputs.tolist() == third.outputs.tolist() != other.outputs.tolist()
    assert len(one.outputs) == 32
    assert len(one.offs) > 80
