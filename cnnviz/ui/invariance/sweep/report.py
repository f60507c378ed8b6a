"""A picture shifted, rotated, scaled and brightened: what the network predicts, and how its layers change."""

from collections import Counter
from collections.abc import Sequence
from math import cos, radians, sin
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnnviz.components.sweep_film import sweep_film
from cnnviz.figures.invariance import layers_heat
from cnnviz.figures.sweep_curves import sweep
from cnnviz.probes.sweep_summary import answer_change, keeps, table
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.invariance.sweep.question import question
from cnnviz.ui.invariance.sweep.run import Seen, run
from cnnviz.ui.invariance.sweep.state import (
    EDGE,
    FORM,
    PRESETS,
    STEPS,
    SUBJECT,
    SWEEP,
    WORDS,
    State,
    axes,
    present_axes,
    read,
    unmove,
)
from cnnviz.ui.layer_choice import choose_layer, first_convolution
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.numbers import fixed, matrix, percent, short, signed, whole
from cnnviz.ui.part import Part, stage_of

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.invariance import Swept

say, text, label = WORDS.say, WORDS.text, WORDS.label


def class_names(state: State, seen: Seen) -> tuple[str, ...]:
    """Return a name for each of the network's answers, no two alike: ImageNet has two cranes."""
    names, count = state.subject.card.classes, len(seen.found.unmoved)
    if len(names) != count:
        return tuple(text("class", index=index) for index in range(count))
    often = Counter(names)
    return tuple(name if often[name] == 1 else f"{name} ({index})" for index, name in enumerate(names))


def layer_names(seen: Seen) -> list[str]:
    """Return the layers' names, the network's input first."""
    return [name or text("input") for name in seen.found.layers]


def _draw_film(state: State, seen: Seen) -> None:
    """Draw the component; a state that is left there becomes the state of the controls."""
    found, classes = seen.found, class_names(state, seen)
    shown = [] if found.single else seen.shown
    layer, what, axis = layer_names(seen)[seen.row], label(state.swept), present_axes(state.subject)[state.swept]

    def pick(index: int) -> None:
        if 0 <= index < len(state.steps):
            FORM.set(axis.amount(state.swept), state.steps[index])

    told = []
    for index, amount in enumerate(state.steps):
        says = found.probabilities[index]
        numbers = {"what": what, "amount": whole(amount), "answer": classes[says.argmax()], "value": short(says.max())}
        numbers |= {"share": percent(says.max()), "layer": layer, "change": fixed(found.changes[seen.row, index], 2)}
        told.append(text("said_output" if found.single else "said", **numbers))
    with stage_of(FORM.key("film"), 480):
        sweep_film(
            np.concatenate([found.original[None], found.pictures]),
            seen.maps,
            np.concatenate([found.unmoved[None], found.probabilities])[:, shown],
            key=FORM.key("film-states"),
            names=[classes[index] for index in shown],
            channels=seen.watched,
            labels=[text("label", what=what, amount=whole(amount)) for amount in state.steps],
            said=told,
            selected=state.index,
            words={name: text(f"word_{name}") for name in ("unmoved", "now", "input", "answers")} | {"slider": what},
            on_pick=pick,
        )
    if found.single:
        ends = {"least": short(found.probabilities.min()), "most": short(found.probabilities.max())}
        say("one_output", value=short(found.unmoved[0]), count=len(state.steps), **ends)
    else:
        _say_kept(found, classes)
    if seen.note:
        st.info(seen.note)


def _say_kept(found: "Swept", classes: Sequence[str]) -> None:
    """Say for how many states the network predicts what it does for the unmoved picture."""
    kept = keeps(found)
    top, share = classes[int(found.unmoved.argmax())], percent(found.unmoved.max())
    say("kept_all" if kept.all() else "kept_some", top=top, share=share, kept=int(kept.sum()), count=len(kept))


def _draw_settings() -> None:
    swept, rows = FORM.get(SWEEP), present_axes()
    sweep_box, button_box = st.columns([3, 1], gap="medium", vertical_alignment="bottom")
    with sweep_box:
        FORM.draw(SWEEP, columns=1)
    button_box.button(label("unmove"), icon=":material/undo:", key=FORM.key("unmove"), on_click=unmove)
    first = rows.pop(swept)
    FORM.draw(first.amount(swept), first.range, STEPS, EDGE)
    FORM.draw(*(axis.amount(swept) for axis in rows.values()))
    channels = SUBJECT.card.preprocessing.channels
    edge = FORM.get(EDGE)
    st.caption(text(("edge_grey" if channels == 3 else "edge_black") if edge == "flat" else f"edge_{edge}"))


def _show_notes(state: State, seen: Seen) -> None:
    say("about")
    st.subheader(text("layer"))
    choose_layer(FORM, seen.rows, first_convolution(seen.rows), resets=("channels",))
    FORM.draw(seen.channels, columns=1)


def _show_formulas(state: State, seen: Seen) -> None:
    """Write where a pixel of the moved picture comes from, and the layer's change, in the present numbers."""
    amounts, found = state.amounts, seen.found
    turn, size = radians(amounts["rotation"]), amounts["scale"] / 100
    say("formula_why", layer=layer_names(seen)[seen.row])
    # Neither 1e-16 nor -0.
    cosine, sine = (round(each(turn) / size, 6) + 0.0 for each in (cos, sin))
    turned = matrix([[cosine, 0.0 - sine], [sine, cosine]], digits=3)
    st.latex(text("formula_move", right=signed(-amounts["right"]), down=signed(-amounts["down"]), matrix=turned))
    relative, norm = float(found.changes[seen.row, state.index]), float(found.norms[seen.row])
    if np.isfinite(relative):
        numbers = {"apart": _plain(relative * norm), "norm": _plain(norm), "relative": _plain(relative)}
        st.latex(text("formula_change", **numbers))


def _plain(number: float) -> str:
    """Return a number with four digits that count, or more where they stand before the point."""
    return fixed(number, 0) if number >= 1000 else short(number)


def _figures(state: State, seen: Seen) -> dict[str, go.Figure]:
    """Return the three figures by name."""
    found, classes, names = seen.found, class_names(state, seen), layer_names(seen)
    what, change = label(state.swept), text("change")
    y, scale = (text("output"), "signed") if found.single else (text("probability"), "whole")
    curves = {text("input"): found.changes[0], names[seen.row]: found.changes[seen.row]}
    curves |= {names[-1]: found.changes[-1], y if found.single else text("answers"): answer_change(found)}
    answers = {y if found.single else classes[index]: found.probabilities[:, index] for index in seen.shown}
    steps, at = list(state.steps), state.amount
    return {
        "answers": sweep(steps, answers, at=at, x=what, y=y, scale=scale, height=340),
        "layers": layers_heat(steps, found.changes, names, at=at, chosen=seen.row, x=what, y=change),
        "change": sweep(steps, curves, at=at, x=what, y=change, height=340),
    }


def _show_charts(state: State, seen: Seen) -> None:
    """Draw the predictions over the sweep, and how far each layer is from its output for the unmoved picture."""
    drawn, names, what = _figures(state, seen), layer_names(seen), label(state.swept)
    st.subheader(text("answers_title"))
    alt = text("output_alt" if seen.found.single else "answers_alt", what=what)
    chart(drawn["answers"], key=FORM.key("answers"), alt=alt)
    st.subheader(text("layers_title"))
    say("layers")
    left, right = st.columns(2, gap="large")
    chart(drawn["layers"], key=FORM.key("layers"), at=left, alt=text("layers_alt", count=len(names)))
    chart(drawn["change"], key=FORM.key("change"), at=right, alt=text("change_alt", layer=names[seen.row]))
    model = state.subject.model.name
    network = "network" if ":" in model else model
    offer_downloads(
        FORM,
        f"{network}-{state.swept}",
        text("page", network=network, what=what),
        table(what, state.steps, seen.found, class_names(state, seen), seen.shown),
        [*drawn.values()],
    )


def code(state: State, seen: Seen) -> str:
    """Return the few lines of Python that make the same sweep."""
    name, divisor = {"rotation": ("degrees", 1), "scale": ("scale", 100), "brightness": ("brightness", 100)}.get(
        state.swept, (state.swept, 1)
    )
    neutral = axes(2)[state.swept].neutral / divisor
    views = f"[similarity({name}=amount) for amount in amounts.tolist()]"
    return text(
        "code",
        neutral=neutral,
        amounts=_tensor([amount / divisor for amount in state.steps]),
        **in_python(state.subject.model),
        states="brightness=amounts" if name == "brightness" else views,
        layer=seen.layer,
        edge=state.edge,
        answers="found.outputs" if seen.found.single else "found.outputs.softmax(1).max(1)",
    )


def _tensor(amounts: list[float]) -> str:
    if len(amounts) > 2 and np.ptp(np.diff(amounts)) < 1e-9:
        return f"torch.linspace({amounts[0]:g}, {amounts[-1]:g}, {len(amounts)})"
    return f"torch.tensor({[float(amount) for amount in amounts]})"


def show() -> None:
    """Draw the part."""
    SUBJECT.draw()
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=run,
        stage=_draw_film,
        settings=_draw_settings,
        notes=_show_notes,
        formulas=_show_formulas,
        more=_show_charts,
        question=lambda state, seen, number: question(state, class_names(state, seen), layer_names(seen), number),
        code=code,
        height=560,
    ).show()
