"""AlexNet for 64x64 images: five convolutions, the first with 64 filters of 3x11x11, and two linear layers.

After Krizhevsky, Sutskever and Hinton 2012. The stride of the first layer is 2 instead of 4, since the images are 64
and not 224 wide, the linear layers are narrow, and batch normalisation stands where local response normalisation stood.
"""

from collections import OrderedDict

from torch import nn


def build(*, classes: int = 50) -> nn.Module:
    """Return a module from (N, 3, 64, 64) to (N, classes) scores; other sizes from 48 up work too."""
    network = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(3, 64, kernel_size=11, stride=2, padding=5, bias=False),
            bn1=nn.BatchNorm2d(64),
            relu1=nn.ReLU(inplace=True),
            pool1=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            conv2=nn.Conv2d(64, 128, kernel_size=5, padding=2, bias=False),
            bn2=nn.BatchNorm2d(128),
            relu2=nn.ReLU(inplace=True),
            pool2=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            conv3=nn.Conv2d(128, 192, kernel_size=3, padding=1, bias=False),
            bn3=nn.BatchNorm2d(192),
            relu3=nn.ReLU(inplace=True),
            conv4=nn.Conv2d(192, 192, kernel_size=3, padding=1, bias=False),
            bn4=nn.BatchNorm2d(192),
            relu4=nn.ReLU(inplace=True),
            conv5=nn.Conv2d(192, 128, kernel_size=3, padding=1, bias=False),
            bn5=nn.BatchNorm2d(128),
            relu5=nn.ReLU(inplace=True),
            pool5=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            avgpool=nn.AdaptiveAvgPool2d(4),
            flatten=nn.Flatten(),
            dropout1=nn.Dropout(0.4),
            fc1=nn.Linear(128 * 4 * 4, 512),
            relu6=nn.ReLU(inplace=True),
            dropout2=nn.Dropout(0.3),
            fc2=nn.Linear(512, classes),
        )
    )
    # Batch normalisation makes the layer blind to the scale of its weights, so a small start is forgotten within a few
    # hundred steps; a start at the usual scale would stay in the filters as noise for longer than the training lasts.
    assert isinstance(network.conv1, nn.Conv2d)
    nn.init.normal_(network.conv1.weight, std=1e-3)
    return network
