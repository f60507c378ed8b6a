"""Random networks that work, as text."""

from hypothesis import strategies as st

from cnnviz.design import evaluate, parse

IMAGES = [
    "Conv {n} 3", "Conv {n} 3 p1", "Conv {n} 5 s2 p2", "Conv {n} 1x3 p0x1 nobias", "Conv {n} 2 p same",
    "Conv {n} 3 p same d2", "Conv {n} 3 p1 g{g}", "Conv {n} 3 p1 padding_mode=reflect", "ConvTranspose {n} 4 s2 p1",
    "ConvTranspose {n} 3 s2 p1 op1", "MaxPool 2", "MaxPool 3 s2 p1", "MaxPool 3 s2 ceil", "AvgPool 2",
    "AvgPool 3 s1 p1", "LPPool 2 2", "AdaptiveAvgPool 1", "AdaptiveAvgPool 3", "AdaptiveMaxPool 2", "BatchNorm",
    "BatchNorm affine=no", "InstanceNorm", "GroupNorm {g}", "LocalResponseNorm 3", "ReLU", "ReLU inplace", "Sigmoid",
    "Tanh", "GELU", "SiLU", "SiLU inplace", "LeakyReLU 0.1", "LeakyReLU inplace", "ELU", "PReLU", "Hardswish",
    "Hardsigmoid inplace", "ReLU6", "Mish", "Softplus", "Softmax 1", "Dropout 0.5", "Dropout 0", "Dropout2d 0.3",
    "Hardtanh", "Hardtanh inplace", "CELU 0.5", "Hardshrink", "Softshrink", "Softmin 1",
    "Identity", "ZeroPad 1", "ReflectionPad 1", "ReplicationPad 2", "ConstantPad 1 0.5", "CircularPad 1",
    "Upsample 2", "Upsample 2 mode=bilinear", "PixelShuffle 2", "PixelUnshuffle 2", "ChannelShuffle 2", "VGG 2 {n}",
    "VGG 1 {n} bn", "NiN {n} 3 p1", "Inception {n} {g}/{n} 2/{n} 3", "Inception {n} 2/{n} {g}/2 3 k3 bn", "Basic {n}",
    "Basic {n} s2", "Add [Conv {n} 3 p1, BatchNorm | Conv {n} 1]", "Add [Conv {c} 3 p1, ReLU inplace | ]",
    "Concat [Conv {n} 1 | | MaxPool 3 s1 p1, Conv 2 1]", "Multiply [AdaptiveAvgPool 1, Conv {c} 1, Sigmoid | ]",
    "Multiply [ | Sigmoid]", "Concat [AvgPool 2, Conv {n} 3 p1, Upsample 2 | Conv 2 3 p1]",
    "Concat [MaxPool 2, Add [ | Conv {c} 1], ConvTranspose {n} 2 s2 | ]", "Bottleneck {g}",
    "Bottleneck {g} s2 width=8 g2", "Flatten",
]  # fmt: skip
VECTORS = [
    "Linear {n}", "Linear {n} nobias", "Add [Linear {f}, ReLU | ]", "ReLU", "ReLU inplace", "Sigmoid", "Dropout 0.5",
    "BatchNorm1d", "LayerNorm {f}", "Softmax 1", "LogSoftmax 1", "Tanh", "Identity", "Unflatten 1 {f}x1x1",
]  # fmt: skip
MOST = 60_000


@st.composite
def networks(draw, most=8):
    """Draw (text, input size) of a network every row of which works."""
    size = (draw(st.integers(2, 3)), draw(st.integers(1, 4)), draw(st.integers(4, 20)), draw(st.integers(4, 20)))
    items, arrives = [], size
    for _ in range(draw(st.integers(1, most))):
        item = draw(st.sampled_from(IMAGES if len(arrives) == 4 else VECTORS))
        if item.startswith("Unflatten") and "Linear" not in " ".join(items):
            # What is only flattened keeps a trace of where it was, which the rows do not follow.
            continue
        channels = arrives[1]
        divisors = [number for number in range(1, channels + 1) if channels % number == 0]
        group = draw(st.sampled_from(divisors))
        item = item.format(n=group * draw(st.integers(1, 3)), g=group, f=arrives[-1], c=channels)
        report = evaluate(parse(item), arrives)
        if report.error_at is None and all(line.memory < 4 * MOST for line in report.flat()):
            items.append(item)
            arrives = report.output_size
    return ", ".join(items) or "Identity", size
