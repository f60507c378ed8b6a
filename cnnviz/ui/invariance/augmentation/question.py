"""Questions about the error rates of the two networks on distorted test digits."""

from itertools import pairwise
from random import Random

from cnnviz.ui.invariance.augmentation.curves import AUGMENTED, PLAIN, curves
from cnnviz.ui.invariance.augmentation.state import WORDS, Seen, State
from cnnviz.ui.numbers import percent, short, whole
from cnnviz.ui.question import Question

text = WORDS.text
_SHARES = (0.01, 0.1, 0.3, 0.6)


def question(state: State, seen: Seen, number: int) -> Question | None:
    """Ask how many test digits a network gets wrong at a measured amount, first near the present angle."""
    found = curves()
    if not found:
        return None
    drawn = Random(number)
    axis = drawn.choice(list(found)) if number else "degrees"
    curve = found[axis]
    if number:
        amount = drawn.choice(curve["amounts"])
    else:
        amount = min(curve["amounts"], key=lambda angle: (abs(angle - state.degrees), angle))
    network, other = (AUGMENTED, PLAIN) if number % 2 else (PLAIN, AUGMENTED)
    at, images = curve["amounts"].index(amount), curve["images"]
    wrong = {name: round(curve["errors"][name][at] * images) for name in (PLAIN, AUGMENTED)}
    bounds = [round(share * images) for share in _SHARES]
    options = [text("predict_below", most=whole(bounds[0]))]
    options += [text("predict_between", least=whole(low), most=whole(high)) for low, high in pairwise(bounds)]
    options.append(text("predict_above", least=whole(bounds[-1])))
    right = sum(wrong[network] >= bound for bound in bounds)
    # The nearest ones first, and the one that holds for the other network among them.
    rival = sum(wrong[other] >= bound for bound in bounds)
    nearest = sorted(range(len(options)), key=lambda each: (each != rival, abs(each - right)))
    shown = percent(amount) if axis == "scale" else short(amount)
    asked = text(
        f"predict_{axis}",
        amount=shown,
        count=whole(images),
        network=text("network_plain" if network == PLAIN else "network_augmented"),
    )
    why = text("predict_why", plain=whole(wrong[PLAIN]), augmented=whole(wrong[AUGMENTED]))
    return Question(asked, options[right], [options[each] for each in nearest], why)
