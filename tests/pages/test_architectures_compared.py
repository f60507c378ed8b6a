"""Two networks beside each other, and the branches of a block, without a browser: what is said is what torch has."""

import torch
from torch import nn
from torchvision import models as torchvision_models

from cnnviz import models
from cnnviz.design.totals import of_text
from cnnviz.ui.catalogue import NETWORKS
from tests.pages.opening import assert_well, said
from tests.pages.test_architectures import key, links_of, open_part


def test_two_networks_are_told_apart_with_the_numbers_of_torchvision():
    app = open_part("Compare", one="resnet50", two="convnext_tiny")
    assert_well(app)
    with torch.device("meta"):
        made = [torchvision_models.get_model(name) for name in ("resnet50", "convnext_tiny")]
    one, two = (sum(each.numel() for each in model.parameters()) for model in made)
    told = said(app)
    assert (
        f"**ConvNeXt-T** has {two / one:.3g} times the parameters: {two / 1e6:.1f} M against {one / 1e6:.1f} M." in told
    )
    assert "Only **ConvNeXt-T** has" in told
    assert "`GELU`" in told
    link = links_of(app)[0]
    assert (link["net"], link["other"]) == (NETWORKS["resnet50"].text, "model:convnext_tiny")
    aligned = app.dataframe[0].value
    names = [each for each in aligned.columns if each in ("ResNet-50", "ConvNeXt-T")]
    layers = [sum(bool(cell) for cell in aligned[name]) for name in names]
    assert layers[0] == len(of_text(NETWORKS["resnet50"].text, (1, 3, 224, 224), 4).leaves)
    app.toggle(key=key("Compare", "differing")).set_value(True).run()
    assert_well(app)
    assert app.query_params["differing"] in ("true", ["true"])
    assert "same" not in set(app.dataframe[0].value["what differs"])


def test_a_name_that_no_library_has_is_a_sentence_and_another_may_be_typed():
    app = open_part("Compare", two="resnet51")
    assert not app.exception
    assert "resnet50" in app.error[0].value
    app.selectbox(key=key("Compare", "two")).set_value("vgg11").run()
    assert_well(app)
    assert not app.error


def test_inception_has_the_maps_and_the_operations_of_four_branches_and_says_what_its_weights_are():
    app = open_part("Inception", network="googlenet")
    assert_well(app)
    told = said(app)
    assert "the branch with pooling" in told
    assert "random weights" in told or "learned weights" in told
    # Szegedy et al. 2015, table 1, with torchvision's 3x3 in the third branch: reads, makes, kernel.
    layers = [(192, 64, 1), (192, 96, 1), (96, 128, 3), (192, 16, 1), (16, 32, 3), (192, 32, 1)]
    direct = [(192, 64, 1), (192, 128, 3), (192, 32, 3), (192, 32, 1)]
    macs, without = (sum(28**2 * a * b * k**2 for a, b, k in each) for each in (layers, direct))
    assert f"**{macs / 1e6:.0f} M MACs**; the same branches without them would take {without / 1e6:.0f} M" in told
    table = app.dataframe[0].value
    assert table["MACs"].tolist()[-1] == f"{macs:,}"
    assert table["branch"].tolist()[:4] == ["1×1", "1×1, then 3×3", "1×1, then 3×3", "pooling 3×3, then 1×1"]


def test_inception_opens_on_the_small_network_that_has_learned_and_reads_grey_clothes():
    app = open_part("Inception")
    assert_well(app)
    assert "**googlenet-fashion** with its learned weights" in said(app)
    # Its first block reads 48x7x7: 1x1 to 16; to 16 and 3x3 to 32; to 4 and 5x5 to 8; pooling and 1x1 to 8.
    network, sizes = models.load("googlenet-fashion"), {}
    for name, layer in network.named_modules():
        layer.register_forward_hook(lambda _, inputs, output, name=name: sizes.update({name: inputs[0].shape[1:]}))
    with torch.inference_mode():
        network(torch.zeros(1, 1, 28, 28))
    block = {name: each for name, each in network.named_modules() if name.startswith("inception1.")}
    convolutions = {name: each for name, each in block.items() if isinstance(each, nn.Conv2d)}
    macs = sum(each.weight.numel() * sizes[name][-1] * sizes[name][-2] for name, each in convolutions.items())
    assert app.dataframe[0].value["MACs"].tolist()[-1] == f"{macs:,}"


def test_a_block_without_pooling_is_said_to_have_none():
    app = open_part("Inception", network="squeezenet1_1")
    assert_well(app)
    assert "pooling" not in said(app)
    assert "at most 10 maps" in said(app)


def test_what_two_networks_share_is_said_once_and_a_network_beside_itself_has_no_difference():
    app = open_part("Compare", one="vgg16", two="vgg16")
    assert_well(app)
    told = said(app)
    assert "Both have 138 M parameters." in told
    assert "Only **" not in told
    assert set(app.dataframe[0].value["what differs"]) == {"same"}
