"""What the connections on the screen show, in words, formulas and figures: the parts below the picture of them."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import Collapse, ModelChoice, Numbers, ReadShuffled, ShufflePicture
from cnnviz.errors import ShapeError
from cnnviz.figures.kernels import kernels
from cnnviz.figures.maps import feature_map
from cnnviz.figures.photo import photo
from cnnviz.images import sheet, sheet_labels
from cnnviz.images.kernels import KERNELS, kernel
from cnnviz.ui import lesson
from cnnviz.ui.amounts import of_count, of_size
from cnnviz.ui.basics.connectivity_form import REAL, STEPS, Experiment, real_counts
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import Choice, Dial, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.picture import sheet_picture

SCREEN = "connectivity"
FIRST = Choice("first", "First kernel", KERNELS, "Sobel x")
SECOND = Choice("second", "Second kernel", KERNELS, "Gaussian blur")
DIGIT = Dial("digit", "Test digit", 0, 99, 99, 32)
MLP, CNN, TRAINED = "mlp-mnist", "lenet-relu-mnist", "lenet-relu-shuffled-mnist"
_KERNEL = 3
# The names that the lesson has for what is said of each step.
_COUNT = {"all": "count_all", "local": "count_local", "shared": "count_shared"}
_HERE = {"all": "count_all_here", "local": "count_local_here", "shared": "count_shared_here"}
_FORMULA = {"all": "formula_all", "local": "formula_local", "shared": "formula_shared"}
_SAME = {"all": "same_all", "local": "same_local", "shared": "same_shared"}
_REAL = {"all": "real_all", "local": "real_local", "shared": "real_shared"}
_FORMULA_REAL = {"all": "formula_real_all", "local": "formula_real_local", "shared": "formula_real_shared"}
_PREDICT = {"all": "predict", "local": "predict_local", "shared": "predict_shared"}
_WHY = {"all": "predict_why_all", "local": "predict_why_local", "shared": "predict_why_shared"}


def show_counts(made: Experiment) -> None:
    """Show how many weights each of the three steps has, the one that is drawn marked."""
    counts, windows = made.counts(), of_size(made.outputs)
    numbers = {
        **counts,
        "inputs": made.inputs.size,
        "outputs": int(np.prod(made.outputs)),
        "taps": made.taps,
        "windows": windows,
    }
    for box, step in zip(st.columns(3, gap="medium"), STEPS, strict=True):
        with box.container(border=True, key=f"formula-{step}"):
            say(SCREEN, (_HERE if step == made.step else _COUNT)[step], **numbers)
            st.latex(text(SCREEN, _FORMULA[step], **numbers))


def show_same(made: Experiment, found: Any) -> None:
    """Say that the matrix and what the step is called give the same numbers."""
    gap = float(np.abs(found.product - found.other).max())
    distinct = len(np.unique(found.owners[found.owners >= 0]))
    numbers = {
        "gap": f"{gap:.1g}",
        "entries": found.matrix.size,
        "filled": int((found.owners >= 0).sum()),
        "weights": distinct,
        "outputs": found.product.size,
        "kernel": of_size(made.inputs.shape),
        "function": f"conv{made.axes}d",
    }
    say(SCREEN, _SAME[made.step], **numbers)
    if made.step == "shared":
        say(SCREEN, "toeplitz" if made.axes == 1 else "toeplitz_blocks")


def show_real() -> None:
    """Typeset the counts of weights at the size of real images."""
    st.subheader(text(SCREEN, "real"))
    say(SCREEN, "real_text")
    for dial, box in zip(REAL, st.columns(4, gap="medium", vertical_alignment="bottom"), strict=True):
        with box:
            dial.draw()
    try:
        counts = real_counts()
    except ShapeError as error:
        st.error(str(error), icon=":material/error:")
        return
    written = {name: f"{value:,}".replace(",", "{,}") for name, value in counts.items()}
    for box, step in zip(st.columns(3, gap="medium"), STEPS, strict=True):
        with box.container(key=f"formula-real-{step}"):
            say(SCREEN, _REAL[step], count=of_count(counts[step]))
            st.latex(text(SCREEN, _FORMULA_REAL[step], **written))
    say(SCREEN, "real_ratio", ratio=of_count(counts["all"] / counts["shared"]))


def show_collapse() -> None:
    """Show two kernels in one, and that a ReLU between them forbids it."""
    st.subheader(text(SCREEN, "collapse"))
    say(SCREEN, "collapse_text")
    for control, box in zip((FIRST, SECOND), st.columns(2, gap="medium"), strict=True):
        with box:
            control.draw()
    first, second = (kernel(value_of(control), _KERNEL, 2, seed=seed) for seed, control in enumerate((FIRST, SECOND)))
    image = sheet("digits")[value_of(DIGIT)] / 255
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
            say(SCREEN, name, side=side)
            chart(figure, key=name)
    most = float(np.abs(found.rectified - found.single).max())
    say(SCREEN, "collapse_same", gap=f"{found.gap:.0e}", largest=f"{float(np.abs(found.single).max()):.3g}", side=side)
    say(
        SCREEN,
        "collapse_fails" if found.misses > 1e-6 else "collapse_idle",
        gap=f"{most:.3g}",
        misses=f"{found.misses:.1%}",
        side=side,
    )


def show_shuffle() -> None:
    """Show a digit shuffled, and what networks make of a hundred such digits."""
    st.subheader(text(SCREEN, "shuffle"))
    say(SCREEN, "shuffle_text")
    digit = value_of(DIGIT)
    picture = sheet_picture("digits", digit)
    answer = ask(ShufflePicture(picture))
    plain_box, shuffled_box, said_box = st.columns([1, 1, 2], gap="medium")
    with said_box:
        DIGIT.draw()
    if answer is None:
        return
    chart(photo(picture.pixels, height=240), key="plain", at=plain_box)
    chart(photo(answer.found.pixels, height=240), key="shuffled", at=shuffled_box)
    with said_box:
        alike = {"before": f"{answer.found.before:.2f}", "after": f"{answer.found.after:.2f}"}
        say(SCREEN, "shuffle_neighbours", **alike)
    _show_networks(digit)


def _show_networks(digit: int) -> None:
    """Write down how many digits each network gets right, as they are and shuffled."""
    names = [MLP, CNN, *([TRAINED] if models.is_ready(TRAINED) else [])]
    answers = {name: ask(ReadShuffled(ModelChoice(name))) for name in names}
    found = {name: each.found for name, each in answers.items() if each is not None}
    if len(found) < len(names):
        return
    labels = sheet_labels()
    right = {name: (_right(each.plain, labels), _right(each.shuffled, labels)) for name, each in found.items()}
    mlp, cnn = found[MLP], found[CNN]
    assert mlp.moved is not None
    st.markdown(
        text(
            SCREEN,
            "table",
            mlp_plain=right[MLP][0],
            mlp_shuffled=right[MLP][1],
            mlp_made=_right(mlp.moved, labels),
            cnn_plain=right[CNN][0],
            cnn_shuffled=right[CNN][1],
            # That network does the shuffling itself.
            cnn_made=right[TRAINED][0] if TRAINED in found else text(SCREEN, "table_untrained"),
        )
    )
    numbers = {"gap": f"{mlp.gap:.0e}", "mlp_accuracy": _accuracy(MLP), "cnn_accuracy": _accuracy(CNN)}
    say(SCREEN, "shuffle_fail")
    say(SCREEN, "shuffle_mlp", **numbers)
    if TRAINED in found:
        say(SCREEN, "shuffle_cnn", **numbers, shuffled_accuracy=_accuracy(TRAINED))
    else:
        say(SCREEN, "shuffle_untrained", command=models.card(TRAINED).weights)
    say(
        SCREEN,
        "shuffle_digit",
        label=labels[digit],
        mlp=mlp.plain[digit],
        mlp_shuffled=mlp.shuffled[digit],
        mlp_made=mlp.moved[digit],
        cnn=cnn.plain[digit],
        cnn_shuffled=cnn.shuffled[digit],
    )


def _right(answers: Any, labels: Any) -> int:
    return int((answers == labels).sum())


def _accuracy(name: str) -> str:
    accuracy = models.card(name).accuracy
    assert accuracy is not None
    return f"{accuracy:.2%}"


def predict(made: Experiment) -> None:
    """Ask for the count of weights of the step on a larger input."""
    size, outputs = made.inputs.size, made.outputs
    longer = (2 * made.inputs.shape[0],) * made.axes
    then = tuple((extent - made.kernel_size) // made.stride + 1 for extent in longer)
    count, windows = int(np.prod(longer)), int(np.prod(then))
    possible = {"all": count * windows, "local": windows * made.taps, "shared": made.taps}
    right = possible[made.step]
    others = [*possible.values(), made.counts()[made.step], 2 * right, size * int(np.prod(outputs))]
    options = sorted([*dict.fromkeys([right, *others])][:4])
    lesson.predict(
        f"connectivity-{made.step}-{made.inputs.shape}-{made.kernel_size}-{made.stride}",
        text(SCREEN, _PREDICT[made.step], size=of_size(longer), kernel=of_size((made.kernel_size,) * made.axes)),
        [str(each) for each in options],
        options.index(right),
        text(SCREEN, _WHY[made.step], inputs=count, outputs=windows, taps=made.taps, right=right),
    )


def code_lines(made: Experiment) -> str:
    """Return the few lines of Python that make the matrix of a convolution and multiply with it."""
    shape, kernel_shape = made.inputs.shape, (made.kernel_size,) * made.axes
    kernel_values = made.weights if made.step == "shared" else np.ones(kernel_shape)
    return text(
        SCREEN,
        "code",
        shape=(1, 1, *shape),
        eye=(made.inputs.size, 1, *shape),
        inputs=made.inputs.size,
        kernel=kernel_values.tolist(),
        function=f"conv{made.axes}d",
        stride=made.stride,
    )
