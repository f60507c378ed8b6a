"""A sweep asked of the engine batch by batch, with a bar that says how far it is."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.engine.requests import Sweep, SweepMaps, View
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import text
from cnnviz.ui.transform.moving_form import SCREEN, Plan
from cnnviz.ui.transform.subject import Subject

_PATIENCE = 0.3  # seconds before there is a bar


def batches(plan: Plan, at_once: int) -> tuple[list[tuple[View, ...]], list[int]]:
    """Return the states in batches, and which of them, counted through, stands where in the order of the amounts.

    An amount that the sweep does not have goes by itself, at the end: to move it leaves the others as they are kept.
    """
    grid = [amount for amount in plan.amounts if not (plan.off_grid and amount == plan.amount)]
    parts = [tuple(map(plan.at, grid[start : start + at_once])) for start in range(0, len(grid), at_once)]
    if plan.off_grid:
        parts.append((plan.at(plan.amount),))
        grid.append(plan.amount)
    return parts, sorted(range(len(grid)), key=grid.__getitem__)


def run_sweep(subject: Subject, plan: Plan, at_once: int) -> Any:
    """Return cnnviz.probes.invariance.Swept of all states and the engine's note, or None after an error was shown.

    `at_once` states go through the network together.
    """
    from cnnviz.probes.invariance import joined

    parts, order = batches(plan, at_once)
    requests = [Sweep(views=part, edge=plan.edge, **subject.given()) for part in parts]
    found = _each(requests, [len(part) for part in parts])
    return None if found is None else (joined([each.found for each in found], order), found[0].note)


def run_maps(subject: Subject, plan: Plan, at_once: int, layer: str, channels: Sequence[int]) -> np.ndarray | None:
    """Return maps (1 + N, K, h, w), the unmoved picture's first, or None after an error was shown."""
    parts, order = batches(plan, at_once)
    chosen = tuple(channels)
    requests = [
        SweepMaps(views=part, layer=layer, channels=chosen, edge=plan.edge, **subject.given()) for part in parts
    ]
    found = _each(requests, [len(part) for part in parts])
    if found is None:
        return None
    states = np.concatenate([each.found[1:] for each in found])
    return np.concatenate([found[0].found[:1], states[order]])


def _each(requests: Sequence[Any], sizes: Sequence[int]) -> list[Any] | None:
    bar = st.empty()
    began, done, found = time.monotonic(), 0, []
    for request, size in zip(requests, sizes, strict=True):
        answer = ask(request)
        if answer is None:
            bar.empty()
            return None
        found.append(answer)
        done += size
        if time.monotonic() - began > _PATIENCE and done < sum(sizes):
            bar.progress(done / sum(sizes), text(SCREEN, "progress", done=done, count=sum(sizes)))
    bar.empty()
    return found
