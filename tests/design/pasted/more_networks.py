"""More networks as students write them: autoencoders, gates, dense blocks, lists of layers."""

AUTOENCODER = """
import torch
import torch.nn as nn
import torch.nn.functional as F

class ConvAutoencoder(nn.Module):
    def __init__(self):
        super(ConvAutoencoder, self).__init__()
        ## encoder layers ##
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        ## decoder layers ##
        self.t_conv1 = nn.ConvTranspose2d(4, 16, 2, stride=2)
        self.t_conv2 = nn.ConvTranspose2d(16, 3, 2, stride=2)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = self.pool(x)
        x = F.relu(self.conv2(x))
        x = self.pool(x)
        x = F.relu(self.t_conv1(x))
        x = torch.sigmoid(self.t_conv2(x))
        return x
"""

GLOBAL_POOLING = """
import torch
from torch import nn

class SmallNet(nn.Module):
    def __init__(self, width=2**4, depth=3, act=nn.ReLU):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding="same", bias=False)
        self.blocks = nn.ModuleList()
        for i in range(depth):
            self.blocks.append(nn.Sequential(
                nn.Conv2d(width * 2**i, width * 2**(i + 1), 3, stride=2, padding=1),
                nn.GroupNorm(4, width * 2**(i + 1)),
                act(),
            ))
        self.head = nn.Linear(width * 2**depth, 10)

    def forward(self, x):
        x = self.stem(x)
        for i, block in enumerate(self.blocks):
            x = block(x)
        assert x.dim() == 4
        x = x.mean([2, 3])
        return self.head(x)

model = SmallNet()
print(f"parameters: {sum(p.numel() for p in model.parameters())}")
"""

GATED = """
import torch
import torch.nn as nn

class SELayer(nn.Module):
    def __init__(self, channel, reduction=16):
        super(SELayer, self).__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channel, channel // reduction, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(channel // reduction, channel, bias=False),
            nn.Sigmoid()
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.avg_pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 3)
        self.se = SELayer(32, 8)
        self.out = nn.Linear(32, 5)

    def forward(self, x):
        x = self.se(torch.relu(self.conv(x)))
        x = nn.functional.adaptive_max_pool2d(x, 1).squeeze(-1).squeeze(-1)
        return self.out(x)
"""

DENSE = """
import torch
import torch.nn as nn
import torch.nn.functional as F

class Bottleneck(nn.Module):
    def __init__(self, in_planes, growth_rate):
        super(Bottleneck, self).__init__()
        self.bn1 = nn.BatchNorm2d(in_planes)
        self.conv1 = nn.Conv2d(in_planes, 4*growth_rate, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4*growth_rate)
        self.conv2 = nn.Conv2d(4*growth_rate, growth_rate, kernel_size=3, padding=1, bias=False)

    def forward(self, x):
        out = self.conv1(F.relu(self.bn1(x)))
        out = self.conv2(F.relu(self.bn2(out)))
        out = torch.cat([out,x], 1)
        return out

class DenseNet(nn.Module):
    def __init__(self, growth_rate=12, num_classes=10):
        super().__init__()
        self.growth_rate = growth_rate
        num_planes = 2*growth_rate
        self.conv1 = nn.Conv2d(3, num_planes, kernel_size=3, padding=1, bias=False)
        self.dense1 = self._make_dense_layers(Bottleneck, num_planes, 3)
        num_planes += 3*growth_rate
        self.bn = nn.BatchNorm2d(num_planes)
        self.linear = nn.Linear(num_planes, num_classes)

    def _make_dense_layers(self, block, in_planes, nblock):
        layers = []
        for i in range(nblock):
            layers.append(block(in_planes, self.growth_rate))
            in_planes += self.growth_rate
        return nn.Sequential(*layers)

    def forward(self, x):
        out = self.conv1(x)
        out = self.dense1(out)
        out = F.avg_pool2d(F.relu(self.bn(out)), 4)
        out = F.adaptive_avg_pool2d(out, (1, 1))
        out = torch.flatten(out, start_dim=1)
        return self.linear(out)
"""

CONCATENATED = """
import torch
import torch.nn as nn

class Block(nn.Module):
    def __init__(self, growth):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(8 + i * growth, growth, 3, padding=1) for i in range(3)])

    def forward(self, x):
        features = [x]
        for conv in self.convs:
            new = torch.relu(conv(torch.cat(features, dim=1)))
            features.append(new)
        return torch.cat(features, dim=1)

net = nn.Sequential(nn.Conv2d(3, 8, 1), Block(4), nn.Flatten(), nn.LazyLinear(10))
"""

UNET = """
import torch
import torch.nn as nn

def double_conv(in_c, out_c):
    conv = nn.Sequential(
        nn.Conv2d(in_c, out_c, kernel_size=3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(out_c, out_c, kernel_size=3, padding=1),
        nn.ReLU(inplace=True),
    )
    return conv

class UNet(nn.Module):
    def __init__(self):
        super(UNet, self).__init__()
        self.max_pool_2x2 = nn.MaxPool2d(kernel_size=2, stride=2)
        self.down_conv_1 = double_conv(1, 8)
        self.down_conv_2 = double_conv(8, 16)
        self.down_conv_3 = double_conv(16, 32)
        self.up_trans_1 = nn.ConvTranspose2d(32, 16, kernel_size=2, stride=2)
        self.up_conv_1 = double_conv(32, 16)
        self.up = nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)
        self.up_conv_2 = double_conv(24, 8)
        self.out = nn.Conv2d(8, 2, kernel_size=1)

    def forward(self, image):
        x1 = self.down_conv_1(image)
        x2 = self.max_pool_2x2(x1)
        x3 = self.down_conv_2(x2)
        x4 = self.max_pool_2x2(x3)
        x5 = self.down_conv_3(x4)
        x = self.up_trans_1(x5)
        x = self.up_conv_1(torch.cat([x, x3], 1))
        x = self.up(x)
        x = self.up_conv_2(torch.cat([x, x1], 1))
        return self.out(x)

if __name__ == "__main__":
    image = torch.rand((1, 1, 64, 64))
    model = UNet()
    print(model(image).shape)
"""

INVERTED = """
from torch import nn, Tensor
from functools import partial
from collections import OrderedDict

class ConvNormActivation(nn.Sequential):
    def __init__(self, in_planes: int, out_planes: int, kernel_size: int = 3, stride: int = 1, groups: int = 1,
                 norm_layer=None) -> None:
        padding = (kernel_size - 1) // 2
        if norm_layer is None:
            norm_layer = nn.BatchNorm2d
        super().__init__(
            nn.Conv2d(in_planes, out_planes, kernel_size, stride, padding, groups=groups, bias=False),
            norm_layer(out_planes),
            nn.ReLU6(inplace=True),
        )
        self.out_channels = out_planes


class InvertedResidual(nn.Module):
    def __init__(self, inp, oup, stride, expand_ratio, norm_layer=partial(nn.BatchNorm2d, eps=1e-3)):
        super().__init__()
        if stride not in [1, 2]:
            raise ValueError(f"stride should be 1 or 2 instead of {stride}")
        hidden_dim = int(round(inp * expand_ratio))
        self.use_res_connect = stride == 1 and inp == oup
        layers = []
        if expand_ratio != 1:
            layers.append(ConvNormActivation(inp, hidden_dim, kernel_size=1, norm_layer=norm_layer))
        layers.extend([
            ConvNormActivation(hidden_dim, hidden_dim, stride=stride, groups=hidden_dim, norm_layer=norm_layer),
            nn.Conv2d(hidden_dim, oup, 1, 1, 0, bias=False),
            norm_layer(oup),
        ])
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        if self.use_res_connect:
            return x + self.conv(x)
        else:
            return self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, settings=None, classes=7):
        super().__init__()
        if settings is None:
            settings = [
                # t, c, n, s
                [1, 16, 1, 1],
                [6, 24, 2, 2],
            ]
        channels = 32
        features = [ConvNormActivation(3, channels, stride=2)]
        for t, c, n, s in settings:
            for i in range(n):
                features.append(InvertedResidual(channels, c, s if i == 0 else 1, expand_ratio=t))
                channels = c
        self.features = nn.Sequential(OrderedDict([(f"block{i}", f) for i, f in enumerate(features)]))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(channels, classes))

    def _forward_impl(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = nn.functional.adaptive_avg_pool2d(x, (1, 1)).reshape(x.shape[0], -1)
        return self.classifier(x)

    def forward(self, x: Tensor) -> Tensor:
        return self._forward_impl(x)


def mobilenet() -> MobileNetV2:
    return MobileNetV2()
"""
