"""A small convolutional network for digits of any size: five convolutions with batch normalisation, two linear layers.

It stands for the CNN of Jaderberg et al. 2015, "Spatial Transformer Networks", and is the classifier behind a
transformer, so that the two differ in the transformer alone.
"""

from collections import OrderedDict

from torch import nn


def build(*, side: int = 28, width: int = 24, hidden: int = 64, classes: int = 10) -> nn.Module:
    """Return a module from (N, 1, side, side) to (N, classes) scores; `width` filters in the first layer."""
    last = side // 8
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, width, kernel_size=5, padding=2, bias=False),
            bn1=nn.BatchNorm2d(width),
            relu1=nn.ReLU(inplace=True),
            pool1=nn.MaxPool2d(kernel_size=2),
            conv2=nn.Conv2d(width, 2 * width, kernel_size=3, padding=1, bias=False),
            bn2=nn.BatchNorm2d(2 * width),
            relu2=nn.ReLU(inplace=True),
            conv3=nn.Conv2d(2 * width, 2 * width, kernel_size=3, padding=1, bias=False),
            bn3=nn.BatchNorm2d(2 * width),
            relu3=nn.ReLU(inplace=True),
            pool2=nn.MaxPool2d(kernel_size=2),
            conv4=nn.Conv2d(2 * width, 4 * width, kernel_size=3, padding=1, bias=False),
            bn4=nn.BatchNorm2d(4 * width),
            relu4=nn.ReLU(inplace=True),
            conv5=nn.Conv2d(4 * width, 4 * width, kernel_size=3, padding=1, bias=False),
            bn5=nn.BatchNorm2d(4 * width),
            relu5=nn.ReLU(inplace=True),
            pool3=nn.MaxPool2d(kernel_size=2),
            flatten=nn.Flatten(),
            fc1=nn.Linear(4 * width * last * last, hidden),
            relu6=nn.ReLU(inplace=True),
            fc2=nn.Linear(hidden, classes),
        )
    )
