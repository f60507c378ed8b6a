"""What one may predict about receptive fields: how large they are after more layers."""

from random import Random

from cnnviz.engine.results import LayerMaps, LayerRow
from cnnviz.ui.question import Question
from cnnviz.ui.receptive_field.state import WORDS, State, height_and_stride

text = WORDS.text


def question(state: State, answer: LayerMaps, number: int) -> Question | None:
    """Return question 0, 1, 2, …: first about the chosen layer, then about others; one more layer of several kinds."""
    rows = [row for row in (state.row, *state.table.rows) if _can_grow(row)]
    if not rows:
        return None
    chance = Random(number)
    row = rows[0] if number < 3 else chance.choice(rows)
    grown = height_and_stride(row.receptive_field)
    if grown is None:
        return _whole(row, state.table.input_size[2])
    return (_convolution, _dilated, _two)[number % 3](row, *grown, chance)


def _can_grow(row: LayerRow) -> bool:
    """Return whether one more layer's field follows from this one by the formula."""
    field = row.receptive_field
    return field is not None and (field.size is None or height_and_stride(field) is not None)


def _convolution(row: LayerRow, height: int, stride: int, chance: Random) -> Question:
    kernel = chance.choice((3, 5, 7))
    slips = [height + kernel - 1, height + kernel * stride, kernel * height, height]
    return _question("convolution", row, height, stride, kernel - 1, slips, kernel=kernel)


def _dilated(row: LayerRow, height: int, stride: int, chance: Random) -> Question:
    dilation = chance.choice((2, 3, 4))
    slips = [height + 2 * stride, height + 2 * dilation, height + 3 * dilation * stride, 3 * height]
    return _question("dilated", row, height, stride, 2 * dilation, slips, dilation=dilation)


def _two(row: LayerRow, height: int, stride: int, chance: Random) -> Question:
    """Ask about a pooling of stride 2 and a convolution on top of it: the stride counts for what comes after it."""
    slips = [height + stride + 2 * stride, height + stride, 2 * height + 2, height + 3]
    return _question("two", row, height, stride, 5, slips)


def _question(
    kind: str, row: LayerRow, height: int, stride: int, steps: int, slips: list[int], **numbers: int
) -> Question:
    """Return a question whose answer is `height` + `steps` · `stride`."""
    right = height + steps * stride
    spare = [right + stride, right + 2 * stride, right + 3 * stride]
    others = list(dict.fromkeys(each for each in [*slips, *spare] if each != right))
    asked = text(f"predict_{kind}", layer=row.name, **numbers)
    why = text(f"predict_{kind}_why", layer=row.name, size=height, stride=stride, answer=right, steps=steps, **numbers)
    return Question(asked, _pixels(right), [_pixels(each) for each in others], why)


def _whole(row: LayerRow, side: int) -> Question:
    others = [_pixels(each) for each in (3, side // 2, side + 2)]
    return Question(
        text("predict_convolution", layer=row.name, kernel=3),
        text("predict_whole"),
        others,
        text("predict_why_whole", layer=row.name),
    )


def _pixels(size: int) -> str:
    return text("predict_pixels", size=size)
