"""A library's networks on the screen Network."""

import pytest

from tests.pages.opening import assert_well
from tests.pages.test_network import exact, open_screen


def test_a_librarys_network_is_shown_with_torchvisions_own_numbers():
    from torchvision.models import ResNet18_Weights

    app = open_screen(net="model:resnet18", size="3x224x224")
    assert_well(app)
    assert exact(app, "Parameters") == ResNet18_Weights.DEFAULT.meta["num_params"]
    assert len(app.data_editor) == 0
    app.slider(key="network.size-side").set_value(64).run()
    assert_well(app)
    assert exact(app, "Parameters") == ResNet18_Weights.DEFAULT.meta["num_params"]


def test_a_library_is_searched_and_its_network_opens_at_its_own_size():
    app = open_screen()
    app.segmented_control(key="network.net_start").set_value("library").run()
    app.selectbox(key="network.net-library").select("timm/xception71").run()
    assert_well(app)
    assert app.text_input(key="network.size").value == "3x299x299"
    # Chollet 2017; timm's documentation gives 42.3 million.
    assert exact(app, "Parameters") == pytest.approx(42.3e6, rel=1e-2)
    # What timm has can be looked into as well.
    links = [each.proto for each in app.get("page_link") if each.proto.page.endswith("activations")]
    assert "model=timm%2Fxception71" in {each.query_string for each in links}
    next(button for button in app.button if button.label == "Undo").click().run()
    assert exact(app, "Parameters") == 60_965_224


def test_a_library_network_that_cannot_read_the_size_says_so_in_one_sentence():
    app = open_screen(net="model:vit_b_16", size="3x100x100")
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")
    app.text_input(key="network.size").set_value("3x224x224").run()
    assert_well(app)


def test_a_row_that_the_link_chooses_is_chosen_in_the_table():
    app = open_screen(net="model:resnet18", size="3x64x64", row="5")
    assert_well(app)
    assert app.session_state["network.calls"]["selection"]["rows"] == [4]


def test_an_architecture_that_is_none_gets_one_sentence():
    app = open_screen(net="model:resnet9999")
    assert not app.exception
    assert len(app.error) == 1
