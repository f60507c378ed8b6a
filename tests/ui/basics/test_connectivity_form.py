import pytest

from cnnviz.engine.local import LocalEngine
from cnnviz.errors import ShapeError
from cnnviz.ui.basics.connectivity_form import AXES, INPUT, PRESETS, STEP, STEPS, controls, made


def begun(axes: str = "one axis", step: str = "shared", **changes):
    values = {each.key: each.default for each in controls(axes)}
    return made(step, axes, "random", **{**values, **changes})


def test_the_lectures_counts():
    assert begun().counts() == {"one": 7, "all": 21, "local": 9, "shared": 3}
    assert begun("two axes").counts() == {"one": 16, "all": 144, "local": 36, "shared": 4}


@pytest.mark.parametrize("axes", AXES.options)
@pytest.mark.parametrize("step", STEPS)
def test_the_counts_are_those_of_the_matrix(step, axes):
    engine = LocalEngine(device="cpu")
    each = begun(axes, step)
    found = engine.ask(each.request()).found
    engine.close()
    assert len(set(found.owners[found.owners >= 0].tolist())) == each.counts()[step] == each.weights.size
    assert (each.weights != 0).all()
    assert found.product.size == found.other.size == len(found.matrix)
    assert abs(found.product - found.other).max() < 1e-5


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_what_there_is_to_set(name):
    axes = PRESETS[name].get("axes", AXES.default)
    known = {each.key: each for each in (STEP, AXES, INPUT, *controls(axes))}
    assert all(known[key].accepts(value) for key, value in PRESETS[name].items())


def test_a_window_that_does_not_fit_is_one_sentence():
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        begun(size=2)
