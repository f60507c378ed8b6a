"""Questions about where the maps of a layer go when the picture is shifted."""

from fractions import Fraction
from random import Random

from cnnviz.ui.invariance.equivariance.state import WORDS, Seen, State, stride_of
from cnnviz.ui.question import Question

text = WORDS.text


def question(state: State, seen: Seen, number: int) -> Question | None:
    """Ask by how many units maps move, or which shift they follow exactly: of this layer, then of others and shifts."""
    placed = [gap for gap in seen.gaps if gap.moved is not None]
    if not placed or not (state.right or state.down):
        return None
    drawn = Random(number)
    present = not number and seen.gap.moved is not None and state.right
    gap = seen.gap if present else drawn.choice(placed)
    pixels = state.right if present else drawn.choice([each for each in range(-12, 13) if each])
    stride = stride_of(gap)[1]
    if number % 2 and stride > 1 and stride == int(stride):
        times = drawn.randint(1, 3)
        whole = times * int(stride)
        wrong = [each for each in (whole + 1, whole - 1, whole + stride + 1, whole + stride - 1, 1) if each % stride]
        why = text("predict_shift_why", pixels=whole, stride=stride, units=times)
        return Question(text("predict_shift", layer=gap.name, stride=stride), whole, wrong, why)
    right = Fraction(pixels) / Fraction(stride)
    others = [Fraction(pixels), Fraction(pixels) * stride, right / 2, right * 2, Fraction(0), right + 1]
    asked = text("predict", layer=gap.name, stride=stride, pixels=pixels)
    why = text("predict_why", pixels=pixels, stride=stride, units=right)
    return Question(asked, str(right), [str(each) for each in others], why)
