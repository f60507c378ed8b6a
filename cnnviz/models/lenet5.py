"""LeNet-5 as the course draws it: sigmoid, average pooling, 6 and 16 filters, 120-84-10.

Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition"; the Gaussian output layer and the
sparse connections of C3 are left out, and the 28x28 input is padded by 2 to the paper's 32x32.
"""

from collections import OrderedDict

from torch import nn


def build(*, classes: int = 10) -> nn.Module:
    """Return a module from (N, 1, 28, 28) to (N, classes) scores."""
    network = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 6, kernel_size=5, padding=2),
            sigmoid1=nn.Sigmoid(),
            pool1=nn.AvgPool2d(kernel_size=2),
            conv2=nn.Conv2d(6, 16, kernel_size=5),
            sigmoid2=nn.Sigmoid(),
            pool2=nn.AvgPool2d(kernel_size=2),
            flatten=nn.Flatten(),
            fc1=nn.Linear(400, 120),
            sigmoid3=nn.Sigmoid(),
            fc2=nn.Linear(120, 84),
            sigmoid4=nn.Sigmoid(),
            fc3=nn.Linear(84, classes),
        )
    )
    # PyTorch's default start leaves five saturating layers with no gradient to speak of; Xavier's does not.
    for module in network:
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(module.weight, gain=4.0 if module is not network.fc3 else 1.0)
            assert module.bias is not None
            nn.init.zeros_(module.bias)
    return network
