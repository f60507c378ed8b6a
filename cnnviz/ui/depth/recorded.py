"""The shipped curves of cnnviz.training.depth."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.assets import CURVES

FILE = CURVES / "depth.json"
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curves:
    """By name such as "plain-44": `train` and `test` errors (seed, epoch), and that at the `end` (seed,).

    `removed` (seed, block) are test errors without one block, NaN for a block that cannot be left out.
    """

    card: dict[str, Any]
    train: dict[str, Floats]
    test: dict[str, Floats]
    end: dict[str, Floats]
    removed: dict[str, Floats]

    @property
    def names(self) -> tuple[str, ...]:
        """All networks."""
        return tuple(self.train)

    @property
    def epochs(self) -> Sequence[int]:
        """1, 2, …"""
        return range(1, self.card["epochs"] + 1)


@st.cache_data(show_spinner=False)
def curves() -> Curves:
    """Return the shipped curves."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    runs = {f"{name}-{depth}": each for name, depths in found["runs"].items() for depth, each in depths.items()}

    def of(key: str) -> dict[str, Floats]:
        return {name: np.array(each[key], float) for name, each in runs.items() if key in each}

    return Curves(found["card"], of("train"), of("test"), of("end"), of("removed"))
