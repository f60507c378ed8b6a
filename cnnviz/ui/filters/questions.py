"""What one may predict about the first layer's filters: which responds most, and how many weights there are."""

from random import Random

from cnnviz.engine.requests import Maps
from cnnviz.engine.results import Probed
from cnnviz.probes.filters import FilterBank
from cnnviz.ui.engine import ask
from cnnviz.ui.filters.state import WORDS, State
from cnnviz.ui.numbers import of_size, short
from cnnviz.ui.question import Question
from cnnviz.ui.words import listed

text = WORDS.text


def question(state: State, answer: Probed[FilterBank], number: int) -> Question | None:
    """Return question 0, 1, 2, …: every second one about the picture, the others about numbers of weights."""
    bank = answer.found
    if number % 2 == 0 and len(bank.weights) >= 4:
        return _strongest(state, bank, Random(number))
    layers = [row for row in state.table.rows if row.parameters]
    if number % 4 == 1 or not layers:
        return _weights(bank, number // 4)
    row = Random(number).choice(layers)
    return _parameters(row.name, row.parameters, row.maps)


def _strongest(state: State, bank: FilterBank, chance: Random) -> Question | None:
    """Ask which of four filters responds most to the picture."""
    response = ask(Maps(layer=bank.layer, **state.subject.given))
    if response is None:
        return None
    asked = sorted(chance.sample(range(len(bank.weights)), 4))
    peaks = {each: float(response.values[each].max()) for each in asked}
    right = max(peaks, key=lambda each: peaks[each])
    names = {each: text("predict_filter", index=each) for each in asked}
    why = text("predict_why", responses=listed(f"{each}: {short(peaks[each])}" for each in asked))
    said = text("predict", layer=bank.layer, filters=listed(map(str, asked)))
    return Question(said, names[right], [names[each] for each in asked if each != right], why)


def _weights(bank: FilterBank, turn: int) -> Question:
    """Ask how many weights a filter has, as it is or with another kernel size."""
    channels, height, width = bank.weights.shape[1:]
    height, width = height + 2 * turn, width + 2 * turn
    right = channels * height * width
    slips = [height * width, len(bank.weights) * right, channels * height, right + 1, channels + height * width]
    size = of_size((height, width))
    said = text("predict_weights", size=size, channels=channels)
    why = text("predict_weights_why", product=of_size((channels, height, width)), result=f"{right:,}")
    return Question(said, right, [slip for slip in slips if slip != right], why)


def _parameters(layer: str, parameters: int, maps: tuple[int, int, int]) -> Question:
    """Ask how many parameters some layer of the network has."""
    slips = [parameters * maps[1] * maps[2], parameters // max(1, maps[0]), 2 * parameters, parameters + maps[0]]
    others = [slip for slip in [*slips, parameters * 9, parameters // 2] if slip not in (0, parameters)]
    said = text("predict_parameters", layer=layer, size=of_size(maps))
    return Question(said, parameters, others, text("predict_parameters_why", parameters=f"{parameters:,}"))
