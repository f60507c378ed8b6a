"""Eigenimages, and a picture rebuilt from them and whitened, in words, numbers, formulas, questions and code."""

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import images
from cnnviz.components.eigen import eigen
from cnnviz.components.tiles import tiles
from cnnviz.engine.results import Probed
from cnnviz.figures.sweep_curves import sweep
from cnnviz.probes.principal_components import Decomposed
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.numbers import formula, percent, short, whole
from cnnviz.ui.part import Part, tell_missing
from cnnviz.ui.picture_choice import offer_pictures
from cnnviz.ui.preprocessing.components.question import question
from cnnviz.ui.preprocessing.components.state import (
    FORM,
    IMAGE,
    PATCHES,
    PRESETS,
    WORDS,
    State,
    numbers,
    pick,
    read,
)
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import COMMON

say, text = WORDS.say, WORDS.text
Answer = Probed[Decomposed]
_TILE_WORDS = {"channel": "{channel}", "place": "", "weights": "", "value": ""}


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()


def _read() -> State | None:
    state = read()
    if state is None:
        tell_missing()
    return state


def _draw(state: State, answer: Answer) -> None:
    found = answer.found
    components = found.components
    eigen(
        found.pixels,
        components.mean,
        components.basis,
        components.eigenvalues,
        found.coefficients[state.patch],
        float(found.errors[state.kept]),
        side=state.kind.side,
        kept=state.kept,
        component=state.component - 1,
        patch=state.patch,
        key=FORM.key("eigen"),
        on_pick=pick,
    )


def _draw_settings() -> None:
    patches = FORM.get(PATCHES)
    kept, component, patch = numbers(patches)
    FORM.draw(PATCHES, columns=1)
    if patches in ("digits", "clothes"):
        FORM.draw(kept, component, IMAGE)
        with st.expander(text("choose"), icon=":material/grid_view:", key=FORM.key("choose"), on_change="rerun") as box:
            if box.open:
                tiles(
                    images.sheet(patches).astype(np.float32),
                    key=FORM.key(f"tiles-{patches}"),
                    mode="positive",
                    shared=True,
                    columns=20,
                    selected=FORM.get(IMAGE),
                    label=COMMON.text(patches),
                    words=_TILE_WORDS,
                    on_pick=lambda index: FORM.set(IMAGE, index),
                )
        return
    FORM.draw(kept, component, patch)
    offer_pictures(FORM)


def _show_notes(state: State, answer: Answer) -> None:
    found, kind = answer.found, state.kind
    components = found.components
    many = len(found.coefficients)
    say(
        "note_set_sheet" if kind.sheet else "note_set",
        count=whole(components.count),
        side=kind.side,
        length=kind.length,
        components=len(components.eigenvalues),
    )
    say(
        "note_kept",
        kept=state.kept,
        share=percent(components.share(state.kept), 1),
        error=short(found.errors[state.kept], 3),
        mean_error=short(found.errors[0], 3),
        numbers=whole(many * state.kept),
        pixels=whole(found.pixels.size),
    )
    first, last = np.sqrt(components.eigenvalues[[0, -1]])
    say("note_whitened", first=short(first, 3), last=short(last, 3), times=short(first / last, 3))
    say("note_networks")


def _show_formulas(state: State, answer: Answer) -> None:
    """Typeset the coefficient that is looked at, what is kept, and the whitened number."""
    found, j = answer.found, state.component - 1
    value, root = found.coefficients[state.patch, j], np.sqrt(found.components.eigenvalues[j])
    given = {
        "j": state.component,
        "length": state.kind.length,
        "kept": state.kept,
        "a": formula(value),
        "root": formula(root),
        "scaled": formula(value / root),
        "some": formula(found.components.eigenvalues[: state.kept].sum()),
        "total": formula(found.components.eigenvalues.sum()),
        "share": formula(found.components.share(state.kept)),
    }
    for key in ("formula_coefficient", "formula_rebuilt", "formula_whitened", "formula_share"):
        st.latex(text(key, **given))


def _show_errors(state: State, answer: Answer) -> None:
    """Chart what is left of the picture, and of the variance, by how many components are kept; offer the table."""
    st.subheader(text("errors"))
    found = answer.found
    values = found.components.eigenvalues
    left = 1 - np.concatenate([[0], values.cumsum()]) / values.sum()
    lines = {text("line_variance"): left, text("line_error"): found.errors / max(found.errors[0], 1e-30)}
    figure = sweep(
        range(len(values) + 1), lines, x=text("axis_kept"), y=text("axis_left"), scale="whole", at=state.kept
    )
    chart(figure, key=FORM.key("errors"), alt=text("errors_alt"))
    table = pd.DataFrame({
        text("column_component"): np.arange(1, len(values) + 1),
        "λ": values,
        text("column_share"): values / values.sum(),
        text("column_coefficient", patch=state.patch): found.coefficients[state.patch],
        text("column_whitened"): found.coefficients[state.patch] / np.sqrt(values),
        text("column_error"): found.errors[1:],
    })  # fmt: skip
    offer_downloads(FORM, "principal-components", text("errors"), table, [figure])


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that find the components of a sheet and rebuild an image."""
    sheet = state.kind.sheet or "digits"
    return text("code", sheet=sheet, image=FORM.get(IMAGE), kept=state.kept)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=_read,
    request=State.request,
    stage=_draw,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_errors,
    question=question,
    code=code,
    height=480,
)
