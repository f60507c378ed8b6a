"""torchvision's networks, held against torchvision's own loader and transforms."""

import re
from pathlib import Path

import pytest
import torch
import torchvision
from PIL import Image
from safetensors.torch import save
from torchvision import models as official

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.models import downloads, torchvision_models

DATA = Path(__file__).parents[2].parent / "shared" / "data"
STAND_INS = DATA / "torch_home"
needs_stand_ins = pytest.mark.skipif(not STAND_INS.exists(), reason="the local checkpoints are not here")


@pytest.fixture
def torch_home(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def test_the_list_is_classification_only():
    names = torchvision_models.names()
    assert {"resnet18", "vgg16", "squeezenet1_0", "inception_v3", "vit_b_16", "convnext_tiny"} <= set(names)
    for module in (
        official.quantization,
        official.detection,
        official.segmentation,
        official.video,
        official.optical_flow,
    ):
        assert not set(names) & set(official.list_models(module=module))


def test_cards_say_what_torchvision_publishes():
    photo = Image.effect_mandelbrot((301, 437), (-2, -1.5, 1, 1.5), 100).convert("RGB")
    for name in torchvision_models.names():
        weights, card = official.get_model_weights(name).DEFAULT, models.card(name)
        assert card.weights == str(weights)
        assert list(card.classes) == weights.meta["categories"]
        assert card.accuracy == pytest.approx(weights.meta["_metrics"]["ImageNet-1K"]["acc@1"] / 100)
        assert card.parameters == weights.meta["num_params"]
        assert card.paper
        how = card.preprocessing
        theirs = weights.transforms()
        assert how.interpolation == theirs.interpolation.value
        if how.crop[0] > 300:
            continue  # the large ones differ from the small in their numbers alone
        step = torchvision.transforms.functional
        small = step.resize(photo, how.resize, interpolation=step.InterpolationMode(how.interpolation))
        tensor = step.normalize(step.to_tensor(step.center_crop(small, list(how.crop))), how.mean, how.std)
        assert torch.equal(tensor, theirs(photo)), name


def old_densenet_names(state):
    """The names of the files of 2017: norm.1 where networks now say norm1, and no counters of batches."""
    return {
        re.sub(r"(denselayer\d+\.(?:norm|conv))([12]\.)", r"\1.\2", key): tensor
        for key, tensor in state.items()
        if not key.endswith("num_batches_tracked")
    }


@pytest.mark.parametrize(
    ("name", "settings", "rename"),
    [
        ("shufflenet_v2_x0_5", {}, dict),
        ("mnasnet0_5", {}, lambda state: state),
        ("googlenet", {"aux_logits": True, "init_weights": False}, dict),
        ("inception_v3", {"aux_logits": True, "init_weights": False}, dict),
        ("densenet121", {}, old_densenet_names),
    ],
)
def test_the_network_is_the_one_torchvision_loads(torch_home, name, settings, rename):
    weights = official.get_model_weights(name).DEFAULT
    torch.manual_seed(3)
    state = official.get_model(name, weights=None, **settings).state_dict()
    torch.save(rename(state), torch_home / weights.url.rpartition("/")[2])
    theirs = official.get_model(name, weights=weights).eval()
    assert models.is_ready(name)
    ours = models.load(name)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    batch = torch.randn(1, *models.card(name).input_size)
    with torch.inference_mode():
        assert torch.equal(ours(batch), theirs(batch))


def test_random_weights_keep_the_architecture_of_the_official_ones():
    assert models.load("googlenet", random_seed=0).transform_input
    assert models.load("googlenet", random_seed=0).aux1 is None


@needs_stand_ins
@pytest.mark.parametrize("name", ["squeezenet1_0", "squeezenet1_1"])
def test_squeezenet_from_the_cache_sees_what_is_in_photos(name, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(STAND_INS))
    assert models.is_ready(name)
    network, card = models.load(name), models.card(name)
    theirs = official.get_model(name, weights="DEFAULT").eval()
    how = official.get_model_weights(name).DEFAULT.transforms()
    seen = {}
    for photo in ("chelsea.png", "coffee.png", "rocket.jpg", "camera.png"):
        batch = how(Image.open(DATA / "gallery" / photo).convert("RGB"))[None]
        with torch.inference_mode():
            scores = network(batch)
            assert torch.equal(scores, theirs(batch))
        seen[photo] = card.classes[int(scores.argmax())]
    assert seen["chelsea.png"] in {"tabby", "tiger cat", "Egyptian cat"}
    assert (seen["coffee.png"], seen["rocket.jpg"], seen["camera.png"]) == ("espresso", "missile", "tripod")


@pytest.mark.parametrize("content", [b"", b"<html>captive portal</html>", b"PK\x03\x04 cut"])
def test_a_damaged_file_in_the_cache_is_named(torch_home, content):
    path = torchvision_models.file("squeezenet1_1")
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        models.load("squeezenet1_1")
    assert str(caught.value) == (
        f"{path.name} is no whole PyTorch checkpoint: delete {path}, and it is downloaded again at the next use."
    )


def test_a_cached_file_of_another_network_is_named(torch_home):
    torch.save(models.load("squeezenet1_0", random_seed=0).state_dict(), torchvision_models.file("squeezenet1_1"))
    with pytest.raises(
        ModelError, match=r"squeezenet1_1-b8a52dc0\.pth does not fit squeezenet1_1: 12 tensors are missing"
    ):
        models.load("squeezenet1_1")


def test_without_a_network_one_sentence_says_which_file_to_put_where(torch_home, monkeypatch):
    def no_network(*args, **settings):
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(downloads.urllib.request, "urlopen", no_network)
    assert not models.is_ready("resnet18")
    with pytest.raises(ModelError) as caught:
        models.load("resnet18")
    assert str(caught.value) == (
        "resnet18-f37072fd.pth could not be downloaded (Name or service not known): "
        "get https://download.pytorch.org/models/resnet18-f37072fd.pth in another way, "
        f"put it at {torch_home / 'resnet18-f37072fd.pth'} and try again."
    )
    assert not list(torch_home.iterdir())


def test_a_checkpoint_for_another_network_gets_the_whole_account():
    data = save(models.load("resnet18", random_seed=0).state_dict())
    with pytest.raises(
        ModelError, match=r"r18\.safetensors does not fit squeezenet1_1: 52 tensors are missing"
    ) as caught:
        models.load("squeezenet1_1", checkpoint=data, checkpoint_name="r18.safetensors")
    assert len(caught.value.account.missing) == 52
    assert len(caught.value.account.unexpected) == 122
