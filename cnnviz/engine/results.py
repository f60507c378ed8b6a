"""What an engine answers: frozen dataclasses of plain values and read-only NumPy arrays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import LayerRecord

T = TypeVar("T")

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class Sized:
    """Base of results: they know the bytes of their arrays."""

    @property
    def nbytes(self) -> int:
        """Return the bytes that this result keeps alive."""
        return nbytes_of(self)


@dataclass(frozen=True, kw_only=True)
class LayerRow(LayerRecord):
    """A layer with something to show: `output_size` is the tensor's, `maps` that of its maps, (C, H, W).

    `receptive_field` is cnnviz.analysis's, or None; it is None as well for a row that sees no picture.
    """

    output_size: tuple[int, ...]
    maps: tuple[int, int, int]
    receptive_field: Any = None


@dataclass(frozen=True)
class LayerTable(Sized):
    """The layers in the order of execution for an input (1, C, H, W); `outputs` is the sum of their bytes."""

    rows: tuple[LayerRow, ...]
    input_size: tuple[int, ...]
    outputs: int


@dataclass(frozen=True, eq=False)
class NetworkInput(Sized):
    """What the network gets: `values` (C, H, W), and the same as a picture, `view` (H, W, 3).

    `crop_box` is where it lies in the original of (height, width) `original_size`: (left, top, right, bottom) in the
    original's pixels; it may exceed the original.
    """

    values: Floats
    view: Bytes
    crop_box: tuple[float, float, float, float]
    original_size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Prediction(Sized):
    """`probabilities` (K,), in the order of `classes`; `device` is where it ran, `note` a sentence or ""."""

    probabilities: Floats
    classes: tuple[str, ...]
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class LayerMaps(Sized):
    """The maps of a layer, (C, H, W); a layer that gives K numbers has K maps of one value."""

    layer: str
    values: Floats
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class Outputs(Sized):
    """One run: `maps` by layer, (C, H, W) each, in the order of execution, and what the network gave, `output` (K,).

    `output` is None where the run ended before it.
    """

    maps: Mapping[str, Floats]
    output: Floats | None
    input: NetworkInput
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class Probed(Sized, Generic[T]):
    """What a probe of cnnviz.probes `found`, as the probe gives it."""

    found: T
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class Patch:
    """A picture's strongest unit: the picture's number, the unit's place in its map and its value.

    `box` is the unit's receptive field (top, left, bottom, right) in pixels of the network's input, half-open and not
    clipped; None where the unit sees the whole picture. `pixels` (h, w, 3) is what is in it, grey beyond the picture.
    """

    index: int
    row: int
    column: int
    value: float
    box: tuple[Any, ...] | None
    pixels: Bytes


@dataclass(frozen=True, eq=False)
class Patches(Sized):
    """The strongest patches, the strongest first."""

    patches: tuple[Patch, ...]
    device: str
    note: str


def nbytes_of(value: Any) -> int:
    """Return the bytes of the arrays in a value, at any depth, shared memory counted once, plus a little."""
    memory: dict[int, int] = {}
    things = 0
    for thing in _things(value):
        things += 1
        if isinstance(thing, np.ndarray):
            owner = _owner(thing)
            memory[owner.__array_interface__["data"][0]] = max(owner.nbytes, thing.nbytes)
        elif isinstance(thing, bytes | str):
            things += len(thing) // 64
    return sum(memory.values()) + 64 * things


def freeze(result: T) -> T:
    """Return a result, from now on with none but read-only arrays, since many callers share it."""
    for thing in _things(result):
        if isinstance(thing, np.ndarray):
            thing.setflags(write=False)
    return result


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array, from now on read-only."""
    array.setflags(write=False)
    return array


def _owner(array: NDArray[Any]) -> NDArray[Any]:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _things(value: Any) -> Iterator[Any]:
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _things(getattr(value, each.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _things(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _things(item)
