"""Why this answer, of networks that are no chains of convolutions, of one's own, and of photos of every kind.

Each part answers, which shows in its lines of Python, or says in one sentence why it can't.
"""

from itertools import product

import pytest
import torch
from PIL import Image
from torch import nn
from torchvision.models import SwinTransformer, VisionTransformer

from cnnviz import models
from cnnviz.models import registered
from tests.conftest import some
from tests.images.files import blank_png, encode, photo
from tests.pages.opening import assert_well, open_screen, said
from tests.pages.test_own_weights import labels, saved, upload
from tests.pages.test_registered import Residual

SCREEN = "pages/inspect/why.py"
# What each part is asked besides, so that it is quick.
PARTS = {
    "": {},
    "Grad-CAM": {},
    "Occlusion": {},
    "Gradients": {"samples": "2", "steps": "8"},
    "Excite": {"steps": "8"},
    "Fool": {},
    "Honest": {},
}
each_part = pytest.mark.parametrize("part", PARTS)


def vit():
    sizes = {"num_layers": 2, "num_heads": 2, "hidden_dim": 32, "mlp_dim": 64}
    return VisionTransformer(image_size=32, patch_size=8, num_classes=5, **sizes)


def swin():
    return SwinTransformer([4, 4], 12, [2, 2], [2, 2], [4, 4], num_classes=5)


def timm_vit():
    from timm.models import VisionTransformer

    return VisionTransformer(img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=2, num_classes=5)


NETWORKS = {each.__name__: each for each in (vit, swin, timm_vit)}


@pytest.fixture(autouse=True, scope="module")
def networks():
    """Networks under names that no other test has: an engine keeps what it has answered by them."""
    before = dict(registered._TABLE)
    torch.manual_seed(3)
    for name, build in NETWORKS.items():
        models.register(f"why.py:{name}", build, models.card_of(name, build(), (3, 32, 32)))
    models.register("why.py:residual", Residual(), models.card_of("it", Residual(), (1, 8, 8)))
    yield
    registered._TABLE.clear()
    registered._TABLE.update(before)


def opened(part, **link):
    return open_screen(SCREEN, **({"part": part} if part else {}), **PARTS[part], **link)


def answers(app):
    assert not app.exception, app.exception[0].message
    return len(app.code) > 0


@each_part
@pytest.mark.parametrize("name", NETWORKS)
def test_transformers(part, name):
    app = opened(part, model=f"why.py:{name}")
    assert_well(app)
    assert answers(app)


@each_part
def test_a_network_of_ones_own(part):
    app = opened(part, model="why.py:residual", source="Digits")
    assert_well(app)
    assert answers(app)


# What is designed, with what it is that each says besides its answers.
DESIGNED = {
    "design:1x12x12: Conv 4 3, ReLU, Conv 4 3, Flatten, Linear 10": "",
    "design:3x9x9: Conv 4 3": "",
    "design:1x9x9: Flatten, Linear 1, Sigmoid": "its probability is always 100%",
}


@each_part
@pytest.mark.parametrize("name", DESIGNED)
def test_a_network_that_somebody_designed(part, name):
    app = opened(part, model=name)
    assert not app.exception, app.exception[0].message
    assert answers(app) != bool(app.error), [each.value for each in app.error]
    assert len(app.error) < 2
    if part != "Excite":  # which asks for no class
        assert DESIGNED[name] in "".join(each.value for each in app.info)


def test_a_network_whose_last_layer_is_zero_says_why_the_maps_are_empty():
    # torchvision's vision transformer begins so.
    app = opened("Grad-CAM", model="why.py:vit")
    assert "gives every class the same logit" in app.info[0].value
    assert not opened("Grad-CAM", model="why.py:swin").info


def test_the_first_layer_shown_of_a_class_token_is_one_that_has_a_map():
    torch.manual_seed(4)
    network = vit()
    nn.init.normal_(network.heads.head.weight)
    models.register("why.py:token", network, models.card_of("it", network, (3, 32, 32)))
    app = opened("Grad-CAM", model="why.py:token")
    assert_well(app)
    layer = app.selectbox(key="why.Grad-CAM.layer")
    assert "is 0 everywhere" not in said(app)
    layer.set_value(layer.options[-1]).run()
    assert f"**At {layer.options[-1]} this map is 0 everywhere.**" in said(app)


def test_weights_of_ones_own_from_a_file():
    name = next(iter(DESIGNED))
    app = opened("Grad-CAM", model=name, weights="my own file")
    app = upload(app, f"why.Grad-CAM.checkpoint-{name}", saved(models.load(name, random_seed=7)))
    assert_well(app)
    assert answers(app)
    assert any(each.endswith("· mine.pth") for each in labels(app))


def own_photo(part, data):
    app = opened(part, model="smallvgg-tiny", source="Upload")
    key = ".".join(filter(None, ("why", part, "Upload")))
    return app.file_uploader(key=key).upload("mine.jpg", data, "application/octet-stream").run()


PHOTOS = {
    "jpg": lambda: encode(photo(640, 480), "JPEG"),
    "grey png": lambda: encode(photo().convert("L"), "PNG"),
    "alpha": lambda: encode(Image.merge("RGBA", (*photo().split(), photo().convert("L"))), "PNG"),
    "one pixel": lambda: encode(photo(1, 1), "PNG"),
    "strip": lambda: encode(photo(3000, 2), "PNG"),
    "huge": lambda: blank_png(5000, 4990, 8, 2),
}


# By day in turn, so that each part and each kind has its own; all are read by the same code.
@pytest.mark.parametrize(("part", "kind"), some(product(PARTS, PHOTOS), every=5))
def test_a_photo_of_ones_own(part, kind):
    app = own_photo(part, PHOTOS[kind]())
    assert_well(app)
    assert answers(app)


def test_a_photo_stands_upright():
    upright = photo(90, 60)
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    files = encode(upright, "PNG"), encode(turned, "PNG", exif=exif), encode(turned, "PNG")
    first, second, third = (said(own_photo("", data)) for data in files)
    assert first == second != third


@each_part
def test_a_photo_that_is_too_large_gets_one_sentence(part):
    app = own_photo(part, blank_png(8000, 6000, 8, 2))
    assert not app.exception
    assert [each.value for each in app.error] == [
        "This PNG picture has 8,000 x 6,000 = 48,000,000 pixels, and at most 25,000,000 can be read in this format; "
        "make it smaller first."
    ]
