"""Photos of one's own: which are held out, how many there may be, and a run on them."""

import pytest
import torch
from hypothesis import given, strategies
from safetensors.torch import save_file

from cnnviz.errors import CnnvizError
from cnnviz.training.live.photos import examples_of, held_out
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.script import script
from cnnviz.training.live.settings import Settings

SETTINGS = Settings("Linear 3", "photos", rate=0.003, l2=1e-4, batch_size=256, kinds=3)


def features(*counts, seed=0):
    """Three clouds far apart, with the labels mixed."""
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    labels = [labels[at] for at in order]
    drawn = torch.randn(len(labels), 1280, generator=torch.Generator().manual_seed(seed))
    for row, label in zip(drawn, labels, strict=True):
        row[label] += 8
    return drawn, labels


@given(strategies.lists(strategies.integers(0, 4), max_size=60))
def test_every_fifth_photo_of_a_class_is_held_out(labels):
    found = held_out(labels)
    for label in range(5):
        own = [out for out, each in zip(found, labels, strict=True) if each == label]
        assert own == [at % 5 == 4 for at in range(len(own))]


def test_what_is_held_out_is_never_learnt_from():
    drawn, labels = features(6, 10, 17)
    found = examples_of(drawn, labels, ("a", "b", "c"))
    assert found.labels.bincount().tolist() == [5, 8, 14]
    assert found.test_labels.bincount().tolist() == [1, 2, 3]
    everything = {*map(tuple, found.inputs.tolist()), *map(tuple, found.test_inputs.tolist())}
    assert len(everything) == 33
    assert all(drawn[at].argmax() == label for at, label in enumerate(labels))


@pytest.mark.parametrize(
    ("counts", "classes", "said"),
    [
        ((5, 4), ("cat", "dog"), "dog has 4 photos and should have 5 to 50"),
        ((51, 5), ("cat", "dog"), "cat has 51 photos"),
        ((9,), ("cat",), "There are 1 classes and should be 2 to 10"),
    ],
)
def test_too_few_or_many_are_told(counts, classes, said):
    with pytest.raises(CnnvizError, match=said):
        examples_of(*features(*counts), classes)


@pytest.mark.parametrize("network", ["Linear 3", "Linear 16, ReLU, Linear 3"])
def test_a_run_on_photos_learns_and_the_script_makes_the_same(network, tmp_path, monkeypatch):
    given = examples_of(*features(8, 8, 12), ("a", "b", "c"))
    settings = Settings(**{**vars(SETTINGS), "network": network})
    run = LiveRun(settings, given=given)
    run.advance(steps=60)
    run.finish_test()
    assert run.losses[-1] < run.losses[0] / 3
    assert run.tested[-1].confusion.sum().item() == len(given.test_labels) == 4
    monkeypatch.chdir(tmp_path)
    save_file({"inputs": given.inputs, "labels": given.labels}, "features.safetensors")
    made: dict[str, object] = {}
    exec(script(settings, run.rates, run.step), made)
    assert made["losses"] == pytest.approx(run.losses, abs=1e-6)


@pytest.mark.parametrize(
    ("changed", "said"), [({"kinds": 1}, "There are 1 classes"), ({"kinds": 4}, "ends in 3 and there are 4 classes")]
)
def test_settings_that_fit_no_photos_are_told(changed, said):
    with pytest.raises(CnnvizError, match=said):
        Settings(**{**vars(SETTINGS), **changed}).checked()
    with pytest.raises(CnnvizError, match="no set of examples"):
        LiveRun(SETTINGS)
