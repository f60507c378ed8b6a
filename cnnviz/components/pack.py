"""One buffer for a browser component: [u32 header length][JSON header][raw arrays], little-endian.

Streamlit hands a component bytes untouched only when they are the whole of its data, so numbers and arrays travel
together. The header is padded so that every array starts at a multiple of 8 bytes; shared.js reads it back.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

DTYPES = ("uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64")
ALIGNMENT = 8


def pack(meta: Mapping[str, Any], *arrays: NDArray[Any]) -> bytes:
    """Return the buffer that holds `meta` (JSON values, all numbers finite) and the arrays.

        >>> unpack(pack({"step": 2}, np.zeros((3, 4), np.uint8)))[0]
        {'step': 2}

    Raises TypeError for an array whose dtype is not in DTYPES, ValueError for a NaN in `meta`.
    """
    table, blocks, offset = [], [], 0
    for array in arrays:
        name = array.dtype.name
        if name not in DTYPES:
            raise TypeError(f"an array of {name} cannot be sent to the browser; use one of {', '.join(DTYPES)}")
        block = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
        block += bytes(-len(block) % ALIGNMENT)
        table.append({"dtype": name, "shape": array.shape, "offset": offset})
        blocks.append(block)
        offset += len(block)
    header = json.dumps({"meta": dict(meta), "arrays": table}, allow_nan=False, separators=(",", ":")).encode()
    header += b" " * (-(len(header) + 4) % ALIGNMENT)
    return b"".join([struct.pack("<I", len(header)), header, *blocks])


def unpack(data: bytes) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Return the meta and the arrays (read-only views) of a buffer made by `pack`."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    arrays = []
    for entry in header["arrays"]:
        dtype = np.dtype(entry["dtype"]).newbyteorder("<")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        flat = np.frombuffer(data, dtype, count, offset=4 + length + entry["offset"])
        arrays.append(flat.reshape(entry["shape"]))
    return header["meta"], arrays
