"""A sheet of test images answered at once is each of them answered alone."""

import numpy as np
import pytest

from cnnviz import images
from cnnviz.engine.requests import AnswerSheet, Classify, ModelChoice, Picture


@pytest.mark.parametrize(("name", "classifiers"), [("googlenet-fashion", 3), ("vgg-fashion", 1)])
def test_the_last_answers_are_those_of_every_picture_alone(build, name, classifiers):
    engine, model = build(), ModelChoice(name, random_seed=0)
    found = engine.ask(AnswerSheet(model, "clothes")).found
    assert found.shape == (classifiers, 100, 10)
    np.testing.assert_allclose(found.sum(axis=2), 1, atol=1e-6)
    for number in (0, 37, 99):
        alone = engine.ask(Classify(model, Picture.of(images.sheet("clothes")[number]))).probabilities
        np.testing.assert_allclose(found[-1, number], alone, atol=1e-6)
