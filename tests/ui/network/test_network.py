"""What the network's screen makes of a text, and of what is typed into its table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.design import PRESETS, split
from cnnviz.design.table_rows import laid_out, retyped
from cnnviz.design.totals import as_rows, of_text
from cnnviz.errors import ShapeError
from cnnviz.ui.network.state import parse_size
from cnnviz.ui.numbers import of_bytes, of_count, ratio

LENET = "Conv 20 5 p2, ReLU, MaxPool 2, Flatten, Linear 10"
items = st.lists(st.sampled_from(["Conv 8 3", "ReLU", "Frobnicate", "Inception 8 8/8 8/8 8"]), max_size=9)


def placed(text: str, opened: frozenset[int] = frozenset()):
    return laid_out(split(text), of_text(text, (1, 3, 32, 32), 4).entries, opened)


@given(items, st.sets(st.integers(0, 9)))
def test_the_table_has_every_row_in_order_and_room_for_a_new_one(texts, opened):
    places = placed(", ".join(texts), frozenset(opened))
    assert [place.text for place in places if place.row is not None] == texts
    assert places[-1].spare
    assert len(places) % 4 == 0
    assert retyped(places, {}) == (texts, list(range(len(texts))))


@given(items, st.data())
def test_typing_changes_the_row_typed_into_and_no_other(texts, data):
    places = placed(", ".join(texts), frozenset({0, 2}))
    own = [number for number, place in enumerate(places) if place.row is not None]
    if not own:
        return
    number = data.draw(st.sampled_from(own))
    after, before = retyped(places, {number: "Tanh"})
    expected = list(texts)
    expected[places[number].row] = "Tanh"
    assert after == expected
    assert before == list(range(len(texts)))


def test_an_emptied_cell_goes_commas_split_and_spare_rows_take_new_ones():
    places = placed(LENET)
    assert retyped(places, {1: ""}) == (["Conv 20 5 p2", "MaxPool 2", "Flatten", "Linear 10"], [0, 2, 3, 4])
    assert retyped(places, {1: "Tanh, Dropout"})[1] == [0, 1, 1, 2, 3, 4]
    assert retyped(places, {7: "Softmax"}) == ([*split(LENET), "Softmax"], [0, 1, 2, 3, 4, -1])


def test_what_is_inside_of_a_block_cannot_be_typed_over():
    text = "Inception 8 8/8 8/8 8, ReLU"
    places = placed(text, frozenset({0}))
    assert len(places) > 12
    assert retyped(places, {3: "Conv 5 5"})[0] == list(split(text))


@pytest.mark.parametrize("name", PRESETS)
def test_the_parts_add_up_to_the_totals(name):
    preset = PRESETS[name]
    shown = of_text(preset.text, preset.input_size, 4)
    assert not shown.error
    for entries in (shown.leaves, shown.working):
        assert sum(entry.parameters for entry in entries) == shown.parameters
        assert sum(entry.macs for entry in entries) == shown.macs
    assert sum(leaf.memory for leaf in shown.leaves) == shown.outputs
    assert [row["macs"] for row in as_rows(shown.leaves)] == [leaf.macs for leaf in shown.leaves]


def test_a_text_that_is_far_too_long_gets_its_sentence():
    assert "100,000" in of_text("ReLU, " * 100_000, (1, 3, 8, 8), 4).error


@pytest.mark.parametrize(
    ("text", "size"),
    [("3x224x224", (3, 224, 224)), (" 3 × 8 x 9 ", (3, 8, 9)), ("784", (784,)), ("1,16,64,64", (1, 16, 64, 64))],
)
def test_a_size_can_be_typed_in_several_ways(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "x", "3x", "0x5x5", "-3x5x5", "3x5.5x5", "1x2x3x4x5", "9999999", "٣x5", "1e3"])
def test_a_size_that_is_none_gets_one_sentence(text):
    with pytest.raises(ShapeError, match=r"^The input .*\.$"):
        parse_size(text)


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (10 * 2**20, "10.0 MiB"), (2**30 - 1, "1.00 GiB")],
)
def test_bytes_are_read_with_three_digits(amount, words):
    assert of_bytes(amount) == words


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0"), (999, "999"), (1000, "1.00 k"), (61_100_840, "61.1 M"), (999_999, "1.00 M")]
)
def test_counts_are_read_with_three_digits(number, words):
    assert of_count(number) == words


@pytest.mark.parametrize(
    ("number", "base", "words"),
    [(760, 760, "1"), (118, 760, "0.155"), (31_467_520, 760, "41,405"), (224, 60_965_224, "3.67·10⁻⁶")],
)
def test_ratios_are_read_with_three_digits_or_whole_from_a_hundred_on(number, base, words):
    assert ratio(number, base) == words
