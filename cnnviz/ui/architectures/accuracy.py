"""Accuracy against computation of all weights that torchvision publishes, from its own metadata."""

from dataclasses import dataclass

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.accuracy_by_cost import Disc, accuracy_by_cost
from cnnviz.models.torchvision_accuracy import FAMILIES, Entry, entries
from cnnviz.ui.architectures.opening import library_link, open_in_calculator
from cnnviz.ui.chart import chart_to_pick
from cnnviz.ui.choices import Choices
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.numbers import fixed, of_count, ratio, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("architecture_accuracy")
FORM = Form(WORDS, screen="architectures", part="Accuracy")
say, text = WORDS.say, WORDS.text

_MOST = 6
_NAMES = tuple(sorted(set(FAMILIES.values()), key=str.lower))
_FIRST = ("AlexNet", "VGG", "GoogLeNet", "ResNet")
FAMILY = Choices("families", _FIRST, options=_NAMES, most=_MOST)
ENTRY = Choice("entry", "ResNet50_Weights.IMAGENET1K_V1", options=tuple(e.name for e in entries()), technical=True)
PRESETS: dict[str, Preset] = {
    "first": {},
    "small": {
        "families": ("EfficientNet", "MNASNet", "MobileNet", "ShuffleNet", "SqueezeNet"),
        "entry": "MobileNet_V2_Weights.IMAGENET1K_V1",
    },
    "residual": {
        "families": ("RegNet", "ResNet", "ResNeXt", "Wide ResNet"),
        "entry": "ResNet152_Weights.IMAGENET1K_V1",
    },
    "recipe": {"families": ("ResNet",), "entry": "ResNet50_Weights.IMAGENET1K_V2"},
    "attention": {"families": ("ConvNeXt", "MaxViT", "Swin", "ViT"), "entry": "ConvNeXt_Tiny_Weights.IMAGENET1K_V1"},
}


@dataclass(frozen=True)
class State:
    """The families in colour and the chosen entry."""

    families: tuple[str, ...]
    chosen: Entry


def read() -> State:
    """Return what the form says."""
    name = FORM.get(ENTRY)
    return State(FORM.get(FAMILY) or _FIRST, next(each for each in entries() if each.name == name))


def _disc(number: int, each: Entry) -> Disc | None:
    if each.top1 is None:
        return None
    said = text("hover", name=each.name.replace("_Weights", ""), side=each.side, **_numbers(each))
    return Disc(number, each.macs, each.top1, each.parameters, said)


def _numbers(each: Entry) -> dict[str, str]:
    shares = {
        key: "–" if value is None else f"{value:.1f}%" for key, value in (("top1", each.top1), ("top5", each.top5))
    }
    return {
        **shares,
        "parameters": of_count(each.parameters),
        "macs": of_count(each.macs),
        "flops": of_count(2 * each.macs),
    }


def _figure(state: State, found: tuple[Entry, ...]) -> go.Figure:
    discs = [(each, disc) for number, each in enumerate(found) if (disc := _disc(number, each)) is not None]
    groups = {name: [disc for each, disc in discs if each.family == name] for name in state.families}
    others = [disc for each, disc in discs if each.family not in groups]
    chosen = next((disc for each, disc in discs if each == state.chosen), None)
    words = text("x_macs"), text("y_accuracy")
    return accuracy_by_cost(groups, others, chosen=chosen, words=words, height=440)


def _draw_chart(state: State, found: tuple[Entry, ...]) -> None:
    chart_to_pick(
        _figure(state, found),
        key=FORM.key("chart"),
        on_pick=lambda number: FORM.set(ENTRY, found[number].name),
        alt=text("alt_chart"),
    )


def _draw_settings() -> None:
    FORM.draw(FAMILY, ENTRY, columns=1)
    chosen = read().chosen
    key = "chosen" if chosen.top1 is not None else "chosen_features"
    say(key, name=chosen.name, side=chosen.side, exact=whole(chosen.parameters), **_numbers(chosen))
    open_in_calculator(text("open", name=chosen.architecture), library_link(chosen.architecture, chosen.side))


def _show_notes(state: State, found: tuple[Entry, ...]) -> None:
    """Say what torchvision's numbers are, and what may be concluded from them."""
    by_name = {each.name: each for each in found}
    one, two = (by_name[f"ResNet50_Weights.IMAGENET1K_V{version}"] for version in (1, 2))
    assert one.top1 is not None
    assert two.top1 is not None
    say("recipes", first=fixed(one.top1, 2), second=fixed(two.top1, 2), gained=fixed(two.top1 - one.top1, 2))
    vgg, small = by_name["VGG16_Weights.IMAGENET1K_V1"], by_name["MobileNet_V2_Weights.IMAGENET1K_V1"]
    say(
        "costs",
        vgg=f"{vgg.top1:.1f}",
        small=f"{small.top1:.1f}",
        macs=ratio(vgg.macs, small.macs),
        parameters=ratio(vgg.parameters, small.parameters),
    )
    say("about", count=len(found), families=len(_NAMES))


def _show_table(state: State, found: tuple[Entry, ...]) -> None:
    """Show the entries of the families in colour as a table, and offer all of them as a file."""
    table = _table(found)
    in_colour = table[table["family"].isin(state.families)]
    st.dataframe(
        in_colour,
        hide_index=True,
        height=360,
        alt=text("alt_table"),
        column_config={
            **{name: st.column_config.Column(text(f"column_{name}")) for name in ("weights", "family")},
            **{
                name: st.column_config.NumberColumn(text(f"column_{name}"), format="localized")
                for name in ("side", "top1", "top5", "parameters", "gmacs")
            },
        },
    )
    offer_downloads(FORM, "accuracy", text("alt_chart"), table, [_figure(state, found)])


def _table(found: tuple[Entry, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        [(e.name, e.family, e.side, e.top1, e.top5, e.parameters, e.gmacs) for e in found],
        columns=["weights", "family", "side", "top1", "top5", "parameters", "gmacs"],
    )


def question(state: State, found: tuple[Entry, ...], number: int) -> Question:
    """Ask in turn for FLOPs, for what torchvision's number means, and which of three is the most accurate."""
    with_accuracy = [each for each in found if each.top1 is not None]
    turn, kind = divmod(number, 2)
    each = with_accuracy[(37 * turn + 11) % len(with_accuracy)]
    if kind == 0:
        right = of_count(2 * each.macs)
        slips = [of_count(each.macs), of_count(4 * each.macs), of_count(each.macs / 2)]
        numbers = {"name": each.name, "gflops": f"{each.gmacs:g}", "right": right}
        return Question(text("predict_flops", **numbers), right, slips, text("predict_flops_why", **numbers))
    others = [with_accuracy[(37 * turn + step) % len(with_accuracy)] for step in (29, 53, 71)]
    best = max((each, *others), key=lambda one: one.top1 or 0)
    worse = [one.name for one in (each, *others) if one.top1 != best.top1]
    why = text("predict_best_why", name=best.name, **_numbers(best))
    return Question(text("predict_best", number=turn + 1), best.name, worse, why)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=lambda state: entries(),
        stage=_draw_chart,
        settings=_draw_settings,
        notes=_show_notes,
        more=_show_table,
        question=question,
        code=lambda state, found: text("code", name=state.chosen.architecture, weights=state.chosen.name),
        height=440,
        beside=True,
    ).show()
