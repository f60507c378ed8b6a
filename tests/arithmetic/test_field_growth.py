"""The growth of receptive fields against published ones."""

from types import SimpleNamespace

from cnnviz.analysis import analyze
from cnnviz.arithmetic.field_growth import course
from cnnviz.models.architectures import architecture


def test_fields_grow_to_the_published_sizes():
    vgg = course("vgg16", analyze(architecture("vgg16"), (1, 3, 224, 224)).layers, (224, 224))
    assert (vgg.sizes[-1], vgg.covers, vgg.depths[-1]) == (212, None, 19)
    assert vgg.whole[1].startswith("classifier")
    resnet = course("resnet50", analyze(architecture("resnet50"), (1, 3, 224, 224)).layers, (224, 224))
    assert resnet.sizes[-1] == 427
    assert resnet.covers[1] == "layer3.4.conv2"
    # 53 convolutions, one pooling at the start, and the global one that sees it all.
    assert resnet.whole == (55, "avgpool")
    assert all(after >= before for before, after in zip(resnet.sizes, resnet.sizes[1:], strict=False))


def test_layers_without_a_field_are_passed_over():
    def layer(name, kind, size):
        field = None if size == "none" else SimpleNamespace(size=size, stride=(1, 1))
        return SimpleNamespace(name=name, kind=kind, receptive_field=field)

    found = course("a", [layer("a", "Conv2d", (3, 5)), layer("b", "roll", "none"), layer("c", "Linear", None)], (4, 4))
    assert (found.depths, found.sizes, found.covers, found.whole) == ([0, 1], [1, 5], None, (1, "c"))
