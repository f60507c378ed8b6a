import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import images


@given(st.integers(0, 200), st.integers(0, 200), st.integers(5, 80), st.integers(5, 80))
def test_a_drawing_lands_in_the_middle_wherever_it_was_drawn(top, left, height, width):
    drawn = np.zeros((280, 280), np.uint8)
    drawn[top : top + height, left : left + width] = 255
    centred = images.centre_digit(drawn).astype(float)
    rows, columns = np.nonzero(centred.any(axis=1))[0], np.nonzero(centred.any(axis=0))[0]
    assert max(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1) == 20
    middle = (np.arange(28) + 0.5) @ centred.sum(axis=1) / centred.sum()
    assert abs(middle - 14) <= 0.75


def test_test_images_of_mnist_are_already_where_they_belong():
    for index in range(0, 100, 7):
        digit = images.sheet("digits")[index]
        again = images.centre_digit(digit)
        # Thresholds at the strokes' faint rims may move an image by one pixel, not by more.
        shifts = [np.roll(again, (dy, dx), (0, 1)).astype(int) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        assert min(np.abs(shift - digit).mean() for shift in shifts) < 12


def test_an_empty_drawing_gives_an_empty_image():
    assert not images.centre_digit(np.zeros((280, 280), np.uint8)).any()
