"""AV1 (bitstream specification, section 5): the size that a coded picture's own header has, which boxes may hide."""

from collections.abc import Iterator

from cnnviz.images.source import Damaged, Truncated, check_parts

_SEQUENCE_HEADER = 1
_MARGIN = 128  # the largest coding block


class _Bits:
    def __init__(self, data: bytes) -> None:
        self.left = len(data) * 8
        self.value = int.from_bytes(data, "big")

    def number(self, count: int) -> int:
        self.left -= count
        if self.left < 0:
            raise Truncated
        return self.value >> self.left & (1 << count) - 1


def check(data: bytes, width: int, height: int) -> None:
    """Raise Damaged where an item's bytes hold a larger picture than this, or none."""
    sizes = [_size(body) for kind, body in _units(data) if kind == _SEQUENCE_HEADER]
    if not sizes:
        raise Damaged("no sequence header")
    if any(across > width + _MARGIN or down > height + _MARGIN for across, down in sizes):
        raise Damaged("two sizes in one file")


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, body) of the units of a picture; of a long body only what a sequence header may take."""
    at, parts = 0, 0
    while at < len(data):
        head, at = data[at], at + 1
        at += head >> 2 & 1
        length = len(data) - at
        if head & 2:
            length, at = _leb128(data, at)
        yield head >> 3 & 15, data[at : at + min(length, 500)]
        at += length
        parts += 1
        check_parts("AVIF", parts)


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        if at + place >= len(data):
            raise Truncated
        value |= (data[at + place] & 127) << 7 * place
        if data[at + place] < 128:
            return value, at + place + 1
    raise Damaged("leb128")


def _size(header: bytes) -> tuple[int, int]:
    """The greatest (width, height) of a sequence header, whose names these are."""
    bits = _Bits(header)
    bits.number(4)  # seq_profile, still_picture
    if bits.number(1):  # reduced_still_picture_header
        bits.number(5)
    else:
        _operating_points(bits)
    across, down = bits.number(4) + 1, bits.number(4) + 1
    return bits.number(across) + 1, bits.number(down) + 1


def _operating_points(bits: _Bits) -> None:
    delay = 0
    if bits.number(1):  # timing_info_present_flag
        bits.number(64)
        if bits.number(1):  # equal_picture_interval, then a number of as many bits as there are zeros before it
            zeros = 0
            while not bits.number(1):
                zeros += 1
            bits.number(zeros)
        if bits.number(1):  # decoder_model_info_present_flag
            delay = bits.number(5) + 1
            bits.number(42)
    display_delay = bits.number(1)
    for _ in range(bits.number(5) + 1):
        bits.number(12)  # operating_point_idc
        if bits.number(5) > 7:  # seq_level_idx
            bits.number(1)
        if delay and bits.number(1):
            bits.number(2 * delay + 1)
        if display_delay and bits.number(1):
            bits.number(4)
