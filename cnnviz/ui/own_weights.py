"""Weights in a file of one's own, for the network that they were given to.

They stay with the visit, on whatever screen they were given: no link can hold them.
"""

from typing import NamedTuple

import streamlit as st

from cnnviz.engine.requests import MatchWeights, ModelChoice
from cnnviz.models.matching import few
from cnnviz.models.parts import is_average
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.words import COMMON

_KEPT = "own-weights"
_MEGABYTES = 100  # of a file: ResNet-50 has 98
_MOST = 2  # networks of one visit: a class has many visits


class _Kept(NamedTuple):
    file: str
    choice: ModelChoice


def own_weights(form: Form, network: str, *, edited: bool = False) -> ModelChoice | None:
    """Return a network with the file that it was given, first of all the one in this form; None while there is none.

    A file belongs to the network that it was given to. `edited` tells that the form has one network, whose name changes
    with every edit of it: the file stays then.
    """
    kept: dict[str, _Kept] = st.session_state.setdefault(_KEPT, {})
    file = st.session_state.get(_key(form, network, edited=edited))
    if file is not None and (network not in kept or kept[network].file != file.file_id):
        kept.pop(network, None)
        kept[network] = _Kept(file.file_id, ModelChoice.of_checkpoint(network, file.getvalue(), file.name))
        while len(kept) > _MOST:
            kept.pop(next(iter(kept)))
    return kept[network].choice if network in kept else None


def choose_own_weights(form: Form, network: str, *, edited: bool = False) -> ModelChoice | None:
    """Draw the choice of a file for a network and how its tensors were matched; return it with them where they fit."""
    key = _key(form, network, edited=edited)

    def changed() -> None:
        if st.session_state[key] is None:
            st.session_state[_KEPT].pop(network, None)

    # Of any type: what is no checkpoint gets a sentence of ours, and not a line that is cut off in the widget.
    label = COMMON.text("checkpoint", megabytes=_MEGABYTES)
    st.file_uploader(label, key=key, on_change=changed, max_upload_size=_MEGABYTES)
    choice = own_weights(form, network, edited=edited)
    if choice is None:
        st.caption(COMMON.text("no_checkpoint"))
        return None
    fit = ask(MatchWeights(choice))
    if fit is None:
        return None
    by_name = fit.by == "name"
    numbers = {"file": choice.checkpoint_name, "count": len(fit.pairs)}
    st.caption(COMMON.text("matched_by_name" if by_name else "matched_by_order", **numbers))
    if fit.part:
        st.caption(COMMON.text("matched_part", part=fit.part.rstrip(".")))
    if is_average(fit.part):
        st.caption(COMMON.text("matched_average"))
    if fit.others:
        st.caption(COMMON.text("matched_others", names=", ".join(fit.others)))
    if fit.computed:
        st.caption(COMMON.text("matched_computed", count=len(fit.computed), names=few(fit.computed)))
    if fit.left_out:
        st.caption(COMMON.text("matched_left_out", count=len(fit.left_out), names=few(fit.left_out)))
    if not by_name:
        with st.expander(COMMON.label("matched"), icon=":material/compare_arrows:"):
            theirs, ours = zip(*fit.pairs, strict=True)
            st.table({COMMON.label("matched.file"): theirs, COMMON.label("matched.network"): ours}, border="horizontal")
    return choice


def _key(form: Form, network: str, *, edited: bool) -> str:
    # Streamlit keeps a file as long as its widget has the same key.
    return form.key("checkpoint" if edited else f"checkpoint-{network}")
