"""The engine's 1x1 convolution against the probe on the same input."""

import numpy as np
import torch
from PIL import Image

from cnnviz import images, models
from cnnviz.engine import ModelChoice, Picture
from cnnviz.engine.requests import ReadPixels
from cnnviz.probes.pointwise import pointwise_layer

LAYER = "blocks.3.1.conv_pw"


def test_it_is_the_layer_of_the_network_on_the_prepared_picture(build, pictures):
    engine = build()
    picture: Picture = pictures(1, 80, 60)
    request = ReadPixels(ModelChoice("efficientnet-lite0"), picture, LAYER)
    found = engine.ask(request).found
    how = models.card("efficientnet-lite0").preprocessing
    batch = images.prepare(Image.fromarray(picture.pixels), how).tensor
    expected = pointwise_layer(models.load("efficientnet-lite0"), torch.tensor(batch), LAYER)
    np.testing.assert_allclose(found.outputs, expected.outputs, atol=1e-4)
    assert engine.ask(request) is engine.ask(request)
