"""The course's own networks, built as its notes build them, against the rows of the same text."""

import pytest
import torch
from torch import nn

from cnnviz.design import PRESETS
from tests.design.test_evaluation import counted, of


def course_inception(cin, c1, c2, c3, c4):
    """The block as the course's book writes it."""

    class Inception(nn.Module):
        def __init__(self):
            super().__init__()
            self.b1_1 = nn.Conv2d(cin, c1, kernel_size=1)
            self.b2_1 = nn.Conv2d(cin, c2[0], kernel_size=1)
            self.b2_2 = nn.Conv2d(c2[0], c2[1], kernel_size=3, padding=1)
            self.b3_1 = nn.Conv2d(cin, c3[0], kernel_size=1)
            self.b3_2 = nn.Conv2d(c3[0], c3[1], kernel_size=5, padding=2)
            self.b4_1 = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
            self.b4_2 = nn.Conv2d(cin, c4, kernel_size=1)

        def forward(self, x):
            b1 = self.b1_1(x).relu()
            b2 = self.b2_2(self.b2_1(x).relu()).relu()
            b3 = self.b3_2(self.b3_1(x).relu()).relu()
            b4 = self.b4_2(self.b4_1(x)).relu()
            return torch.cat((b1, b2, b3, b4), dim=1)

    return Inception()


def course_nin(cin, cout, kernel_size, strides, padding):
    return nn.Sequential(
        nn.Conv2d(cin, cout, kernel_size, strides, padding), nn.ReLU(),
        nn.Conv2d(cout, cout, kernel_size=1), nn.ReLU(),
        nn.Conv2d(cout, cout, kernel_size=1), nn.ReLU(),
    )  # fmt: skip


def course_lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2), nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10),
    )  # fmt: skip


def course_alexnet():
    return nn.Sequential(
        nn.Conv2d(1, 96, kernel_size=11, stride=4, padding=1), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(96, 256, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(256, 384, kernel_size=3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, kernel_size=3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, kernel_size=3, padding=1), nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2), nn.Flatten(),
        nn.Linear(256 * 5 * 5, 4096), nn.ReLU(), nn.Dropout(p=0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(p=0.5), nn.Linear(4096, 10),
    )  # fmt: skip


def course_network_in_network():
    return nn.Sequential(
        course_nin(1, 96, 11, 4, 0), nn.MaxPool2d(3, stride=2), course_nin(96, 256, 5, 1, 2), nn.MaxPool2d(3, stride=2),
        course_nin(256, 384, 3, 1, 1), nn.MaxPool2d(3, stride=2), nn.Dropout(0.5), course_nin(384, 10, 3, 1, 1),
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(),
    )  # fmt: skip


def course_googlenet():
    return nn.Sequential(
        nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1),
        nn.Conv2d(64, 64, kernel_size=1), nn.ReLU(), nn.Conv2d(64, 192, kernel_size=3, padding=1), nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
        course_inception(192, 64, (96, 128), (16, 32), 32), course_inception(256, 128, (128, 192), (32, 96), 64),
        nn.MaxPool2d(3, stride=2, padding=1),
        course_inception(480, 192, (96, 208), (16, 48), 64), course_inception(512, 160, (112, 224), (24, 64), 64),
        course_inception(512, 128, (128, 256), (24, 64), 64), course_inception(512, 112, (144, 288), (32, 64), 64),
        course_inception(528, 256, (160, 320), (32, 128), 128), nn.MaxPool2d(3, stride=2, padding=1),
        course_inception(832, 256, (160, 320), (32, 128), 128), course_inception(832, 384, (192, 384), (48, 128), 128),
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(1024, 10),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("lenet5", course_lenet),
        ("alexnet-course", course_alexnet),
        ("nin", course_network_in_network),
        ("googlenet-course", course_googlenet),
    ],
)
def test_the_courses_networks_are_the_courses(name, theirs):
    with torch.device("meta"):
        network = theirs()
    report = of(name)
    assert report.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert report.macs == counted(network, PRESETS[name].input_size)
    assert report.output_size == (1, 10)


# The notes' tables: what each row gives, (C, H, W) or (features,), with their own input sizes.
TABLES = {
    "lenet-relu": ("(20,28,28) ReLU (20,14,14) (50,14,14) ReLU (50,7,7) (2450,) (500,) ReLU (10,)"),
    "lenet5": "(6,28,28) Sigmoid (6,14,14) (16,10,10) Sigmoid (16,5,5) (400,) (120,) Sigmoid (84,) Sigmoid (10,)",
    "alexnet-course": (
        "(96,54,54) ReLU (96,26,26) (256,26,26) ReLU (256,12,12) (384,12,12) ReLU (384,12,12) ReLU (256,12,12) ReLU "
        "(256,5,5) (6400,) (4096,) ReLU Dropout (4096,) ReLU Dropout (10,)"
    ),
    "vgg11": (
        "(64,112,112) (128,56,56) (256,28,28) (512,14,14) (512,7,7) (512,7,7) (25088,) "
        "(4096,) ReLU Dropout (4096,) ReLU Dropout (1000,)"
    ),
    "nin": "(96,54,54) (96,26,26) (256,26,26) (256,12,12) (384,12,12) (384,5,5) Dropout (10,5,5) (10,1,1) (10,)",
    "googlenet-course": (
        "(64,112,112) ReLU (64,56,56) (64,56,56) ReLU (192,56,56) ReLU (192,28,28) "
        "(256,28,28) (480,28,28) (480,14,14) "
        "(512,14,14) (512,14,14) (512,14,14) (528,14,14) (832,14,14) (832,7,7) "
        "(832,7,7) (1024,7,7) (1024,1,1) (1024,) (10,)"
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_gives_what_the_notes_table_says(name):
    rows = TABLES[name].split()
    lines = of(name).lines
    assert len(lines) == len(rows)
    for line, row, before in zip(lines, rows, (None, *lines), strict=False):
        if row.startswith("("):
            assert line.output_size == (1, *map(int, row.strip("()").strip(",").split(","))), line.name
        else:
            assert (line.kind, line.output_size) == (row, before.output_size)


def test_lenets_table_has_eleven_rows_with_its_input_and_the_notes_weights():
    lines = of("lenet-relu").lines
    assert len(lines) + 1 == 11
    weights = [20 * 1 * 5 * 5 + 20, 50 * 20 * 5 * 5 + 50, 2450 * 500 + 500, 500 * 10 + 10]
    assert [line.parameters for line in lines if line.parameters] == weights


def test_numbers_that_are_in_print():
    assert of("lenet-relu").parameters == 20 * 26 + 50 * (500 + 1) + (2450 + 1) * 500 + 501 * 10
    assert [line.output_size for line in of("lenet-relu").lines if line.kind == "Flatten"] == [(1, 2450)]
    # Sze et al. 2017, Efficient Processing of Deep Neural Networks, table II: 61M weights, 724M MACs.
    assert of("alexnet").parameters == 60_965_224
    assert round(of("alexnet").macs / 1e6) == 724
    # Zeiler and Fergus 2014, figure 3.
    sizes = [line.output_size for line in of("zfnet").lines if line.kind in ("Conv2d", "MaxPool2d")]
    assert [side for *_, side in sizes] == [110, 55, 26, 13, 13, 13, 13, 6]
    assert of("resnet18").parameters == 11_689_512
    googlenet = {line.name: line.output_size for line in of("googlenet-course").lines}
    assert googlenet["pool2"][-1] == 28
    assert googlenet["inception1"] == (1, 256, 28, 28)
