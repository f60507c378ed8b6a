"""What one may predict about a layer's maps: the strongest channel, the fields, the sizes, and what a ReLU leaves."""

from random import Random

from cnnviz.arithmetic.families import family
from cnnviz.engine.results import LayerMaps
from cnnviz.ui.activations.state import State
from cnnviz.ui.activations.view import WORDS
from cnnviz.ui.numbers import of_size, percent, short
from cnnviz.ui.question import Question
from cnnviz.ui.words import listed

text = WORDS.text


def question(state: State, answer: LayerMaps, number: int) -> Question | None:
    """Return question 0, 1, 2, … about a layer: one of each kind in turn, each time about something else."""
    kinds = (_channel, _field, _zeros, _values)
    for turn in range(len(kinds)):
        found = kinds[(number + turn) % len(kinds)](state, answer, Random(number))
        if found is not None:
            return found
    return None


def _channel(state: State, answer: LayerMaps, chance: Random) -> Question | None:
    """Ask which of four channels is the strongest."""
    count = len(answer.values)
    if count < 4:
        return None
    asked = sorted(chance.sample(range(count), 4))
    peaks = {each: float(answer.values[each].max()) for each in asked}
    right = max(peaks, key=lambda each: peaks[each])
    if sorted(peaks.values())[-2] == peaks[right]:
        return None
    name = {each: text("predict_channel_name", channel=each) for each in asked}
    why = text("predict_channel_why", values=listed(f"{each}: {short(peaks[each])}" for each in asked))
    others = [name[each] for each in asked if each != right]
    said = text("predict_channel", layer=state.row.name, channels=listed(map(str, asked)))
    return Question(said, name[right], others, why)


def _field(state: State, answer: LayerMaps, chance: Random) -> Question | None:
    """Ask how much of the input one unit of some layer sees."""
    known = {
        row.name: row.receptive_field.size
        for row in state.table.rows
        if row.receptive_field is not None and row.receptive_field.size and family(row.kind) in ("conv", "pooling")
    }
    if not known:
        return None
    layer = chance.choice(list(known))
    height, width = known[layer]
    slips = [2 * height - 1, height + 2, max(1, height // 2), height + 4, 3 * height]
    others = [(int(slip), int(slip) + width - height) for slip in slips if slip != height]
    right = (int(height), int(width))
    why = text("predict_field_why", layer=layer, size=of_size(right))
    return Question(text("predict_field", layer=layer), right, others, why)


def _zeros(state: State, answer: LayerMaps, chance: Random) -> Question | None:
    """Ask which share a ReLU would set to zero, or has."""
    share = round(100 * float((answer.values <= 0).mean()))
    offsets = chance.sample([-35, -20, 15, 25, 40], 5)
    others = [percent(each / 100) for each in (share + offset for offset in offsets) if 0 <= each <= 100]
    spare = [percent(each / 100) for each in (0, 50, 100, 10, 90) if abs(each - share) > 4]
    kind = "rectified" if family(state.row.kind) == "activation" else "then"
    asked = text(f"predict_zeros_{kind}", layer=state.row.name, count=answer.values.size)
    right = percent(share / 100)
    return Question(asked, right, [*others, *spare], text("predict_zeros_why", share=right, layer=state.row.name))


def _values(state: State, answer: LayerMaps, chance: Random) -> Question | None:
    """Ask how many numbers some layer gives."""
    row = chance.choice([each for each in state.table.rows if each.maps[1] > 1] or list(state.table.rows))
    channels, height, width = row.maps
    right = channels * height * width
    slips = [channels * height, height * width, channels + height * width, 2 * right, channels**2 * height]
    asked = text("predict_values", layer=row.name, channels=channels, size=of_size((height, width)))
    why = text("predict_values_why", product=of_size(row.maps), result=f"{right:,}")
    return Question(asked, right, [slip for slip in slips if slip != right], why)
