"""The receptive field's screen without a browser: what it says is what the analysis says."""

import re

import pytest

from cnnviz import analyze, models
from tests.pages.opening import assert_well, open_screen

SCREEN = "pages/inspect/receptive_field.py"


def said(app) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.info, *app.warning))


@pytest.mark.parametrize("model", ["lenet5-mnist", "linear-mnist", "mlp-mnist", "alexnet-tiny", "smallvgg-tiny"])
def test_every_kind_of_shipped_model_opens(model):
    app = open_screen(SCREEN, model=model, over="this picture")
    assert_well(app)
    assert app.selectbox(key="receptive_field.model").value == model


def test_a_link_opens_the_very_unit_and_the_sentences_are_the_analysis():
    app = open_screen(SCREEN, model="smallvgg-tiny", layer="block2.conv2", row="3", column="30", over="this picture")
    assert_well(app)
    network = models.load("smallvgg-tiny", random_seed=0)
    layers = {layer.name: layer for layer in analyze(network, (1, 3, 64, 64)).layers}
    field = layers["block2.conv2"].receptive_field
    top, left, bottom, right = field.box(3, 30)
    assert f"sees **{field.size[0]}×{field.size[1]}** pixels" in said(app)
    assert f"sees rows {top} to {bottom - 1} and columns {left} to {right - 1}" in said(app)
    # A 3×3 kernel with padding 1, in the layer before.
    assert "it sees **3×3** positions: rows 2 to 4 and columns 29 to 31" in said(app)
    formula = next(
        each.value for each in app.latex if "cdot" in each.value and "r &=" in each.value and "ell" not in each.value
    )
    numbers = re.search(r"r &= (\d+) \+ \((\d+) - 1\)\\cdot (\d+) = (\d+)", formula)
    before, kernel, jump, size = map(int, numbers.groups())
    assert before + (kernel - 1) * jump == size == field.size[0]


def test_a_layer_behind_global_pooling_sees_the_whole_image():
    app = open_screen(SCREEN, model="smallvgg-tiny", layer="fc", over="this picture")
    assert_well(app)
    assert "**the whole image**" in said(app)


def test_squeeze_and_excitation_and_its_two_sources():
    design = "design:3x32x32: Conv 8 3 p1, ReLU, AdaptiveAvgPool 1, Conv 8 1"
    app = open_screen(SCREEN, model=design, layer="conv2", over="noise")
    assert_well(app)
    assert "**the whole image**" in said(app)
    assert "averaged over 8 images of noise" in said(app).lower()


def test_upsampling_has_a_stride_that_is_a_fraction():
    app = open_screen(SCREEN, model="design:3x32x32: Conv 8 3 p1, Upsample 2", layer="upsample1", over="noise")
    assert_well(app)
    assert "1/2 down or 1/2 to the right" in said(app)
    assert "because the layers before it upsample" in said(app)


def test_where_branches_meet_one_may_choose_which_to_see():
    app = open_screen(SCREEN, model="design:1x28x28: Basic 8 s2", over="noise")
    assert_well(app)
    name = next(option for option in app.selectbox(key="receptive_field.layer").options if "add" in option)
    app.selectbox(key="receptive_field.layer").select(name).run()
    assert_well(app)
    choice = app.selectbox(key="receptive_field.before")
    assert len(choice.options) == 2
    choice.select(choice.options[1]).run()
    assert_well(app)
    assert f"**In the layer before**, {choice.options[1]}," in said(app)


def test_a_layer_without_one_field_says_why():
    app = open_screen(SCREEN, model="mlp-mnist", layer="flatten", over="this picture")
    assert not app.exception
    assert not app.error
    assert [each.value for each in app.info] == [
        "No one receptive field describes this layer: flatten folds positions into another shape."
    ]


def test_a_dead_unit_says_that_all_gradients_are_zero():
    # In the corner of a digit all is black, and there a rectifier is open or shut by the channel's bias alone.
    link = {"layer": "relu1", "which": "the picked one", "row": "0", "column": "0", "over": "this picture"}
    app = open_screen(SCREEN, model="lenet-relu-mnist", source="Digits", **link)
    bias = models.load("lenet-relu-mnist").conv1.bias
    weight = models.load("lenet-relu-mnist").conv1.weight
    how = models.card("lenet-relu-mnist").preprocessing
    black = (0 - how.mean[0]) / how.std[0]
    # The unit at (0, 0) sees the last three rows and columns of its 5×5 window; the others lie in the padding.
    values = bias + black * weight[:, 0, 2:, 2:].sum(dim=(1, 2))
    for channel in (int(values.argmin()), int(values.argmax())):
        app.number_input(key="receptive_field.channel").set_value(channel).run()
        assert_well(app)
        trained = said(app).split("**trained weights**")[1].split("**random weights")[0]
        opens = float(values[channel]) > 0
        assert ("middle half" in trained) == opens
        assert opens or any("every gradient is exactly zero" in each.value for each in app.warning)
    assert float(values.min()) < 0 < float(values.max())


def test_the_rows_of_dots_say_the_lectures_formula():
    app = open_screen(SCREEN, model="lenet5-mnist", source="Digits", over="this picture")
    app.number_input(key="receptive_field.dots_layers").set_value(2).run()
    app.number_input(key="receptive_field.dots_kernel").set_value(2).run()
    assert_well(app)
    assert any("1 + 2\\cdot(2 - 1) = 3" in each.value for each in app.latex)
    assert "as much as one with a kernel of 3" in said(app)
    app.number_input(key="receptive_field.dots_stride").set_value(2).run()
    assert any("= 1 + 1 + 2 " in each.value and "= 4 " in each.value for each in app.latex)
    app.number_input(key="receptive_field.dots_layers").set_value(8).run()
    assert_well(app)
    assert any("at most 90 can be drawn" in each.value for each in app.info)
    app.segmented_control(key="receptive_field.dots").set_value("this network").run()
    assert_well(app)
    assert "from the input up to" in said(app)


def test_networks_are_compared_and_an_unknown_one_gets_a_sentence():
    app = open_screen(SCREEN, model="lenet5-mnist", source="Digits", over="this picture")
    assert_well(app)
    assert "**vgg16**, on 224×224: no field is as large as the image" in said(app)
    assert "**resnet50**, on 224×224: a field as large as the image after 40 of them, in layer3.4.conv2" in said(app)
    app.multiselect(key="receptive_field.others").set_value(["alexnet", "inception_v3", "smallvgg-tiny"]).run()
    assert_well(app)
    assert "**inception_v3**, on 299×299" in said(app)


def test_trained_stands_beside_random():
    app = open_screen(SCREEN, model="alexnet-tiny", layer="conv2", over="this picture")
    assert_well(app)
    assert "**trained weights**" in said(app)
    assert "**random weights, seed 0**" in said(app)
    assert said(app).count("On one image") == 2
