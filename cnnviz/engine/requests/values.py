"""What every request is made of: pictures, numbers, models; and what identifies one in a cache."""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.errors import ImageError

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True)
class Picture:
    """An RGB picture, (H, W, 3) uint8, known by the SHA-256 of its shape and pixels."""

    sha256: str
    pixels: NDArray[np.uint8] = field(compare=False, repr=False)

    @classmethod
    def of(cls, image: "Image.Image | NDArray[np.uint8]") -> "Picture":
        """Return the picture of a Pillow image, or of bytes (H, W) or (H, W, 3); raise ImageError for others."""
        if isinstance(image, Image.Image):
            image = image if image.mode == "RGB" else image.convert("RGB")
            pixels = np.asarray(image)  # which is a copy, and read-only
        else:
            pixels = np.array(image, order="C")
        if pixels.ndim == 2:
            pixels = np.stack([pixels] * 3, axis=-1)
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
            raise ImageError(
                f"A picture is an array (height, width, 3) of bytes, not {pixels.shape} of {pixels.dtype.name}."
            )
        pixels.setflags(write=False)
        digest = hashlib.sha256(repr(pixels.shape).encode())
        digest.update(pixels)
        return cls(digest.hexdigest(), pixels)


@dataclass(frozen=True)
class Numbers:
    """A small array of float32, known by its shape and bytes."""

    shape: tuple[int, ...]
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, array: NDArray[Any]) -> "Numbers":
        """Return the numbers of an array of any kind."""
        return cls(array.shape, np.ascontiguousarray(array, np.float32).tobytes())

    @property
    def array(self) -> NDArray[np.float32]:
        """Return them as a read-only array."""
        return np.frombuffer(self.data, np.float32).reshape(self.shape)


@dataclass(frozen=True)
class ModelChoice:
    """A model of cnnviz.models with its own weights, random ones (`random_seed`), or a person's own (`checkpoint`)."""

    name: str
    random_seed: int | None = None
    checkpoint_sha256: str | None = None
    checkpoint: bytes | None = field(default=None, compare=False, repr=False)
    checkpoint_name: str | None = None

    @classmethod
    def of_checkpoint(cls, name: str, checkpoint: bytes, checkpoint_name: str) -> "ModelChoice":
        """Return the architecture `name` with the weights in a file's bytes."""
        return cls(name, None, hashlib.sha256(checkpoint).hexdigest(), checkpoint, checkpoint_name)


class Request(Generic[R_co]):
    """Base of every request.

    One that `can_wait` is a part of long work: it lets those through that someone waits for, and still has its turns.
    """

    can_wait: ClassVar[bool] = False


def key_of(value: Any) -> Hashable:
    """Return what identifies a request in a cache, without the pixels and checkpoints that it carries."""
    if is_dataclass(value):
        return (type(value), *(key_of(getattr(value, each.name)) for each in fields(value) if each.compare))
    if isinstance(value, tuple):
        return tuple(map(key_of, value))
    hashed: Hashable = value
    return hashed
