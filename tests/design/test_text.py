"""The one syntax: what is written is read again, and what is typed means what PyTorch's arguments mean."""

import contextlib
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.arithmetic import KINDS
from cnnviz.design import PRESETS, Row, parse, parse_row, split, vocabulary, write, write_row
from cnnviz.design.blocks import BLOCKS
from cnnviz.errors import ModelError

WHOLE = st.integers(-10_000_000, 10_000_000)
NUMBER = st.one_of(WHOLE, st.floats(-1e7, 1e7, allow_nan=False))


def values(kind, name):
    """Return a strategy for everything that the setting `name` may hold."""
    found = []
    if name in vocabulary.SIZES:
        part = st.one_of(WHOLE, st.none()) if name in vocabulary.NONE else WHOLE
        found += [WHOLE, st.lists(part, min_size=2, max_size=3).map(tuple)]
    if name in vocabulary.WHOLE:
        found.append(WHOLE)
    if name in vocabulary.NUMBERS or name == "scale_factor":
        found.append(NUMBER)
    if name in vocabulary.SWITCHES:
        found.append(st.booleans())
    if words := vocabulary.words_of(kind, name):
        found.append(st.sampled_from(words))
    if name in vocabulary.NONE:
        found.append(st.none())
    return st.one_of(found)


@st.composite
def any_row(draw):
    kind = draw(st.sampled_from(vocabulary.kinds()))
    names = [name for name in vocabulary.settings_of(kind) if draw(st.booleans())]
    settings = tuple((name, draw(values(kind, name))) for name in names)
    if kind not in vocabulary.JOINS:
        return Row(kind, settings)
    branch = st.lists(any_row(), max_size=2).map(tuple)
    return Row(kind, settings, tuple(draw(st.lists(branch, min_size=0, max_size=3))))


@given(st.lists(any_row(), max_size=5))
def test_what_is_written_is_read_again(rows):
    assert parse(write(rows)) == tuple(rows)


@given(any_row())
def test_case_and_space_do_not_matter(row):
    assert parse_row("  " + write_row(row).upper().replace(" ", "   ")) == row


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_or_answered_with_one_sentence(text):
    try:
        rows = parse(text)
    except ModelError as error:
        assert str(error).endswith((".", "?"))  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert parse(write(rows)) == rows


@given(st.from_regex(r"\A(conv|maxpool|dropout|upsample|inception) ([a-z]{0,3}[0-9x/.e=-]{0,6} ?){0,4}\Z"))
def test_nearly_right_text_is_read_or_answered(text):
    with contextlib.suppress(ModelError):
        parse(text)


@pytest.mark.parametrize(
    ("typed", "kind", "settings"),
    [
        ("Conv 20 5 p2", "Conv2d", {"out_channels": 20, "kernel_size": 5, "padding": 2}),
        ("conv2d 20 5 2 1", "Conv2d", {"out_channels": 20, "kernel_size": 5, "stride": 2, "padding": 1}),
        ("conv 8 3x5 s2x1 p same d2 g4 nobias", "Conv2d", {
            "out_channels": 8, "kernel_size": (3, 5), "stride": (2, 1), "padding": "same", "dilation": 2, "groups": 4,
            "bias": False,
        }),
        ("Conv1d 8 3", "Conv1d", {"out_channels": 8, "kernel_size": 3}),
        ("ConvTranspose 8 4 s2 p1 op1", "ConvTranspose2d", {
            "out_channels": 8, "kernel_size": 4, "stride": 2, "padding": 1, "output_padding": 1,
        }),
        ("MaxPool 3 2", "MaxPool2d", {"kernel_size": 3, "stride": 2}),
        ("maxpool k3 s 2 ceil", "MaxPool2d", {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
        ("AdaptiveAvgPool 1x7", "AdaptiveAvgPool2d", {"output_size": (1, 7)}),
        ("FC 500", "Linear", {"out_features": 500}),
        ("bn eps = 1e-3", "BatchNorm2d", {"eps": 0.001}),
        ("BatchNorm1d", "BatchNorm1d", {}),
        ("Dropout p0.5", "Dropout", {"p": 0.5}),
        ("Dropout p=0.5", "Dropout", {"p": 0.5}),
        ("lrn 5 k=2 alpha=1e-4", "LocalResponseNorm", {"size": 5, "k": 2, "alpha": 1e-4}),
        ("Upsample 2 mode=bilinear align_corners=no", "Upsample", {
            "scale_factor": 2, "mode": "bilinear", "align_corners": False,
        }),
        ("Unflatten 1 16×7×7", "Unflatten", {"dim": 1, "unflattened_size": (16, 7, 7)}),
        ("VGG 2 64 bn", "VGG", {"convolutions": 2, "out_channels": 64, "batch_norm": True}),
        ("NiN 96 11 s4 p0", "NiN", {"out_channels": 96, "kernel_size": 11, "stride": 4, "padding": 0}),
        ("Inception 64 96/128 16/32 32", "Inception", {
            "branch1": 64, "branch2": (96, 128), "branch3": (16, 32), "branch4": 32,
        }),
        ("Bottleneck 64 s2 g32 width=128", "Bottleneck", {
            "out_channels": 64, "stride": 2, "groups": 32, "width": 128,
        }),
    ],
)  # fmt: skip
def test_typed(typed, kind, settings):
    row = parse_row(typed)
    assert (row.kind, dict(row.settings)) == (kind, settings)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Konv 20 5", r"no layer 'Konv'; did you mean Conv"),
        ("xyzzy", r"no layer 'xyzzy'; there are Conv"),
        ("Conv 20 5 blah", r"In 'Conv 20 5 blah': 'blah' is no setting"),
        ("Conv 20 5 p2 3", r"bare number 3 stands after"),
        ("Linear 400 120", r"120 is one number too many: in_features follows from what arrives"),
        ("BatchNorm 64", r"64 is one number too many: num_features follows"),
        ("ReLU 3", r"3 is one number too many"),
        ("Conv 20 5 p1 p2", r"padding twice"),
        ("Conv 20 5 padding_mode=odd", r"padding_mode of Conv is zeros or reflect or replicate or circular, not 'odd'"),
        ("Conv 2.5 5", r"out_channels of Conv is a whole number, not 2.5"),
        ("Linear bias=3", r"bias of Linear is yes or no, not 3"),
        (
            "MaxPool 2 g3",
            r"MaxPool has no setting 'groups'; it takes kernel_size, stride, padding, dilation, ceil_mode",
        ),
        ("Conv 99999999 3", r"at most 10,000,000"),
        ("Conv 999999999999999999999 3", r"is no setting"),
        ("=", r"no layer '='"),
    ],
)
def test_mistakes_are_named(typed, sentence):
    with pytest.raises(ModelError, match=sentence):
        parse(f"ReLU, {typed}, ReLU")


def test_items_stand_between_commas_semicolons_or_on_lines():
    assert split(" Conv 20  5,\n\nReLU;\tMaxPool 2\n") == ("Conv 20 5", "ReLU", "MaxPool 2")
    assert parse("") == ()


def test_too_much_is_refused_at_once():
    with pytest.raises(ModelError, match=r"1,000,000 characters; a network may have 100,000"):
        parse("x" * 1_000_000)
    with pytest.raises(ModelError, match=r"5,000 rows; it may have 2,000"):
        parse("ReLU," * 5000)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_presets_are_written_as_they_would_be_typed(preset):
    assert write(parse(preset.text)) == preset.text


def test_equal_rows_have_one_spelling():
    for settings in (("k", 2.0),), (("k", 2),):
        assert write([Row("LocalResponseNorm", (("size", 5), *settings))]) == "LocalResponseNorm 5 k=2"


def test_every_layer_of_the_arithmetic_can_be_written():
    assert set(vocabulary.TORCH_ARGUMENTS) == set(KINDS)
    assert set(vocabulary.BLOCK_ARGUMENTS) == set(BLOCKS) | set(vocabulary.JOINS)


@pytest.mark.parametrize("kind", vocabulary.TORCH_ARGUMENTS)
def test_the_arguments_are_pytorchs_in_pytorchs_order(kind):
    theirs = [name for name in inspect.signature(getattr(nn, kind)).parameters if name not in ("device", "dtype")]
    ours = list(vocabulary.TORCH_ARGUMENTS[kind])
    assert ours == theirs[: len(ours)]


@pytest.mark.parametrize("kind", BLOCKS)
def test_the_settings_of_a_block_are_those_of_its_function(kind):
    _, *settings = inspect.signature(BLOCKS[kind]).parameters
    assert tuple(settings) == vocabulary.BLOCK_ARGUMENTS[kind]


@pytest.mark.parametrize("kind", [*vocabulary.TORCH_ARGUMENTS, *vocabulary.BLOCK_ARGUMENTS])
def test_every_setting_has_a_kind_of_value(kind):
    known = vocabulary.SIZES | vocabulary.WHOLE | vocabulary.NUMBERS | vocabulary.SWITCHES | vocabulary.WORDS.keys()
    assert set(vocabulary.settings_of(kind)) <= known
