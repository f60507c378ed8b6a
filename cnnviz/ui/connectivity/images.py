"""Connectivity on images: counts at their size, two kernels in one, and pixels in another order."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import models
from cnnviz.arithmetic.connectivity import STEPS, connections
from cnnviz.engine.requests import Collapse, ModelChoice, Numbers, ReadShuffled, ShufflePicture
from cnnviz.figures.kernels import kernels
from cnnviz.figures.maps import feature_map
from cnnviz.figures.photo import photo
from cnnviz.images import sheet, sheet_labels
from cnnviz.images.kernels import kernel
from cnnviz.ui.chart import chart
from cnnviz.ui.connectivity.state import (
    CHANNELS_IN,
    CHANNELS_OUT,
    DIGIT,
    FIRST,
    FORM,
    REAL,
    SECOND,
    SIDE,
    SIDE_OF_KERNEL,
    WORDS,
)
from cnnviz.ui.engine import ask, ask_named
from cnnviz.ui.numbers import fixed, of_count, percent, short, whole_in_latex
from cnnviz.ui.picture_choice import sheet_picture

MLP, CNN, TRAINED = "mlp-mnist", "lenet-relu-mnist", "lenet-relu-shuffled-mnist"
_KERNEL = 3
say, text = WORDS.say, WORDS.text


@st.fragment
def show_counts() -> None:
    """Typeset the counts of weights at the size of an image; runs again alone."""
    st.subheader(text("real"))
    say("real_text")
    FORM.draw(*REAL)
    channels, filters, side, k = (FORM.get(each) for each in (CHANNELS_IN, CHANNELS_OUT, SIDE, SIDE_OF_KERNEL))
    if not k % 2:
        st.error(text("real_even", k=k), icon=":material/error:")
        return
    size = side, side
    # Outputs are as large as the input, as padding makes them.
    counts = connections(size, size, (k, k), channels=channels, filters=filters)
    numbers = {"c_in": channels, "c_out": filters, "side": side, "k": k}
    numbers |= {"inputs": counts.inputs, "outputs": counts.outputs} | {step: counts.weights(step) for step in STEPS}
    typeset = {name: whole_in_latex(value) for name, value in numbers.items()}
    for box, step in zip(st.columns(3, gap="medium"), STEPS, strict=True):
        with box.container(key=FORM.key(f"real-{step}")):
            say(f"real_{step}", count=of_count(numbers[step]))
            st.latex(text(f"formula_real_{step}", **typeset))
    say("real_ratio", ratio=of_count(numbers["all"] / numbers["shared"]))


@st.fragment
def show_digits() -> None:
    """Show two kernels in one, and what shuffled pixels do to networks; runs again alone."""
    _show_collapse()
    _show_shuffle()


def _show_collapse() -> None:
    """Show two kernels in one, and that a ReLU between them forbids it."""
    st.subheader(text("collapse"))
    say("collapse_text")
    FORM.draw(FIRST, SECOND, columns=2)
    names = FORM.get(FIRST), FORM.get(SECOND)
    first, second = (kernel(name, _KERNEL, 2, seed=seed) for seed, name in enumerate(names))
    image = sheet("digits")[FORM.get(DIGIT)] / 255
    answer = ask(Collapse(Numbers.of(image), Numbers.of(first), Numbers.of(second)))
    if answer is None:
        return
    found = answer.found
    side = len(found.composed)
    drawn = {
        "collapse_first": kernels(first[None], height=230),
        "collapse_second": kernels(second[None], height=230),
        "collapse_composed": kernels(found.composed[None], height=230),
        "collapse_stacked": feature_map(found.stacked, signed=True, height=260),
        "collapse_single": feature_map(found.single, signed=True, height=260),
        "collapse_relu": feature_map(found.rectified, signed=True, height=260),
    }
    boxes = [*st.columns(3, gap="medium"), *st.columns(3, gap="medium")]
    for (name, figure), box in zip(drawn.items(), boxes, strict=True):
        with box:
            say(name, side=side)
            chart(figure, key=FORM.key(name))
    most = float(np.abs(found.rectified - found.single).max())
    largest = float(np.abs(found.single).max())
    say("collapse_same", gap=short(found.gap, 1), largest=short(largest, 3), side=side)
    fails = found.misses > 1e-6
    say("collapse_fails" if fails else "collapse_idle", gap=short(most, 3), misses=percent(found.misses, 1), side=side)


def _show_shuffle() -> None:
    """Show a digit shuffled, and what networks make of a hundred such digits."""
    st.subheader(text("shuffle"))
    say("shuffle_text")
    digit = FORM.get(DIGIT)
    picture = sheet_picture("digits", digit)
    plain_box, shuffled_box, said_box = st.columns([1, 1, 2], gap="medium")
    with said_box:
        FORM.draw(DIGIT, columns=1)
    answer = ask(ShufflePicture(picture))
    if answer is None:
        return
    chart(photo(picture.pixels, height=240), key=FORM.key("plain"), at=plain_box)
    chart(photo(answer.found.pixels, height=240), key=FORM.key("shuffled"), at=shuffled_box)
    with said_box:
        say("shuffle_neighbours", before=fixed(answer.found.before, 2), after=fixed(answer.found.after, 2))
    _show_networks(digit)


def _show_networks(digit: int) -> None:
    """Write down how many digits each network gets right, as they are and shuffled."""
    names = [MLP, CNN, *([TRAINED] if models.is_ready(TRAINED) else [])]
    found = ask_named({name: ReadShuffled(ModelChoice(name)) for name in names})
    if found is None:
        return
    labels, mlp, cnn = sheet_labels(), found[MLP], found[CNN]
    assert mlp.moved is not None
    say(
        "table",
        mlp_plain=_right(mlp.plain, labels),
        mlp_shuffled=_right(mlp.shuffled, labels),
        mlp_made=_right(mlp.moved, labels),
        cnn_plain=_right(cnn.plain, labels),
        cnn_shuffled=_right(cnn.shuffled, labels),
        # That network does the shuffling itself.
        cnn_made=_right(found[TRAINED].plain, labels) if TRAINED in found else text("table_untrained"),
    )
    numbers = {"gap": short(mlp.gap, 1), "mlp_accuracy": _accuracy(MLP), "cnn_accuracy": _accuracy(CNN)}
    say("shuffle_fail")
    say("shuffle_mlp", **numbers)
    if TRAINED in found:
        say("shuffle_cnn", **numbers, shuffled_accuracy=_accuracy(TRAINED))
    else:
        say("shuffle_untrained", command=models.card(TRAINED).weights)
    say(
        "shuffle_digit",
        label=labels[digit],
        mlp=mlp.plain[digit],
        mlp_shuffled=mlp.shuffled[digit],
        mlp_made=mlp.moved[digit],
        cnn=cnn.plain[digit],
        cnn_shuffled=cnn.shuffled[digit],
    )


def _right(answers: NDArray[np.integer], labels: NDArray[np.integer]) -> int:
    return int((answers == labels).sum())


def _accuracy(name: str) -> str:
    accuracy = models.card(name).accuracy
    assert accuracy is not None
    return percent(accuracy, 2)
