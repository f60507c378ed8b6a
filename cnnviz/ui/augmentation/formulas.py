"""The formula of each augmentation, in the numbers of the draw that is looked at."""

from collections.abc import Callable
from typing import cast

import numpy as np
import streamlit as st

from cnnviz.engine.requests import DRAWS
from cnnviz.engine.results import Augmented, BlocksLeftOut, SmoothedLabel
from cnnviz.probes.label_smoothing import best_margin
from cnnviz.ui.augmentation.stage import picked
from cnnviz.ui.augmentation.state import WORDS, Answer, State
from cnnviz.ui.numbers import formula, scientific, whole_in_latex

Given = dict[str, object]


def show_formula(state: State, answer: Answer) -> None:
    """Typeset the formula of the kind that is open."""
    given = _GIVEN[state.kind](state, answer)
    st.latex(WORDS.text(f"formula_{state.kind}", **{name: _written(value) for name, value in given.items()}))
    if given.get("in") == r"\notin":
        WORDS.say("crop_middle")


def _written(value: object) -> str:
    if isinstance(value, str):
        return value
    # Pixels with all their digits.
    number = cast(float, value)
    written = str(int(number)) if float(number).is_integer() else formula(number)
    return scientific(number) if "e" in written else written


def _drawn(state: State, answer: Answer) -> dict[str, float]:
    assert isinstance(answer, Augmented)
    return dict(answer.facts[picked(state, answer)])


def _flip(state: State, answer: Answer) -> Given:
    chance, count = state.settings["chance"], DRAWS
    width = state.subject.card.input_size[2]
    return {"last": width - 1, "chance": chance, "count": count, "none": (1 - chance) ** count}


def _crop(state: State, answer: Answer) -> Given:
    assert isinstance(answer, Augmented)
    drawn, (high, wide) = _drawn(state, answer), answer.size
    w, h = drawn["width"], drawn["height"]
    side, share, least = state.subject.card.input_size[2], w * h / (wide * high), state.settings["least"]
    # Sides are whole pixels; torchvision takes the middle where nothing so large fits in ten tries.
    inside = share * (1 + 0.5 / w) * (1 + 0.5 / h) >= least
    return {"w": w, "h": h, "wide": wide, "high": high, "share": share, "ratio": w / h,
            "in": r"\in" if inside else r"\notin", "least": least, "scale": side / w, "side": side}  # fmt: skip


def _ten_crops(state: State, answer: Answer) -> Given:
    assert isinstance(answer, Augmented)
    best = int(answer.probabilities.mean(axis=0).argmax())
    shares = [formula(each, places=3) for each in answer.probabilities[:, best]]
    return {"sum": " + ".join(shares[:3]) + r" + \dots + " + shares[-1], "mean": answer.probabilities[:, best].mean(),
            "middle": answer.plain[best]}  # fmt: skip


def _jitter(state: State, answer: Answer) -> Given:
    drawn = _drawn(state, answer)
    turned = drawn.get("hue", 0.0)
    factors = {name: drawn.get(name, 1.0) for name in ("brightness", "contrast", "saturation")}
    return {**factors, "hue": ("" if turned < 0 else "+") + formula(turned)}


def _colour_components(state: State, answer: Answer) -> Given:
    drawn = _drawn(state, answer)
    return {"alphas": r" \\ ".join(formula(each, places=2) for each in drawn.values()),
            "deviation": state.settings["alpha_deviation"]}  # fmt: skip


def _randaugment(state: State, answer: Answer) -> Given:
    count = int(state.settings["operations"])
    return {"operations": count, "sequences": whole_in_latex(14**count),
            "magnitude": int(state.settings["magnitude"])}  # fmt: skip


def _erasing(state: State, answer: Answer) -> Given:
    assert isinstance(answer, Augmented)
    drawn, (high, wide) = _drawn(state, answer), answer.size
    w, h = drawn["width"], drawn["height"]
    return {"w": w, "h": h, "wide": wide, "high": high, "share": w * h / (wide * high)}


def _mixup(state: State, answer: Answer) -> Given:
    share = _drawn(state, answer)["share"]
    return {"share": share, "rest": 1 - share, "alpha": state.settings["alpha"]}


def _cutmix(state: State, answer: Answer) -> Given:
    assert isinstance(answer, Augmented)
    drawn, (high, wide) = _drawn(state, answer), answer.size
    given = {"w": drawn["right"] - drawn["left"], "h": drawn["bottom"] - drawn["top"], "wide": wide, "high": high}
    return {**given, "share": drawn["share"], "rest": 1 - drawn["share"]}


def _label_smoothing(state: State, answer: Answer) -> Given:
    assert isinstance(answer, SmoothedLabel)
    smoothing, classes = state.settings["smoothing"], len(answer.target)
    margin = best_margin(classes, smoothing)
    return {"classes": classes, "others": classes - 1, "smoothing": smoothing,
            "right": answer.target[answer.label], "wrong": smoothing / classes,
            "margin": formula(margin) if np.isfinite(margin) else r"\infty"}  # fmt: skip


def _fractional_pooling(state: State, answer: Answer) -> Given:
    assert isinstance(answer, Augmented)
    drawn, before = _drawn(state, answer), answer.size[1]
    after = state.subject.card.input_size[2]
    return {"before": before, "after": after, "step": (before - 2) / (after - 1), "sample": drawn["across"]}


def _stochastic_depth(state: State, answer: Answer) -> Given:
    assert isinstance(answer, BlocksLeftOut)
    return {"blocks": len(answer.names), "last": state.settings["last"], "expected": answer.survival.sum(),
            "ran": int(answer.running[picked(state, answer)].sum())}  # fmt: skip


_GIVEN: dict[str, Callable[[State, Answer], Given]] = {
    "flip": _flip,
    "crop": _crop,
    "ten_crops": _ten_crops,
    "jitter": _jitter,
    "colour_components": _colour_components,
    "randaugment": _randaugment,
    "erasing": _erasing,
    "mixup": _mixup,
    "cutmix": _cutmix,
    "label_smoothing": _label_smoothing,
    "fractional_pooling": _fractional_pooling,
    "stochastic_depth": _stochastic_depth,
}
