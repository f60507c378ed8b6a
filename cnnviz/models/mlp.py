"""A multilayer perceptron with one hidden layer: whole-image templates, recombined."""

from collections import OrderedDict

from torch import nn


def build(*, in_features: int = 784, hidden: int = 256, classes: int = 10) -> nn.Module:
    """Return a module from (N, C, H, W) with C*H*W == in_features to (N, classes) scores."""
    return nn.Sequential(
        OrderedDict(
            flatten=nn.Flatten(),
            fc1=nn.Linear(in_features, hidden),
            relu=nn.ReLU(),
            fc2=nn.Linear(hidden, classes),
        )
    )
