"""Reports of architectures through the engine: the same as analyze gives, kept, and quickly resized."""

import pickle

import pytest

from cnnviz.analysis import analyze
from cnnviz.engine import Analyze
from cnnviz.errors import ModelError, ShapeError
from cnnviz.models.architectures import architecture

pytestmark = pytest.mark.interface


def test_a_report_is_what_analyze_gives(build):
    engine = build()
    for size in [(1, 3, 224, 224), (2, 3, 96, 128)]:
        found, fresh = engine.ask(Analyze("resnet18", size)), analyze(architecture("resnet18"), size)
        assert found == fresh
        assert found.memory == fresh.memory
    # One run of the modules at the network's own size, from which the other size followed without the worker.
    assert engine.statistics().computed == 1


def test_a_size_that_came_first_is_followed_from_the_networks_own(build):
    engine = build()
    assert engine.ask(Analyze("resnet18", (2, 3, 96, 128))).input_size == (2, 3, 96, 128)
    assert engine.ask(Analyze("resnet18", (1, 3, 224, 224))).input_size == (1, 3, 224, 224)
    assert engine.statistics().computed == 2


def test_what_needs_another_run_gets_one(build):
    engine = build()
    size = (1, 3, 250, 250)
    assert engine.ask(Analyze("swin_t", size)) == analyze(architecture("swin_t"), size)


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (Analyze("resnet5", (1, 3, 64, 64)), ModelError, "resnet50"),
        (Analyze("resnet18", (1, 4, 64, 64)), ShapeError, "1x4x64x64"),
        (Analyze("resnet18", (64, 64)), ShapeError, "64x64"),
        (Analyze("vit_b_32", (1, 3, 64, 64)), ShapeError, "224"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(build, request_, error, words):
    with pytest.raises(error, match=words):
        build().ask(request_)


def test_a_report_can_leave_the_process(build):
    report = build().ask(Analyze("squeezenet1_1", (1, 3, 100, 100)))
    copy = pickle.loads(pickle.dumps(report))
    assert copy == report
    assert copy.resized((1, 3, 64, 64)) == report.resized((1, 3, 64, 64))
