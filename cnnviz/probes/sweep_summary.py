"""What a sweep found, made ready for a curve, a sentence or a table. NumPy only."""

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cnnviz.probes.invariance import Swept

_FEW = 20  # classes that all get a column of their own


def leading(swept: "Swept", most: int) -> list[int]:
    """Return the numbers of at most `most` classes: the two most probable unmoved, then those that rise highest."""
    first = np.argsort(-swept.unmoved, kind="stable")[:2]
    others = np.argsort(-swept.probabilities.max(axis=0), kind="stable")
    # What never gets anywhere would only be one more line along the bottom.
    high = [index for index in others.tolist() if swept.probabilities[:, index].max() >= 0.05]
    return list(dict.fromkeys([*first.tolist(), *high]))[:most]


def keeps(swept: "Swept") -> NDArray[np.bool_]:
    """Return (N,): whether the most probable class of a state is that of the unmoved picture."""
    same: NDArray[np.bool_] = swept.probabilities.argmax(axis=1) == swept.unmoved.argmax()
    return same


def liveliest(maps: NDArray[Any], count: int) -> list[int]:
    """Return the channels of maps (C, H, W) whose values differ most over the map, in the order of the channels."""
    flat = np.asarray(maps, np.float64).reshape(len(maps), -1)
    spread = flat.std(axis=1) if flat.shape[1] > 1 else np.abs(flat[:, 0])
    return sorted(np.argsort(-np.nan_to_num(spread), kind="stable")[:count].tolist())


def answer_change(swept: "Swept") -> NDArray[np.float64]:
    """Return (N,): how far the probabilities are from the unmoved picture's, relative to their L2 norm."""
    apart = np.linalg.norm(swept.probabilities - swept.unmoved, axis=1)
    change: NDArray[np.float64] = apart / np.linalg.norm(swept.unmoved)
    return change


def table(name: str, amounts: Sequence[float], swept: "Swept", classes: Sequence[str], shown: Sequence[int]) -> str:
    """Return a sweep as CSV: a row an amount; the answer, probabilities and each layer's change in columns.

    Of a network with one output there is that output in the place of the answer and its probability. All classes have a
    column where they are few, else those `shown`. The unmoved picture is what changes are against.
    """
    columns = range(len(classes)) if len(classes) <= _FEW else shown
    layers = [layer or "input" for layer in swept.layers]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    answers = [f"probability of {classes[index]}" for index in columns]
    told = ["output"] if swept.single else ["answer", *answers]
    writer.writerow([name, *told, *(f"change of {layer}" for layer in layers)])
    for row, amount in enumerate(amounts):
        says = swept.probabilities[row]
        values = [f"{says[index]:.6g}" for index in columns]
        answer = [] if swept.single else [classes[says.argmax()]]
        writer.writerow([f"{amount:g}", *answer, *values, *(f"{v:.6g}" for v in swept.changes[:, row])])
    return text.getvalue()
