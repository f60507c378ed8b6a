"""For every layer kind: inputs and settings to try, most of which torch takes and some of which it refuses."""

from hypothesis import assume
from hypothesis import strategies as st

LIMITS = {1: 14, 2: 9, 3: 6}
SMALL = st.integers(1, 6)


def each(rank, numbers):
    """One number for all axes, or one an axis."""
    return st.one_of(numbers, st.tuples(*[numbers] * rank))


@st.composite
def images(draw, rank, channels=SMALL):
    positions = draw(st.tuples(*[st.integers(1, LIMITS[rank])] * rank))
    return (draw(st.integers(1, 2)), draw(channels), *positions)


tensors = st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple)


def maybe(**settings):
    """Any part of these settings; the others keep their defaults."""
    return st.fixed_dictionaries({}, optional=settings)


@st.composite
def joined(draw, *parts):
    made = {}
    for part in parts:
        made |= draw(part)
    return made


def rarely(strategy, wrong):
    return st.integers(0, 39).flatmap(lambda dice: wrong if dice == 39 else strategy)


def numbers(least, most, wrong=None):
    """Numbers from least to most, and now and then one that is wrong."""
    within = st.integers(least, most)
    return within if wrong is None else rarely(within, st.just(wrong))


@st.composite
def convolutions(draw, rank):
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    multiple = st.integers(1, 3).map(lambda count: count * groups)
    channels = rarely(multiple, st.integers(1, 6))
    settings = st.fixed_dictionaries(
        {"out_channels": channels, "kernel_size": each(rank, numbers(1, 4, 0)), "groups": st.just(groups)},
        optional={
            "stride": each(rank, numbers(1, 3, 0)) | st.just(1),
            "padding": st.one_of(each(rank, st.integers(0, 3)), st.sampled_from(("same", "valid", -1))),
            "dilation": each(rank, st.integers(1, 3)) | st.just(1),
            "bias": st.booleans(),
            "padding_mode": st.sampled_from(("zeros", "reflect", "replicate", "circular")),
        },
    )
    case = draw(images(rank, channels)), draw(settings)
    # Torch cuts rows off for a negative padding in these modes and refuses it in the others; cnnviz always refuses it.
    assume(case[1].get("padding") != -1 or case[1].get("padding_mode", "zeros") == "zeros")
    return case


@st.composite
def transposed(draw, rank):
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    multiple = st.integers(1, 3).map(lambda count: count * groups)
    channels = rarely(multiple, st.integers(1, 6))
    settings = st.fixed_dictionaries(
        {"out_channels": channels, "kernel_size": each(rank, numbers(1, 4, 0)), "groups": st.just(groups)},
        optional={
            "stride": each(rank, numbers(1, 3, 0)),
            "padding": each(rank, numbers(0, 3, -1)),
            "output_padding": each(rank, numbers(0, 2, -1)),
            "dilation": each(rank, st.integers(1, 3)),
            "bias": st.booleans(),
            "padding_mode": rarely(st.just("zeros"), st.just("reflect")),
        },
    )
    return draw(images(rank, channels)), draw(settings)


@st.composite
def pools(draw, rank, more, *, padded=True, dilated=False):
    kernel = draw(each(rank, numbers(1, 6 - rank, 0)))
    kernels = kernel if isinstance(kernel, tuple) else (kernel,) * rank
    settings = {"kernel_size": kernel} | draw(more)
    settings |= draw(maybe(stride=each(rank, numbers(1, 4, 0)) | st.none(), ceil_mode=st.booleans()))
    if padded and draw(st.booleans()):
        halves = st.tuples(*[rarely(st.integers(0, max(k, 0) // 2), st.integers(-1, 3)) for k in kernels])
        settings["padding"] = draw(halves | st.just(min(kernels) // 2))
    if dilated:
        settings |= draw(maybe(dilation=each(rank, numbers(1, 3, 0))))
    return draw(images(rank)), settings


def adaptive(rank):
    if rank == 1:
        wanted = numbers(1, 9, -1) | st.tuples(st.integers(1, 9))
    else:
        one = numbers(1, 9, -1) | st.none() | st.just(1)
        wanted = one | st.tuples(*[one] * rank)
    return st.tuples(images(rank), st.fixed_dictionaries({"output_size": wanted}))


def of(inputs, settings=None):
    return st.tuples(inputs, st.just({}) if settings is None else settings)


def plain(**settings):
    return of(tensors | st.lists(st.integers(1, 5), min_size=1, max_size=1).map(tuple), maybe(**settings))


in_place = {"inplace": st.booleans()}
dims = st.none() | st.integers(-6, 5)
normalising = maybe(affine=st.booleans(), track_running_stats=st.booleans(), momentum=st.just(0.5))


@st.composite
def layer_norms(draw):
    size = draw(tensors)
    count = draw(st.integers(1, len(size)))
    shape = draw(rarely(st.just(size[-count:]), st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)))
    shape = shape[0] if len(shape) == 1 and draw(st.booleans()) else shape
    return size, {"normalized_shape": shape} | draw(maybe(elementwise_affine=st.booleans(), bias=st.booleans()))


@st.composite
def unflattened(draw):
    size = draw(tensors)
    dim = draw(st.integers(0, len(size) - 1))
    wanted = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    # Mostly what fits, so put the product there.
    product = 1
    for entry in wanted:
        product *= entry
    if draw(st.integers(0, 9)):
        size = (*size[:dim], product, *size[dim + 1 :])
    if draw(st.booleans()):
        wanted[draw(st.integers(0, len(wanted) - 1))] = -1
    dim = draw(rarely(st.sampled_from((dim, dim - len(size))), st.integers(-6, 6)))
    return size, {"dim": dim, "unflattened_size": tuple(wanted)}


@st.composite
def upsampled(draw):
    rank = draw(st.integers(1, 3))
    modes = {1: ("nearest", "linear"), 2: ("nearest", "bilinear", "bicubic"), 3: ("nearest", "trilinear")}[rank]
    mode = draw(rarely(st.sampled_from((*modes, "nearest-exact", "area")), st.just("bilinear")))
    settings = {"mode": mode}
    scale = st.sampled_from((0.1, 0.5, 0.75, 1, 1.5, 2, 2.0, 3, 2.7, 1 / 3, 4))
    if draw(st.booleans()):
        settings["scale_factor"] = draw(each(rank, scale))
        settings |= draw(maybe(recompute_scale_factor=st.booleans()))
    else:
        wrong = ({"scale_factor": 2.0}, {"recompute_scale_factor": True})
        settings["size"] = draw(each(rank, numbers(1, 9, 0)))
        settings |= draw(rarely(st.just({}), st.sampled_from(wrong)))
    if mode in ("linear", "bilinear", "bicubic", "trilinear"):
        settings |= draw(maybe(align_corners=st.booleans()))
    else:
        settings |= draw(rarely(st.just({}), st.just({"align_corners": False})))
    return draw(images(rank)), settings


@st.composite
def shuffled(draw):
    factor = draw(numbers(1, 3, 0))
    fits = st.integers(1, 3).map(lambda count: count * max(factor, 1) ** 2)
    channels = draw(rarely(fits, st.integers(1, 9)))
    return draw(images(2, st.just(channels))), {"upscale_factor": factor}


@st.composite
def unshuffled(draw):
    factor = draw(numbers(1, 3, 0))
    fits = st.integers(1, 3).map(lambda count: count * max(factor, 1))
    extent = rarely(fits, st.integers(1, 9))
    return (1, draw(st.integers(1, 4)), draw(extent), draw(extent)), {"downscale_factor": factor}


def pads(rank, least, **more):
    amount = st.integers(least, 4)
    amounts = amount | st.tuples(*[amount] * (2 * rank))
    return st.tuples(images(rank), st.fixed_dictionaries({"padding": amounts, **more}))


def circular(rank):
    """Torch fills up from memory that it has not written where more is wanted than negative paddings leave."""

    def defined(case):
        (_, _, *size), amounts = case[0], case[1]["padding"]
        amounts = amounts if isinstance(amounts, tuple) else (amounts,) * (2 * rank)
        axes = zip(reversed(size), amounts[::2], amounts[1::2], strict=True)
        return all(min(b, a) >= 0 or max(b, a) <= extent + min(b, 0) + min(a, 0) for extent, b, a in axes)

    return pads(rank, -2).filter(defined)


dropped = st.sampled_from((0.0, 0.3, 1.0, 2.0))
CASES = {
    "Linear": of(tensors, st.fixed_dictionaries({"out_features": numbers(1, 6)}, optional={"bias": st.booleans()})),
    "LayerNorm": layer_norms(),
    "GroupNorm": of(
        tensors, st.fixed_dictionaries({"num_groups": numbers(1, 4, 0)}, optional={"affine": st.booleans()})
    ),
    "LocalResponseNorm": of(
        st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple),
        st.fixed_dictionaries({"size": numbers(1, 6, 0)}, optional={"k": st.just(2.0), "alpha": st.just(0.1)}),
    ),
    "Embedding": of(
        st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple),
        st.fixed_dictionaries(
            {"num_embeddings": st.integers(1, 6), "embedding_dim": st.integers(1, 5)},
            optional={"padding_idx": st.integers(-7, 6), "max_norm": st.just(1.0)},
        ),
    ),
    "ReLU": plain(**in_place),
    "ReLU6": plain(**in_place),
    "LeakyReLU": plain(**in_place, negative_slope=st.sampled_from((0.1, 0.0))),
    "PReLU": of(tensors, maybe(num_parameters=st.integers(1, 5), init=st.just(0.1))),
    "ELU": plain(**in_place, alpha=st.just(0.5)),
    "SELU": plain(**in_place),
    "GELU": plain(approximate=st.sampled_from(("none", "tanh", "fast"))),
    "SiLU": plain(**in_place),
    "Sigmoid": plain(),
    "Tanh": plain(),
    "Hardswish": plain(**in_place),
    "Hardsigmoid": plain(**in_place),
    "Softmax": plain(dim=dims),
    "LogSoftmax": plain(dim=dims),
    "Softplus": plain(beta=st.sampled_from((1.0, 2.0)), threshold=st.just(10.0)),
    "Mish": plain(**in_place),
    "Softmin": plain(dim=dims),
    "Hardtanh": plain(**in_place, min_val=st.sampled_from((-1.0, 0.0, 2.0)), max_val=st.sampled_from((1.0, 6.0))),
    "CELU": plain(**in_place, alpha=st.sampled_from((0.5, 0.0))),
    "Hardshrink": plain(lambd=st.just(0.7)),
    "Softshrink": plain(lambd=st.sampled_from((0.7, -0.1))),
    "Tanhshrink": plain(),
    "Softsign": plain(),
    "LogSigmoid": plain(),
    "GLU": of(
        st.lists(rarely(st.sampled_from((2, 4)), st.just(3)), min_size=1, max_size=4).map(tuple),
        maybe(dim=rarely(st.sampled_from((0, -1)), dims)),
    ),
    "Flatten": plain(start_dim=st.integers(-5, 4), end_dim=st.integers(-5, 4)),
    "Unflatten": unflattened(),
    "Upsample": upsampled(),
    "ChannelShuffle": of(tensors, st.fixed_dictionaries({"groups": numbers(1, 4, 0)})),
    "PixelShuffle": shuffled(),
    "PixelUnshuffle": unshuffled(),
    "Dropout": plain(**in_place, p=st.sampled_from((0.0, 0.3, 1.0, -0.1, 1.5))),
    "Dropout2d": of(tensors, maybe(**in_place, p=dropped)),
    "Dropout1d": of(st.lists(st.integers(1, 5), min_size=3, max_size=4).map(tuple), maybe(**in_place, p=dropped)),
    "Dropout3d": of(tensors, maybe(**in_place, p=dropped)),
    "Identity": plain(),
}
norms = st.fixed_dictionaries({"norm_type": rarely(st.sampled_from((1, 2, 3, 2.5)), st.just(0))})
for rank in (1, 2, 3):
    flat = st.tuples(st.integers(1, 4), st.integers(1, 6))
    averaging = maybe(count_include_pad=st.booleans())
    if rank > 1:
        averaging = joined(averaging, maybe(divisor_override=numbers(1, 3, 0)))
    CASES |= {
        f"Conv{rank}d": convolutions(rank),
        f"ConvTranspose{rank}d": transposed(rank),
        f"MaxPool{rank}d": pools(rank, maybe(return_indices=st.booleans()), dilated=True),
        f"AvgPool{rank}d": pools(rank, averaging),
        f"LPPool{rank}d": pools(rank, norms, padded=False),
        f"AdaptiveAvgPool{rank}d": adaptive(rank),
        f"AdaptiveMaxPool{rank}d": adaptive(rank),
        f"BatchNorm{rank}d": of(images(rank) | flat if rank == 1 else images(rank), normalising),
        f"InstanceNorm{rank}d": of(images(rank), normalising),
        f"ZeroPad{rank}d": pads(rank, -4),
        f"ConstantPad{rank}d": pads(rank, -4, value=st.just(1.5)),
        f"ReflectionPad{rank}d": pads(rank, -2),
        f"ReplicationPad{rank}d": pads(rank, -2),
        f"CircularPad{rank}d": circular(rank),
    }
