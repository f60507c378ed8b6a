"""Questions about each augmentation: new numbers every time."""

from collections.abc import Callable
from random import Random

from cnnviz.probes.label_smoothing import best_margin
from cnnviz.ui.augmentation.state import WORDS, Answer, State
from cnnviz.ui.numbers import fixed, percent, short, whole
from cnnviz.ui.question import Question

text = WORDS.text


def question(state: State, answer: Answer, number: int) -> Question:
    """Return question `number`: the first is about the kind that is open, the others about each in turn."""
    order = list(_ASKED)
    first = order.index(state.kind) if state.kind in _ASKED else 0
    return _ASKED[order[(first + number) % len(order)]](Random(f"{state.kind} {number}"))


def _shares(right: float, slips: list[float]) -> tuple[str, list[str]]:
    return percent(right, 1), [percent(each, 1) for each in slips if percent(each, 1) != percent(right, 1)]


def _mixup(draw: Random) -> Question:
    """Ask for a pixel of a mixed picture."""
    share, a, b = draw.randint(1, 9) / 10, draw.randrange(20, 240, 20), draw.randrange(30, 250, 20)
    right = share * a + (1 - share) * b
    slips = [(1 - share) * a + share * b, (a + b) / 2, float(max(a, b)), share * a, share * (a + b)]
    why = text("predict_why_mixup", share=share, rest=fixed(1 - share, 1), a=a, b=b, right=short(right))
    return Question(text("predict_mixup", share=share, a=a, b=b), short(right), [short(s) for s in slips], why)


def _cutmix(draw: Random) -> Question:
    """Ask for the target's share after a box was pasted."""
    side = draw.choice((28, 32, 64, 224))
    w, h = draw.randint(side // 5, side - 2), draw.randint(side // 5, side - 2)
    right = 1 - w * h / side**2
    shown, others = _shares(right, [1 - right, 0.5, 1.0, 1 - w / side, 1 - (w + h) / (2 * side)])
    why = text("predict_why_cutmix", w=w, h=h, side=side, right=shown)
    return Question(text("predict_cutmix", w=w, h=h, side=side), shown, others, why)


def _label_smoothing(draw: Random) -> Question:
    """Ask for the share of the right class."""
    classes, smoothing = draw.choice((4, 5, 10, 20, 100)), draw.choice((0.1, 0.2, 0.3))
    right = 1 - (classes - 1) * smoothing / classes
    slips = [1 - smoothing, smoothing / classes, 1 - smoothing / classes, 1 - smoothing / (classes - 1)]
    shown, others = _shares(right, slips)
    given = {"classes": classes, "smoothing": smoothing}
    why = text("predict_why_smoothing", **given, right=shown, margin=short(best_margin(classes, smoothing), 3))
    return Question(text("predict_smoothing", **given), shown, others, why)


def _stochastic_depth(draw: Random) -> Question:
    """Ask how likely a block is to run."""
    blocks, last = draw.choice((8, 9, 16, 54)), draw.choice((0.5, 0.8))
    at = draw.randint(1, blocks)
    right = 1 - at / blocks * (1 - last)
    shown, others = _shares(right, [last, 1 - right, 1 - (at - 1) / blocks * (1 - last) / 2, last**at, at / blocks])
    given = {"blocks": blocks, "last": last, "at": at}
    return Question(
        text("predict_depth", **given),
        shown,
        others,
        text("predict_why_depth", **given, rest=fixed(1 - last, 1), right=shown),
    )


def _fractional_pooling(draw: Random) -> Question:
    """Ask for the size after several poolings."""
    side, ratio, times = draw.choice((32, 64, 96)), draw.choice((1.25, 1.4, 1.6)), draw.randint(2, 4)
    size = side
    for _ in range(times):
        size = int(size / ratio)
    slips = [side // 2**times, int(side / ratio), int(side - times * ratio), size + times, size // 2]
    given = {"side": side, "ratio": ratio, "times": times}
    why = text("predict_why_pooling", **given, right=size, halved=side // 2**times)
    return Question(text("predict_pooling", **given), size, [each for each in slips if each > 0], why)


def _randaugment(draw: Random) -> Question:
    """Ask how many sequences there are."""
    count = draw.randint(2, 4)
    right = 14**count
    given = {"operations": count}
    why = text("predict_why_randaugment", **given, right=whole(right))
    return Question(text("predict_randaugment", **given), right, [14 * count, count**14, 13**count, 14 * 13], why)


def _flip(draw: Random) -> Question:
    """Ask how likely it is that no picture of several is flipped."""
    chance, count = draw.choice((0.25, 0.5, 0.75)), draw.randint(2, 5)
    right = (1 - chance) ** count
    shown, others = _shares(right, [chance**count, 1 - chance, 1 - right, (1 - chance) / count, chance / count])
    given = {"chance": chance, "count": count}
    return Question(
        text("predict_flip", **given), shown, others, text("predict_why_flip", **given, rest=1 - chance, right=shown)
    )


def _crop(draw: Random) -> Question:
    """Ask for the side of a crop by its area."""
    side, share = draw.choice((256, 320, 480, 512)), draw.choice((0.0625, 0.09, 0.16, 0.25, 0.36, 0.64))
    right = round(side * share**0.5)
    slips = [round(side * share), round(side * (1 - share)), right // 2, side - right, round(side * share * 2)]
    given = {"side": side, "share": percent(share, 2 if share == 0.0625 else 0)}
    why = text("predict_why_crop", **given, root=fixed(share**0.5, 2), right=right)
    return Question(text("predict_crop", **given), right, slips, why)


_ASKED: dict[str, Callable[[Random], Question]] = {
    "crop": _crop,
    "flip": _flip,
    "randaugment": _randaugment,
    "mixup": _mixup,
    "cutmix": _cutmix,
    "label_smoothing": _label_smoothing,
    "fractional_pooling": _fractional_pooling,
    "stochastic_depth": _stochastic_depth,
}
