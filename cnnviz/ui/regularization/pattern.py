"""Random in training, averaged at test: one table over five methods, and many random passes against the one at test."""

from dataclasses import dataclass
from random import Random

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.engine.requests import AverageMasks
from cnnviz.figures.redundancy import averaging
from cnnviz.images.example_sets import SHEETS
from cnnviz.probes.redundancy import Averaged
from cnnviz.training.live.script import script
from cnnviz.training.live.settings import Settings
from cnnviz.ui import links
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.regularization.runs import NAME, settings_of, train
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("regularization_pattern")
FORM = Form(WORDS, screen="regularization", part="Random and averaged")
say, text = WORDS.say, WORDS.text
EXAMPLES = Choice("examples", "mnist", options=tuple(SHEETS))
DROP = Real("drop", 0.5, low=0.1, high=0.8)
PASSES = Number("passes", 100, low=10, high=100)
SEED = Number("seed", 0, high=999, slider=False)
PRESETS: dict[str, Preset] = {"digits": {}, "clothes": {"examples": "fashion-mnist"}, "strong": {"drop": 0.8}}
_UNITS, _STEPS = 32, 800
# The methods, and the screen and link of the demonstration of each.
METHODS: dict[str, tuple[str, dict[str, str]]] = {
    "dropout": ("regularization", {"part": "Dropout"}),
    "batch_norm": ("normalization", {"part": "Training and test"}),
    "augmentation": ("augmentation", {"augmentation": "crop"}),
    "stochastic_depth": ("augmentation", {"augmentation": "stochastic_depth"}),
    "fractional_pooling": ("augmentation", {"augmentation": "fractional_pooling"}),
}


@dataclass(frozen=True)
class State:
    """A run with dropout, and over how many passes is averaged."""

    settings: Settings
    drop: float
    passes: int


def read() -> State:
    """Return what the form says."""
    drop = FORM.get(DROP)
    return State(settings_of(FORM.get(EXAMPLES), _UNITS, drop, FORM.get(SEED)), drop, FORM.get(PASSES))


def find(state: State) -> Averaged | None:
    """Train the network, and average; None after an error was shown."""
    runs = train([state.settings], _STEPS, WORDS)
    if runs is None:
        return None
    answer = ask(AverageMasks(NAME, runs[0].settings, _STEPS, 1 - state.drop, state.passes))
    return None if answer is None else answer.found


def _figure(found: Averaged) -> go.Figure:
    names = text("line_passes"), text("line_pass")
    return averaging(found.losses, found.loss, names=names, x=text("axis_passes"), y=text("axis_loss"), height=280)


def _draw(state: State, found: Averaged) -> None:
    say("averaging_title")
    chart(_figure(found), key=FORM.key("averaging"), alt=text("averaging_alt"))


def _show_notes(state: State, found: Averaged) -> None:
    """Say what one pass, many passes and the scaled pass come to."""
    say(
        "noisy",
        count=state.passes,
        one=percent(found.accuracies[0], 1),
        one_loss=fixed(found.losses[0], 3),
        many=percent(found.accuracies[-1], 1),
        many_loss=fixed(found.losses[-1], 3),
        pass_accuracy=percent(found.accuracy, 1),
        pass_loss=fixed(found.loss, 3),
    )


def _show_formulas(state: State, found: Averaged) -> None:
    st.latex(text("formula", count=state.passes))
    say("formula_said")


def _show_more(state: State, found: Averaged) -> None:
    table = pd.DataFrame({
        "passes": range(1, len(found.losses) + 1), "loss": found.losses, "accuracy": found.accuracies,
    })  # fmt: skip
    offer_downloads(FORM, "averaging", text("table_title"), table, [_figure(found)])


def show_table() -> None:
    """Show the table of the methods, each row opening its demonstration."""
    st.subheader(text("table_title"))
    paths = {screen.name: screen for screen in SCREENS}
    with st.container(gap="small"):
        for method, (screen, link) in METHODS.items():
            with st.container(key=FORM.key(f"method-{method}")):
                name_box, training_box, test_box, link_box = st.columns([2, 3, 4, 2], gap="medium")
            name_box.markdown(f"**{text(f'method_{method}')}**")
            training_box.markdown(text("cell", when=text("column_training"), what=text(f"training_{method}")))
            test_box.markdown(text("cell", when=text("column_test"), what=text(f"test_{method}")))
            if screen == FORM.screen:
                # A link from a page to itself would leave the address as it is.
                link_box.button(
                    text(f"link_{method}"),
                    key=FORM.key(f"open-{method}"),
                    icon=f":material/{paths[screen].icon}:",
                    type="tertiary",
                    on_click=links.open_part,
                    args=(screen, link[links.PART]),
                )
            elif screen in paths:
                link_box.page_link(
                    paths[screen].path,
                    label=text(f"link_{method}"),
                    icon=f":material/{paths[screen].icon}:",
                    query_params={**links.visit(), **link},
                )


def question(state: State, found: Averaged, number: int) -> Question:
    """Ask which method has something random, or what a method does at test."""
    draw = Random(number)
    method, *others = draw.sample(list(METHODS), 4)
    told = {
        "method": text(f"method_{method}"),
        "training": text(f"training_{method}"),
        "test": text(f"test_{method}"),
    }
    if number % 2:
        asked, answers = text("predict_test", **told), [text(f"test_{each}") for each in others]
        return Question(asked, told["test"], answers, text("predict_test_why", **told))
    asked, answers = text("predict_method", **told), [text(f"method_{each}") for each in others]
    return Question(asked, told["method"], answers, text("predict_method_why", **told))


def code(state: State, found: Averaged) -> str:
    """Return the lines that train the network, and average random passes."""
    made = script(state.settings, {0: state.settings.rate}, _STEPS)
    return made + text("code", passes=state.passes)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=_draw,
    settings=lambda: FORM.draw(EXAMPLES, DROP, PASSES, SEED),
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_more,
    question=question,
    code=code,
    height=320,
)


def show() -> None:
    """Draw the part: the table first, then the passes."""
    say_idea(WORDS)
    show_table()
    PART.show()
