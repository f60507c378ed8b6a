"""Whatever is set on One layer and Network is in the link: opened anew, it shows the same."""

from random import Random

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.opening import assert_well, open_screen


def shown(app: AppTest) -> dict[str, object]:
    """Return the values of all widgets that a link can hold, by key, and what is drawn of numbers."""
    widgets = [*app.number_input, *app.slider, *app.selectbox, *app.toggle, *app.segmented_control, *app.text_input]
    values: dict[str, object] = {each.key: each.value for each in widgets}
    tiles = [each.proto.body for each in app.get("html") if "<dl>" in each.proto.body]
    return {**values, "numbers": tiles, "totals": [(each.label, each.delta) for each in app.metric]}


@pytest.mark.parametrize("seed", range(3))
def test_a_layer_set_by_hand_is_the_same_in_another_tab(seed):
    random = Random(seed)
    app = open_screen("pages/design/layer.py")
    app.selectbox(key="layer.kind").select(random.choice(["Conv2d", "Conv3d", "AvgPool2d", "ConvTranspose2d"])).run()
    for _ in range(3):
        box = random.choice([each for each in app.number_input if "padding" not in each.key])
        app = box.set_value(random.randint(1, 3) * random.randint(1, 2)).run()
    app.toggle(key="layer.rectangular").set_value(True).run()
    box = random.choice([each for each in app.number_input if "stride" in each.key])
    app = box.set_value(2).run()
    assert not app.exception
    assert shown(open_screen("pages/design/layer.py", **app.query_params)) == shown(app)


@pytest.mark.parametrize("seed", range(3))
def test_a_network_set_by_hand_is_the_same_in_another_tab(seed):
    random = Random(seed)
    app = open_screen("pages/design/network.py")
    app.selectbox(key="network.net-preset").select(random.choice(["lenet5", "alexnet", "resnet18"])).run()
    app.number_input(key="network.batch").set_value(random.randint(2, 64)).run()
    app.selectbox(key="network.precision").select(random.choice(["float16", "float64"])).run()
    app.number_input(key="network.row").set_value(random.randint(2, 5)).run()
    app.button(key=f"network.row-{random.choice(['copy', 'down', 'remove'])}").click().run()
    app.selectbox(key="network.other-preset").select("lenet5").run()
    assert_well(app)
    again = open_screen("pages/design/network.py", **app.query_params)
    assert shown(again) == shown(app)
    assert again.data_editor[0].value.equals(app.data_editor[0].value)
