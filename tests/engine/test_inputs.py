"""A photo on its way to a network."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz import images
from cnnviz.engine.requests import Input, ModelChoice, Picture


def test_a_photo_becomes_an_array_once_and_the_networks_input_once(build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    engine = build()
    image = images.decode(file.getvalue())
    copies: list[tuple[str, tuple[int, int]]] = []

    def noted(name: str, way: Any) -> Any:
        def note(self: Image.Image, *args: Any) -> Any:
            copies.append((name, self.size))
            return way(self, *args)

        return note

    for name in ("tobytes", "convert"):
        monkeypatch.setattr(Image.Image, name, noted(name, getattr(Image.Image, name)))
    picture = Picture.of(image)
    assert copies == [("tobytes", (400, 300))]
    given = engine.ask(Input(ModelChoice("squeezenet1_1", random_seed=0), picture))
    assert copies == [("tobytes", (400, 300)), ("tobytes", (224, 224))]
    assert (picture.pixels == pixels).all()
    assert given.view.shape == (224, 224, 3)
