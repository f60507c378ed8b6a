"""A JPEG that lacks only its end marker is read; one that lacks pixels is not."""

import numpy as np
import pytest

from cnnviz.errors import ImageError
from cnnviz.images import decode
from tests.images.files import encode, photo

KINDS = {
    "baseline": {},
    "fine": {"quality": 95, "subsampling": 0},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 3},
    "progressive with restarts": {"progressive": True, "restart_marker_rows": 1},
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size", [(61, 43), (64, 48), (1, 1), (200, 17)])
def test_only_the_end_marker_may_be_missing(name, size):
    data = encode(photo(*size), "JPEG", **KINDS[name])
    whole = np.asarray(decode(data))
    for end in (b"", b"\xff", bytes(1000)):
        assert np.array_equal(np.asarray(decode(data[:-2] + end)), whole)


def outcome(data):
    try:
        return np.asarray(decode(data))
    except ImageError as error:
        return str(error)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_no_pixel_may_be_missing(name, mode):
    data = encode(photo(120, 90).convert(mode), "JPEG", **KINDS[name])
    whole = np.asarray(decode(data))
    for missing in (*range(3, 30), *range(30, len(data) - 4, 40)):
        for end in (b"", bytes(1000)):
            out = outcome(data[:-missing] + end)
            # The last bits of a scan may be padding.
            assert "ends too early" in out if isinstance(out, str) else np.array_equal(out, whole)
