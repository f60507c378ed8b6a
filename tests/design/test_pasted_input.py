"""The input of pasted code, against PyTorch: what is inferred runs through the very network that was pasted."""

import pytest
import torch
from torch import nn

from cnnviz.design import write
from cnnviz.design.pasted_input import with_input
from cnnviz.errors import ModelError

ALEXNET = (3, 227, 227)
TEXTS = {
    "nn.Sequential(nn.Conv2d(3, 6, 5), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1176, 10))": (3, 32, 32),
    "nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(6 * 14 * 14, 10))": (
        *(1, 28, 28),
    ),
    "nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 46 * 46, 10))": (3, 48, 48),
    "nn.Sequential(nn.Flatten(), nn.Linear(784, 10))": (1, 28, 28),
    "nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))": (3, 32, 32),
    "nn.Sequential(nn.Linear(7, 10), nn.ReLU())": (7,),
}


@pytest.mark.parametrize("text", TEXTS)
def test_the_input_follows_from_the_text_whatever_stood_there_before(text):
    found = with_input(text, ALEXNET)
    assert found.input_size == TEXTS[text]
    assert not found.is_open
    module = eval(text, {"nn": nn})
    assert module(torch.zeros(1, *found.input_size)).shape[0] == 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("nn.Sequential(nn.Conv2d(3, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))", (3, 224, 224)),
        ("nn.Sequential(nn.Conv2d(1, 8, 3))", (1, 28, 28)),
        ("nn.Sequential(nn.Conv1d(2, 8, 3))", (2, 32)),
        ("nn.Sequential(nn.Conv3d(2, 8, 3))", (2, 32, 32, 32)),
    ],
)
def test_a_text_that_leaves_it_open_says_so_and_keeps_an_input_that_fits(text, first):
    assert (with_input(text).input_size, with_input(text).is_open) == (first, True)
    preferred = (first[0], *(each + 5 for each in first[1:]))
    assert (with_input(text, preferred).input_size, with_input(text, preferred).is_open) == (preferred, True)


def test_features_that_no_image_brings_get_a_sentence_that_names_its_guess():
    text = "nn.Sequential(nn.Conv2d(3, 6, 5), nn.Flatten(), nn.Linear(999, 10))"
    with pytest.raises(ModelError, match=r"^No square input .*With 3x224x224: Line 1: the in_features .* 999"):
        with_input(text, (1, 28, 28))


def test_channels_that_disagree_are_found_before_any_size_is_tried():
    with pytest.raises(ModelError, match=r"in_channels of nn.Conv2d is 5, but 6 arrive"):
        with_input("nn.Sequential(nn.Conv2d(3, 6, 5), nn.Conv2d(5, 8, 3))", ALEXNET)


def test_a_row_that_can_never_work_is_left_to_the_table_of_rows():
    found = with_input("nn.Sequential(nn.Conv2d(3, 6, 5), nn.Conv3d(6, 8, 3))")
    assert write(found.rows) == "Conv 6 5, Conv3d 8 3"
