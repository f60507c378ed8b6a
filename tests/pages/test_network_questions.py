"""The questions of the screen Network."""

import pytest

from cnnviz.ui.network.state import WORDS
from tests.pages.opening import assert_well
from tests.pages.test_network import open_screen


@pytest.mark.parametrize(
    ("net", "size", "parameters", "macs"),
    [
        ("Conv 8 3 p1, AdaptiveAvgPool 1, Flatten, Linear 10", "3x32x32", "grows_not", "grows_up"),
        ("Conv 8 3 p1, ReLU", "3x32x32", "grows_not", "grows_square"),
        ("Conv 8 3, ReLU", "3x32x32", "grows_not", "grows_more"),
        ("Conv 8 3 p1, Flatten, Linear 10", "3x32x32", "grows_up", "grows_square"),
        ("Conv 8 3 p1, LayerNorm 8x32x32", "3x32x32", "grows_breaks", "grows_breaks"),
    ],
)
def test_predictions_are_marked_against_what_really_happens(net, size, parameters, macs):
    app = open_screen(net=net, size=size)
    app.session_state["network.predict"] = True
    app.run()
    for right in (parameters, macs):
        app.radio[0].set_value(WORDS.text(right, times=4)).run()
        assert not app.exception
        assert len(app.success) == 1, [warning.value for warning in app.warning]
        app.button(key="network.predict-next").click().run()


def test_questions_of_every_kind_have_four_options_and_end_nowhere():
    app = open_screen()
    app.session_state["network.predict"] = True
    app.run()
    asked = set()
    for _ in range(14):
        assert_well(app)
        assert len(app.radio[0].options) == 4
        asked.add(app.radio[0].label)
        app.button(key="network.predict-next").click().run()
    assert len(asked) >= 10
