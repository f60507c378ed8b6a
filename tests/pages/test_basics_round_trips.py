"""What is set on a screen of the basics, opened again from its link by somebody else, is the same."""

from random import Random

import pytest

from cnnviz.ui.connectivity import state as connectivity
from cnnviz.ui.convolution import state as convolution
from cnnviz.ui.form_controls import Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.pooling import state as pooling
from tests.pages.opening import open_screen


def controls_of(screen: str) -> tuple:
    if screen == "pooling":
        operation = pooling.FORM.get(pooling.OPERATION)
        return (pooling.INPUT, pooling.SIZE, pooling.CHANNELS, pooling.SHIFT, *pooling.OPERATIONS[operation][-1])
    if screen == "convolution":
        return convolution.controls("Conv2d")
    numbers = (*connectivity.sliders("one axis"), *connectivity.REAL, connectivity.DIGIT)
    return (connectivity.STEP, connectivity.INPUT, connectivity.FIRST, connectivity.SECOND, *numbers)


def shown(app) -> dict[str, object]:
    """Return what every widget with a key shows."""
    widgets = [*app.number_input, *app.selectbox, *app.toggle, *app.slider, *app.pills]
    return {each.key: each.value for each in widgets if each.key}


def set_one(app, screen: str, control, random: Random) -> None:
    key = f"{screen}.{control.name}"
    if isinstance(control, Switch):
        app.toggle(key=key).set_value(not control.default)
    elif isinstance(control, Choice):
        app.selectbox(key=key).set_value(random.choice(control.options))
    elif isinstance(control, Number):
        app.number_input(key=key).set_value(random.randint(control.low, control.high))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("screen", ["convolution", "pooling", "connectivity"])
def test_a_link_opens_what_was_set(screen, seed):
    random, path = Random(seed), f"pages/basics/{screen}.py"
    app = open_screen(path)
    for control in random.sample(controls_of(screen), 4):
        set_one(app, screen, control, random)
        app.run()
        assert not app.exception
    link = dict(app.query_params)
    assert link
    assert shown(open_screen(path, **link)) == shown(app)
    assert dict(open_screen(path, **link).query_params) == link
