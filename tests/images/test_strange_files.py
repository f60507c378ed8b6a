"""Each of the strange files is an image or one sentence."""

import pytest

from cnnviz.errors import ImageError
from cnnviz.images import decode
from cnnviz.images.formats import FORMATS
from tests.images.files import good_files
from tests.images.strange_files import strange_files

PARTS = 6


def test_there_are_enough_of_them_and_of_every_kind():
    assert len(strange_files()) >= 1_066
    found = {next(name for name, format in FORMATS.items() if format.begins(data)) for data in good_files().values()}
    assert found == set(FORMATS)


def outcome(data):
    try:
        return decode(data)
    except ImageError as error:
        return str(error)


@pytest.mark.filterwarnings("ignore")  # Pillow's, of metadata
@pytest.mark.parametrize("part", range(PARTS))
def test_an_image_or_a_sentence(part):
    pictures = 0
    names = sorted(strange_files())[part::PARTS]
    for name in names:
        found = outcome(strange_files()[name])
        if isinstance(found, str):
            assert found.endswith("."), name
            assert "\n" not in found, name
            assert len(found) < 240, name
        else:
            pictures += 1
            assert found.mode == "RGB", name
    assert 0 < pictures < len(names)
