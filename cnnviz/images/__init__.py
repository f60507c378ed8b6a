"""Untrusted bytes -> a checked, upright RGB image -> the array a network gets. NumPy, Pillow and pillow-heif only."""

from cnnviz.images.decode import decode
from cnnviz.images.digits import centre_digit
from cnnviz.images.gallery import gallery_image, gallery_names, sheet, sheet_labels
from cnnviz.images.prepare import Prepared, prepare
from cnnviz.images.preprocessing import Preprocessing

__all__ = [
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
