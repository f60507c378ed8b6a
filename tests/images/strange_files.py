"""Some 1,900 files as strangers have them: cut, flipped, renamed, empty, vast, glued together, or not pictures at all."""

import random
import struct
from collections.abc import Iterator

from PIL import Image

from cnnviz.images.formats import FORMATS
from tests.images.files import SIGNATURE, blank_png, chunk, encode, good_files, header, heic, photo
