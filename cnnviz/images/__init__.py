"""Untrusted bytes -> a checked, upright RGB image -> the array a network gets. NumPy, Pillow and pillow-heif only."""

from cnnviz.images.decode import decode
from cnnviz.images.digits import centre_digit
from cnnviz.images.formats import FORMATS
from cnnviz.images.gallery import gallery_image, gallery_names, sheet, sheet_labels
from cnnviz.images.prepare import Prepared, prepare
from cnnviz.images.preprocessing import Preprocessing

KINDS = tuple(FORMATS)

__all__ = [
    "KINDS",
    "Prepared",
    "Preprocessing",
    "centre_digit",
    "decode",
    "gallery_image",
    "gallery_names",
    "prepare",
    "sheet",
    "sheet_labels",
]
