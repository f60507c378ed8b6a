"""The networks that learnt on this visit: on the list of models of every screen, with their weights.

They stay with the visit, as a file of one's own does: a link to one opens elsewhere with random weights.
"""

from typing import TYPE_CHECKING, Protocol, cast

import streamlit as st

from cnnviz.design import parse
from cnnviz.engine.requests import LabelledFeatures, ModelChoice
from cnnviz.images.example_sets import EXAMPLE_SETS
from cnnviz.models import own_classes
from cnnviz.models.own_networks import name_of

if TYPE_CHECKING:
    # It imports torch, without which the calculator opens.
    from cnnviz.training.live.settings import Settings

FILE, LAYER = "training.safetensors", "layer.safetensors"
_KEPT, _RUN = "learnt-networks", "learning-network"
_MOST = 3  # of one visit; each has 2 MB at most


class Learner(Protocol):
    """A run, and the weights where it rested last, as a safetensors file."""

    @property
    def settings(self) -> "Settings": ...
    @property
    def photos(self) -> LabelledFeatures | None: ...
    @property
    def learnt(self) -> bytes | None: ...


def follow(run: Learner) -> None:
    """Have on the list what a run learns from now on, whenever it rests; what others learnt stays."""
    learnt()
    st.session_state[_RUN] = run


def learnt() -> dict[str, ModelChoice]:
    """Return the networks by name, the one that learnt last at the end."""
    kept: dict[str, ModelChoice] = st.session_state.setdefault(_KEPT, {})
    run: Learner | None = st.session_state.get(_RUN)
    if run is None or run.learnt is None or (name := learnt_name(run.settings, run.photos)) is None:
        return kept
    if name not in kept or kept[name].checkpoint is not run.learnt:
        # Another name for a class makes another name for the same network.
        for other in [other for other, each in kept.items() if other == name or each.checkpoint is run.learnt]:
            kept.pop(other)
        kept[name] = ModelChoice.of_checkpoint(name, run.learnt, FILE if run.photos is None else LAYER)
        while len(kept) > _MOST:
            kept.pop(next(iter(kept)))
    return kept


def learnt_name(settings: "Settings", photos: LabelledFeatures | None = None) -> str | None:
    """Return the name of the model that a run with these settings makes, None where it reads no pictures."""
    if photos is not None:
        first, *rest = parse(settings.network)
        return own_classes.name_of(photos.classes, cast(int, dict(first.settings)["out_features"]) if rest else 0)
    if settings.examples not in EXAMPLE_SETS:
        return None
    return name_of(parse(settings.network), settings.input_size, settings.examples)
