"""Questions about what a network gets for a pixel: new numbers every time."""

from random import Random

from cnnviz.engine.results import Probed
from cnnviz.probes.channel_statistics import DEVIATION, MEAN, PreparedPhoto
from cnnviz.ui.numbers import fixed, whole
from cnnviz.ui.preprocessing.photos.state import WORDS
from cnnviz.ui.question import Question
from cnnviz.ui.subject import Subject

text = WORDS.text
_COLOURS = ("red", "green", "blue")


def question(subject: Subject, answer: Probed[PreparedPhoto], number: int) -> Question:
    """Return question `number`, the same for the same picture."""
    draw = Random(f"{subject.picture.sha256} {number}")
    return (_standardised, _stored, _byte)[number % 3](draw)


def _standardised(draw: Random) -> Question:
    """Ask what a value becomes."""
    at, value = draw.randrange(3), draw.randint(1, 9) / 10
    mean, deviation = MEAN[at], DEVIATION[at]
    right = (value - mean) / deviation
    slips = [value - mean, value / deviation - mean, (value - mean) * deviation, -right, (value + mean) / deviation]
    asked = text("predict_standardised", value=value, colour=text(f"channel_{_COLOURS[at]}"), mean=mean, std=deviation)
    why = text("predict_why_standardised", value=value, mean=mean, std=deviation, right=fixed(right, 2))
    return Question(asked, fixed(right, 2), [fixed(each, 2) for each in slips], why)


def _stored(draw: Random) -> Question:
    """Ask how many numbers a mean image is."""
    side = draw.choice((28, 32, 64, 96, 128, 224, 256))
    right = 3 * side * side
    why = text("predict_why_stored", side=side, right=whole(right))
    return Question(text("predict_stored", side=side), right, [3, side * side, 6, 3 * side, 9 * side * side], why)


def _byte(draw: Random) -> Question:
    """Ask which byte a standardised value was."""
    at, byte = draw.randrange(3), draw.randint(20, 235)
    value = (byte / 255 - MEAN[at]) / DEVIATION[at]
    slips = [
        255 - byte,
        round(255 * abs(value) / 3) % 256,
        min(255, byte + 40),
        max(0, byte - 40),
        round(255 * MEAN[at]),
    ]
    given = {"colour": text(f"channel_{_COLOURS[at]}"), "mean": MEAN[at], "std": DEVIATION[at]}
    asked = text("predict_byte", value=fixed(value, 3), **given)
    why = text("predict_why_byte", value=fixed(value, 3), right=byte, **given)
    return Question(asked, byte, [each for each in slips if each != byte], why)
