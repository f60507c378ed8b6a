"""The connections of the screen on connectivity against the lecture's counts and the matrix that torch computes."""

import pytest

from cnnviz.arithmetic.connectivity import STEPS
from cnnviz.engine.local import LocalEngine
from cnnviz.errors import ShapeError
from cnnviz.ui.connectivity.state import AXES, INPUT, KERNEL, PRESETS, STEP, read, sliders
from cnnviz.ui.form_controls import written
from tests.ui.opened import opened


def begun(axes: str = "one axis", step: str = "shared", **changes: object):
    with opened(axes=axes, step=step, **changes):
        return read()


def test_the_lectures_counts():
    def counts(state):
        return {"one": state.connections.inputs} | {step: state.connections.weights(step) for step in STEPS}

    assert counts(begun()) == {"one": 7, "all": 21, "local": 9, "shared": 3}
    assert counts(begun("two axes")) == {"one": 16, "all": 144, "local": 36, "shared": 4}


@pytest.mark.parametrize("axes", AXES.options)
@pytest.mark.parametrize("step", STEPS)
def test_the_counts_are_those_of_the_matrix(step, axes):
    engine = LocalEngine(device="cpu")
    each = begun(axes, step)
    found = engine.ask(each.request()).found
    engine.close()
    assert len(set(found.owners[found.owners >= 0].tolist())) == each.connections.weights(step) == each.weights.size
    assert (each.weights != 0).all()
    assert found.product.size == found.other.size == len(found.matrix)
    assert abs(found.product - found.other).max() < 1e-5


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_what_there_is_to_set(name):
    known = {each.name: each for each in (STEP, AXES, INPUT, KERNEL, *sliders(PRESETS[name].get("axes", AXES.default)))}
    for key, value in PRESETS[name].items():
        assert known[key].parse(written(value)) == value
        # A preset is what differs from the defaults: what is a default stays out of the link.
        assert value != known[key].default


def test_a_window_that_does_not_fit_is_one_sentence():
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        begun(size=2)
