"""The course's second LeNet: 20 and 50 filters of 5x5 padded by 2, ReLU, max pooling, 2450-500-10."""

from collections import OrderedDict

from torch import nn


def build(*, classes: int = 10) -> nn.Module:
    """Return a module from (N, 1, 28, 28) to (N, classes) scores."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 20, kernel_size=5, padding=2),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(kernel_size=2),
            conv2=nn.Conv2d(20, 50, kernel_size=5, padding=2),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(kernel_size=2),
            flatten=nn.Flatten(),
            fc1=nn.Linear(2450, 500),
            relu3=nn.ReLU(),
            fc2=nn.Linear(500, classes),
        )
    )
