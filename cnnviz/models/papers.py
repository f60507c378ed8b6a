"""Who first described torchvision's architectures: one row a family, and the first that a name starts with counts."""

_PAPERS = (
    ("alexnet", 2014, "Krizhevsky 2014, One Weird Trick for Parallelizing Convolutional Neural Networks"),
    ("convnext", 2022, "Liu et al. 2022, A ConvNet for the 2020s"),
    ("densenet", 2016, "Huang et al. 2017, Densely Connected Convolutional Networks"),
    ("efficientnet_v2", 2021, "Tan and Le 2021, EfficientNetV2: Smaller Models and Faster Training"),
    ("efficientnet", 2019, "Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"),
    ("googlenet", 2014, "Szegedy et al. 2015, Going Deeper with Convolutions"),
    ("inception", 2015, "Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision"),
    ("maxvit", 2022, "Tu et al. 2022, MaxViT: Multi-Axis Vision Transformer"),
    ("mnasnet", 2018, "Tan et al. 2019, MnasNet: Platform-Aware Neural Architecture Search for Mobile"),
    ("mobilenet_v2", 2018, "Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks"),
    ("mobilenet_v3", 2019, "Howard et al. 2019, Searching for MobileNetV3"),
    ("regnet", 2020, "Radosavovic et al. 2020, Designing Network Design Spaces"),
    ("resnet", 2015, "He et al. 2016, Deep Residual Learning for Image Recognition"),
    ("resnext", 2016, "Xie et al. 2017, Aggregated Residual Transformations for Deep Neural Networks"),
    ("shufflenet", 2018, "Ma et al. 2018, ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design"),
    ("squeezenet", 2016, "Iandola et al. 2016, SqueezeNet: AlexNet-Level Accuracy with 50x Fewer Parameters"),
    ("swin_v2", 2021, "Liu et al. 2022, Swin Transformer V2: Scaling Up Capacity and Resolution"),
    ("swin", 2021, "Liu et al. 2021, Swin Transformer: Hierarchical Vision Transformer using Shifted Windows"),
    ("vgg", 2014, "Simonyan and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale Image Recognition"),
    (
        "vit",
        2020,
        "Dosovitskiy et al. 2021, An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
    ),
    ("wide_resnet", 2016, "Zagoruyko and Komodakis 2016, Wide Residual Networks"),
)


def paper(name: str) -> tuple[int, str]:
    """Return (year it was first public, reference) for a torchvision name; (0, "") for a family not in the table."""
    return next(((year, title) for family, year, title in _PAPERS if name.startswith(family)), (0, ""))
