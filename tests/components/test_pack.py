"""The buffer: what goes in comes out, and arrays lie where typed arrays may start."""

import struct

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.components.pack import DTYPES, pack, unpack

ANY_ARRAY = st.sampled_from(DTYPES).flatmap(lambda name: arrays.arrays(name, arrays.array_shapes(max_dims=4)))
META = st.dictionaries(st.text(), st.integers(-1000, 1000) | st.text() | st.none() | st.booleans())


@given(META, st.lists(ANY_ARRAY, max_size=4))
def test_round_trip(meta: dict[str, object], sent: list[np.ndarray]) -> None:
    got_meta, got = unpack(pack(meta, *sent))
    assert got_meta == meta
    assert len(got) == len(sent)
    for a, b in zip(sent, got, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@given(st.text(max_size=20), st.integers(0, 9))
def test_the_first_array_starts_at_a_multiple_of_eight(text: str, count: int) -> None:
    data = pack({"text": text}, np.zeros(count, np.uint8), np.ones(3, np.float64))
    (length,) = struct.unpack_from("<I", data)
    assert (4 + length) % 8 == 0
    assert data.endswith(struct.pack("<3d", 1, 1, 1))


def test_other_byte_orders_and_strides_are_sent_as_values() -> None:
    values = np.arange(12, dtype=">f4").reshape(3, 4).T[::-1]
    np.testing.assert_array_equal(unpack(pack({}, values))[1][0], values)


def test_what_cannot_be_sent_is_refused() -> None:
    with pytest.raises(TypeError, match="complex64"):
        pack({}, np.zeros(2, np.complex64))
    with pytest.raises(ValueError, match="JSON"):
        pack({"limit": float("nan")})
