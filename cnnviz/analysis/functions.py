"""torch's functions by what they do to sizes and positions. A new one is a new word in its list."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Every output depends on the inputs at its own position alone, after broadcasting.
POINTWISE = words(
    """
    abs absolute acos acosh add addcdiv addcmul alpha_dropout and angle arccos arccosh arcsin arcsinh arctan arctan2
    arctanh asin asinh atan atan2 atanh bernoulli bfloat16 bitwise_and bitwise_left_shift bitwise_not bitwise_or
    bitwise_right_shift bitwise_xor bool byte ceil celu clamp clamp_max clamp_min clip clone conj contiguous
    copysign cos cosh cpu cuda data deg2rad detach digamma div divide double dropout dropout1d dropout2d dropout3d
    elu eq erf erfc erfinv exp exp2 expm1 feature_alpha_dropout feature_dropout fix float float_power floor
    floor_divide floordiv fmax fmin fmod frac ge gelu greater greater_equal gt half hardshrink hardsigmoid hardswish
    hardtanh heaviside hypot imag int invert isclose isfinite isinf isnan ldexp le leaky_relu lerp less less_equal
    lgamma local_response_norm log log10 log1p log2 log_sigmoid logaddexp logaddexp2 logical_and logical_not
    logical_or logical_xor logit logsigmoid long lshift lt masked_fill maximum minimum mish mod mul multiply
    nan_to_num ne neg negative nextafter not_equal or pin_memory polygamma pos positive pow prelu rad2deg rdiv real
    reciprocal relu relu6 remainder requires_grad resolve_conj resolve_neg rfloordiv rmod round rpow rrelu rshift
    rsqrt rsub rtruediv selu sgn short sigmoid sign signbit silu sin sinc sinh softplus softshrink softsign sqrt
    square sub subtract tan tanh tanhshrink threshold to true_divide truediv trunc type type_as where xlogy xor
    """
)

# A pointwise function of one tensor: written in place, it changes no position of any other view.
UNARY = words(
    """
    abs alpha_dropout bfloat16 celu clone contiguous data detach double dropout dropout1d
    dropout2d dropout3d elu exp float gelu half hardshrink hardsigmoid hardswish hardtanh leaky_relu log mish neg
    relu relu6 requires_grad rrelu rsqrt selu sigmoid silu softplus softshrink softsign sqrt square tanh threshold
    to
    """
)

# Outputs that hold no information on any input's values.
CONSTANT = words(
    """
    arange as_tensor empty empty_like empty_strided eye fill full full_like linspace logspace new new_empty
    new_empty_strided new_full new_ones new_tensor new_zeros normal ones ones_like rand rand_like randint
    randint_like randn randn_like randperm range scalar_tensor tensor tril_indices triu_indices trunc_normal uniform
    zero zeros zeros_like
    """
)

# The same memory or the same elements under another shape, in row-major order.
RESHAPING = words("flatten ravel reshape reshape_as squeeze unflatten unsqueeze view view_as")

PERMUTING = words("H T adjoint mH mT moveaxis movedim permute swapaxes swapdims t transpose")

EXPANDING = words("broadcast_to expand expand_as repeat tile")

# One number for a whole dimension; `keepdim` keeps it with size 1.
REDUCING = words(
    """
    all amax amin aminmax any argmax argmin count_nonzero linalg_vector_norm logsumexp max mean median min mode
    nanmean nansum norm prod quantile std std_mean sum var var_mean vector_norm
    """
)

# As many numbers as before, each of which depends on its whole dimension.
SPREADING = words(
    "batch_norm group_norm instance_norm layer_norm log_softmax normalize rms_norm softmax softmin weight_norm"
)

CONVOLUTIONS = frozenset(f"{name}{rank}d" for name in ("conv", "conv_transpose") for rank in (1, 2, 3))

POOLS = frozenset(
    f"{name}_pool{rank}d{tail}" for name in ("max", "avg", "lp") for rank in (1, 2, 3) for tail in ("", "_with_indices")
)

ADAPTIVE_POOLS = frozenset(
    f"adaptive_{kind}_pool{rank}d{tail}"
    for kind in ("avg", "max")
    for rank in (1, 2, 3)
    for tail in ("", "_with_indices")
)

MOVING = words(
    """
    affine_grid argsort broadcast_tensors bucketize cat channel_shuffle chunk complex concat concatenate copy cumprod
    cumsum diagonal dstack embedding flip fold gather getitem glu grad grid_sample hstack index_add index_copy index_put
    index_select interpolate masked_select max_unpool1d max_unpool2d max_unpool3d meshgrid narrow
    native_channel_shuffle nonzero one_hot pack_padded_sequence pad pad_packed_sequence pad_sequence pixel_shuffle
    pixel_unshuffle polar repeat_interleave roll rot90 scatter scatter_add select setitem sort split split_with_sizes
    stack take_along_dim tensor_split topk tril triu unbind unfold upsample view_as_complex view_as_real vstack
    """
)

# Functions that multiply nothing under the convention of cnnviz.arithmetic: their cost is known, and it is zero.
COSTLESS = (
    POINTWISE | CONSTANT | RESHAPING | PERMUTING | EXPANDING | REDUCING | SPREADING | POOLS | ADAPTIVE_POOLS | MOVING
)
