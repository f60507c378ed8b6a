"""Training and test errors of plain and residual networks by depth, as they were recorded, and what each costs."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.figures.banded_curves import banded
from cnnviz.ui import links
from cnnviz.ui.chart import chart
from cnnviz.ui.choices import Choices
from cnnviz.ui.depth import sizes
from cnnviz.ui.depth.recorded import Curves, curves
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.numbers import percent, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words, in_code

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

WORDS = Words("depth")
FORM = Form(WORDS)
say, text = WORDS.say, WORDS.text

_FIRST = ("plain-20", "plain-44", "residual-20", "residual-44")
PRESETS: dict[str, Preset] = {
    "both": {},
    "plain": {"networks": ("plain-8", "plain-20", "plain-44")},
    "residual": {"networks": ("residual-8", "residual-20", "residual-44")},
    "aids": {"networks": ("plain-44", "residual-44", "plain_auxiliary-44", "plain_bare-44")},
    "bare": {"networks": ("plain_bare-44", "residual_bare-44")},
}
_MOST = 5
_LEARNS = 0.5  # of the training images wrong at most


def _networks(found: Curves) -> Choices:
    return Choices("networks", _FIRST, options=found.names, most=_MOST)


def read() -> tuple[str, ...]:
    """Return the networks that are highlighted."""
    return FORM.get(_networks(curves())) or _FIRST


def _figures(chosen: tuple[str, ...], found: Curves) -> tuple["Figure", ...]:
    made = []
    for name, values in (("train", found.train), ("test", found.test)):
        lines = {text(f"line_{each}"): values[each] for each in chosen}
        faint = [each for key, each in values.items() if key not in chosen]
        x, y = text("x_epoch"), text(f"y_{name}")
        made.append(banded(found.epochs, lines, scale="whole", faint=faint, height=380, x=x, y=y))
    return tuple(made)


def _draw_curves(chosen: tuple[str, ...], found: Curves) -> None:
    figures = _figures(chosen, found)
    for box, name, figure in zip(st.columns(2, gap="medium"), ("train", "test"), figures, strict=True):
        with box:
            say(f"title_{name}")
        chart(figure, key=FORM.key(name), at=box, alt=text(f"alt_{name}"))


def _spread(values: np.ndarray) -> dict[str, str]:
    return {"mean": percent(values.mean(), 1), "low": percent(values.min(), 1), "high": percent(values.max(), 1)}


def _show_notes(chosen: tuple[str, ...], found: Curves) -> None:
    """Say where each highlighted network ended, and how it was measured."""
    rows = [
        text("end_row", network=text(f"line_{name}"), test=percent(found.test[name][:, -1].mean(), 1), **ends)
        for name in chosen
        for ends in [_spread(found.end[name])]
    ]
    st.markdown("\n".join([text("end_head"), *rows]))
    ends = {name: percent(found.end[name].mean(), 1) for name in ("plain-20", "plain-44", "residual-20", "residual-44")}
    say("degradation", **{name.replace("-", "_"): each for name, each in ends.items()})
    bare, auxiliary = (percent(found.end[f"plain_{name}-44"].mean(), 1) for name in ("bare", "auxiliary"))
    learns = int((found.end["residual_bare-44"] < _LEARNS).sum())
    seeds = len(found.card["seeds"])
    say("aids", bare=bare, auxiliary=auxiliary, plain=ends["plain-44"], learns=learns, seeds=seeds)
    card = found.card
    say(
        "about",
        images=whole(card["train_images"]),
        tests=whole(card["test_images"]),
        side=card["side"],
        epochs=card["epochs"],
        batch=card["batch_size"],
        rate=f"{card['learning_rate']:g}",
        momentum=f"{card['momentum']:g}",
        weight=f"{card['auxiliary']:g}",
        seeds=seeds,
        command=in_code(card["command"]),
    )


def _show_formulas(chosen: tuple[str, ...], found: Curves) -> None:
    """Typeset what a block does, and how many layers a network of n blocks has."""
    st.latex(text("formula_plain"))
    st.latex(text("formula_residual"))
    depth = max(int(name.rsplit("-", 1)[1]) for name in chosen)
    st.latex(text("formula_depth", depth=depth, blocks=(depth - 2) // 6))
    say("bare_note")


def _show_sizes(chosen: tuple[str, ...], found: Curves) -> None:
    """Say what plain and residual networks cost, by the calculator, and offer the curves to keep."""
    st.subheader(text("sizes_title"))
    say("sizes")
    rows = []
    for depth in sizes.DEPTHS:
        plain, projected = sizes.cost(depth, "plain"), sizes.cost(depth, "projected")
        numbers = {"parameters": whole(plain.parameters), "projected": whole(projected.parameters)}
        macs = {"macs": whole(plain.macs), "projected_macs": whole(projected.macs)}
        rows.append(text("sizes_row", depth=depth, **numbers, **macs))
    st.markdown("\n".join([text("sizes_head"), *rows]))
    with st.container(horizontal=True):
        for kind in ("plain", "projected"):
            link = {**links.visit(), "net": sizes.row_text(20, kind), "size": sizes.SIZE}
            st.page_link("pages/design/network.py", label=text(f"open_{kind}"), query_params=link)
    columns = ["network", "seed", "epoch", "training error", "test error"]
    values = [
        (name, seed, epoch, found.train[name][at, epoch - 1], found.test[name][at, epoch - 1])
        for name in found.names
        for at, seed in enumerate(found.card["seeds"])
        for epoch in found.epochs
    ]
    offer_downloads(FORM, "depth", text("title_train"), pd.DataFrame(values, columns=columns), _figures(chosen, found))


def question(chosen: tuple[str, ...], found: Curves, number: int) -> Question:
    """Ask in turn for the layers of n blocks, for what a shortcut costs, and for what was measured."""
    turn, kind = divmod(number, 3)
    if kind == 0:
        blocks = 2 + turn % 17
        right = 6 * blocks + 2
        why = text("predict_layers_why", blocks=blocks, right=right)
        return Question(text("predict_layers", blocks=blocks), right, [3 * blocks + 2, 6 * blocks, right + 6], why)
    if kind == 1:
        before, after = 8 * (1 + turn % 7), 16 * (1 + turn % 7)
        right = before * after
        numbers = {"before": before, "after": after}
        slips = [0, 9 * right, before + after, 2 * right]
        return Question(
            text("predict_projection", **numbers),
            right,
            slips,
            text("predict_projection_why", right=whole(right), **numbers),
        )
    name = found.names[(5 * turn) % len(found.names)]
    right_share = percent(found.end[name].mean())
    others = [percent(each.mean()) for each in found.end.values()]
    spread = _spread(found.end[name])
    why = text("predict_error_why", seeds=len(found.card["seeds"]), **spread)
    asked = text("predict_error", network=text(f"named_{name}"), images=whole(found.card["train_images"]))
    return Question(asked, right_share, [each for each in others if each != right_share], why)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=lambda chosen: curves(),
        stage=_draw_curves,
        settings=lambda: FORM.draw(_networks(curves()), columns=1),
        notes=_show_notes,
        formulas=_show_formulas,
        more=_show_sizes,
        question=question,
        code=lambda chosen, found: text("code"),
        height=440,
    ).show()
