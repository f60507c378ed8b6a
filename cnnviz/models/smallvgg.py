"""A small VGG for 64x64 images: four blocks of two 3x3 convolutions, batch normalisation, global average pooling.

After Simonyan and Zisserman 2015, "Very Deep Convolutional Networks", with an eighth of the width and no hidden fully
connected layers.
"""

from collections import OrderedDict

from torch import nn


def _block(in_channels: int, out_channels: int) -> nn.Module:
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False),
            bn1=nn.BatchNorm2d(out_channels),
            relu1=nn.ReLU(inplace=True),
            conv2=nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False),
            bn2=nn.BatchNorm2d(out_channels),
            relu2=nn.ReLU(inplace=True),
            pool=nn.MaxPool2d(kernel_size=2),
        )
    )


def build(*, classes: int = 50) -> nn.Module:
    """Return a module from (N, 3, 64, 64) to (N, classes) scores; other sizes from 16 up work too."""
    return nn.Sequential(
        OrderedDict(
            block1=_block(3, 32),
            block2=_block(32, 64),
            block3=_block(64, 128),
            block4=_block(128, 256),
            gap=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            dropout=nn.Dropout(0.1),
            fc=nn.Linear(256, classes),
        )
    )
