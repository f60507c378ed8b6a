"""Questions about coefficients, what is left out, and how much is kept: new numbers every time."""

from random import Random

from cnnviz.engine.results import Probed
from cnnviz.probes.principal_components import Decomposed
from cnnviz.ui.numbers import fixed, short
from cnnviz.ui.preprocessing.components.state import WORDS, State
from cnnviz.ui.question import Question

text = WORDS.text
# Unit vectors of four pixels, a square's rows one after the other: its mean, its edges and its checkerboard.
_VECTORS = ((1, 1, 1, 1), (1, 1, -1, -1), (1, -1, 1, -1), (1, -1, -1, 1))


def question(state: State, answer: Probed[Decomposed], number: int) -> Question:
    """Return question `number`, the same for the same picture."""
    draw = Random(f"{state.picture.sha256} {number}")
    return (_coefficient, _error, _rebuilt)[number % 3](draw)


def _coefficient(draw: Random) -> Question:
    """Ask for a coefficient of a patch of four pixels."""
    patch, vector = [draw.randint(-9, 9) for _ in range(4)], draw.choice(_VECTORS[1:])
    products = [each * sign / 2 for each, sign in zip(patch, vector, strict=True)]
    right = sum(products)
    slips = [sum(patch) / 2, 2 * right, -right, sum(map(abs, products)), right + 1, right - 0.5]
    asked = text("predict_coefficient", patch=_list(patch), vector=_list([each / 2 for each in vector]))
    why = text("predict_why_coefficient", products=" + ".join(_bracketed(each) for each in products))
    return Question(asked, right, [each for each in slips if each != right], why)


def _error(draw: Random) -> Question:
    """Ask for the mean squared error where only the first coefficients are kept."""
    numbers = sorted((draw.randint(1, 12) for _ in range(4)), reverse=True)
    kept = draw.randint(1, 3)
    left = [number**2 for number in numbers[kept:]]
    right = sum(left) / 4
    slips = [sum(left), sum(numbers[kept:]) / 4, sum(n**2 for n in numbers[:kept]) / 4, sum(numbers[kept:])]
    asked = text("predict_error", numbers=_list(numbers), kept=kept)
    why = text("predict_why_error", squares=" + ".join(map(str, left)), right=fixed(right, 2))
    return Question(asked, fixed(right, 2), [fixed(each, 2) for each in slips if each != right], why)


def _rebuilt(draw: Random) -> Question:
    """Ask what share of the variance some components keep."""
    values = sorted((draw.randint(1, 40) for _ in range(5)), reverse=True)
    kept = draw.randint(1, 4)
    right = sum(values[:kept]) / sum(values)
    slips = [values[kept - 1] / sum(values), kept / 5, 1 - right, sum(v**0.5 for v in values[:kept]) / sum(values)]
    asked = text("predict_share", values=_list(values), kept=kept)
    why = text("predict_why_share", some=sum(values[:kept]), total=sum(values))
    return Question(asked, short(right, 2), [short(each, 2) for each in slips], why)


def _list(numbers: list[float] | list[int]) -> str:
    return "(" + ", ".join(short(each) for each in numbers) + ")"


def _bracketed(number: float) -> str:
    return f"({short(number)})" if number < 0 else short(number)
