"""Questions about the network on the screen: what a larger image changes, which layer costs most, what a row makes."""

from collections.abc import Callable, Sequence
from random import Random

from cnnviz.arithmetic import LayerRecord
from cnnviz.design import LIBRARY
from cnnviz.design.totals import Totals, seen_by, sums_of_text, text_of
from cnnviz.ui.network.library import network_of
from cnnviz.ui.network.state import FORM, WORDS
from cnnviz.ui.numbers import of_size
from cnnviz.ui.question import Question, ask_questions

_GROWTH = ("grows_not", "grows_up", "grows_square", "grows_more", "grows_breaks")
_FACTORS = (2, 3, 4)
text = WORDS.text


def ask(net: str, shown: Totals, itemsize: int) -> None:
    """Ask about a network that works on its input (N, C, H, W), without end."""

    def make(number: int) -> Question | None:
        turn, kind = divmod(number, len(kinds))
        each = Random(f"{net}-{turn}")
        # Where a network has nothing to ask of a kind, as one of two rows, the next kind takes its turn.
        made = (kinds[(kind + step) % len(kinds)](turn, each) for step in range(len(kinds)))
        return next((question for question in made if question is not None), None)

    kinds: tuple[Callable[[int, Random], Question | None], ...] = (
        lambda turn, each: _growth("parameters", net, shown, itemsize, _FACTORS[turn % len(_FACTORS)]),
        lambda turn, each: _growth("macs", net, shown, itemsize, _FACTORS[turn % len(_FACTORS)]),
        lambda turn, each: _costliest("parameters", shown) if turn == 0 else _output(shown, each),
        lambda turn, each: _output(shown, each),
        lambda turn, each: _costliest("macs", shown) if turn == 0 else _field(shown, each),
        lambda turn, each: _field(shown, each),
    )
    ask_questions(FORM, make)


def _growth(what: str, net: str, shown: Totals, itemsize: int, factor: int) -> Question:
    """Ask what a larger image does to the parameters or the MACs."""
    size = (*shown.input_size[:2], *(factor * side for side in shown.input_size[2:]))
    if net.startswith(LIBRARY):
        larger = network_of(net, size, itemsize)
        grown, problem = {"parameters": larger.parameters, "macs": larger.macs}, larger.error
    else:
        parameters, macs, problem = sums_of_text(net, size)
        grown = {"parameters": parameters, "macs": macs}
    before, after, times = getattr(shown, what), grown[what], factor**2
    right = 4 if problem else 0 if after == before else 1 if after < times * before else 2 + (after > times * before)
    options = [text(key, times=times) for key in _GROWTH]
    why = "predict_broken_why" if problem else f"predict_{what}_why"
    explained = text(why, before=before, after=after, sentence=problem, times=times)
    asked = text(f"predict_{what}", factor=factor, **_sides(shown.input_size, size))
    return Question(asked, options[right], [each for each in options if each != options[right]], explained)


def _sides(before: Sequence[int], after: Sequence[int]) -> dict[str, str]:
    return {"before": of_size(before[2:]), "after": of_size(after[2:])}


def _costliest(what: str, shown: Totals) -> Question | None:
    """Ask which row has most of a number."""
    ordered = sorted(shown.working, key=lambda entry: -getattr(entry, what))
    if len(ordered) < 4 or getattr(ordered[0], what) == getattr(ordered[1], what):
        return None
    most = getattr(ordered[0], what)
    why = text("predict_most_why", row=_named(ordered[0]), count=most, share=most / getattr(shown, what))
    names = [_named(entry) for entry in ordered]
    return Question(text(f"predict_most_{what}"), names[0], names[1:], why)


def _output(shown: Totals, each: Random) -> Question | None:
    """Ask what size one row makes of what arrives."""
    arriving = [shown.input_size, *(entry.output_size or () for entry in shown.working)]
    changing = [pair for pair in zip(arriving, shown.working, strict=False) if pair[0] != pair[1].output_size]
    pairs = [(size, entry) for size, entry in changing if entry.output_size and len(entry.output_size) == len(size) > 2]
    if not pairs:
        return None
    size, entry = each.choice(pairs)
    channels, *sides = right = (entry.output_size or ())[1:]
    slips = [
        (size[1], *sides),
        (channels, *(side + 1 for side in sides)),
        (channels, *size[2:]),
        (channels, *(side - 1 for side in sides)),
        (channels, *(2 * side for side in sides)),
        (2 * channels, *sides),
    ]
    others = [slip for slip in dict.fromkeys(slips) if slip != right and min(slip) > 0]
    asked = text("predict_output", row=_named(entry), size=of_size(size[1:]))
    return Question(asked, right, others, text("predict_output_why", size=of_size(right)))


def _field(shown: Totals, each: Random) -> Question | None:
    """Ask how many pixels along a side a unit of one row sees."""
    fields = [(entry, int(field[0])) for entry in shown.working if (field := seen_by(entry)) and len(set(field)) == 1]
    known = sorted({field for _, field in fields})
    asked_about = [(entry, field) for entry, field in fields if field > 1]
    if not asked_about:
        return None
    entry, right = each.choice(asked_about)
    place = known.index(right)
    near = [
        *known[max(0, place - 1) : place],
        *known[place + 1 : place + 2],
        right + 2,
        right - 1,
        2 * right,
        right + 4,
    ]
    others = [other for other in dict.fromkeys(near) if other != right and other > 0]
    why = text("predict_field_why", row=_named(entry), field=right)
    return Question(text("predict_field", row=_named(entry)), right, others, why)


def _named(entry: LayerRecord) -> str:
    return text("row_name", name=entry.name, text=text_of(entry))
