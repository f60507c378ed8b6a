"""The screen on training, from top to bottom."""

import csv
import io
import math

import streamlit as st

from cnnviz.design import parse, write
from cnnviz.engine.results import RunView
from cnnviz.images.example_sets import PATCHES, SHEETS
from cnnviz.training.live.script import patches_file, script
from cnnviz.ui import links
from cnnviz.ui.downloads import csv_maker
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.numbers import fixed, formula, percent, whole
from cnnviz.ui.part import Part
from cnnviz.ui.screen import say_idea
from cnnviz.ui.training.film import LATEST
from cnnviz.ui.training.layers import draw_layers
from cnnviz.ui.training.moved import show_moved
from cnnviz.ui.training.player import find, moving, offer_files
from cnnviz.ui.training.questions import question
from cnnviz.ui.training.stage import draw_stage
from cnnviz.ui.training.state import FORM, PRESETS, WORDS, State, controls, net, read
from cnnviz.ui.words import listed

say, text = WORDS.say, WORDS.text


def _draw_settings() -> None:
    FORM.draw(net(), columns=1)
    FORM.draw(*controls())


def _show_notes(state: State, view: RunView) -> None:
    """Say what a step and an epoch are, and what there is to see of the gap and of the beginning."""
    numbers = {"batch": state.settings.batch_size, "count": whole(state.count), "epoch": state.epoch}
    settings, classes = state.settings, state.settings.classes
    modes = dict.fromkeys(line.kind for line in state.table.lines if line.kind.startswith(("Dropout", "BatchNorm")))
    say("what", parameters=whole(state.table.parameters), **numbers)
    if settings.images and settings.examples not in SHEETS:
        name = "about_patches" if settings.examples == PATCHES else "about_data_root"
        say(name, count=whole(settings.images.count), tests=whole(settings.images.tests))
    if len(view.accuracies) >= LATEST:
        training, test = float(view.accuracies[-LATEST:].mean()), float(view.tests[-1, 2])
        easier = training < test and (settings.augments or any(kind.startswith("Dropout") for kind in modes))
        shares = {"latest": LATEST, "training": percent(training, 1), "test": percent(test, 1)}
        say("what_easier" if easier else "what_gap" if training > test else "what_no_gap", **shares)
    if settings.l1 or settings.l2 or settings.label_smoothing:
        say("what_more")
    if settings.augments:
        say("what_moved")
        show_moved(settings, view.step)
    if modes:
        say("what_modes", layers=listed(modes))
    say("what_start", classes=classes, chance=fixed(math.log(classes), 3), loss=fixed(float(view.tests[0, 1]), 3))


def _show_formulas(state: State, view: RunView) -> None:
    """Typeset the loss and the step, with this run's numbers."""
    # The rate of the form, which the next step has, not that of the last one.
    settings, rate = state.settings, state.settings.rate
    say("formula")
    penalties = {
        name: text(f"formula_{name}", value=formula(value, places=5)) if value else ""
        for name, value in (("l1", settings.l1), ("l2", settings.l2))
    }
    if settings.label_smoothing:
        other = settings.label_smoothing / settings.classes
        right = 1 - (settings.classes - 1) * other
        st.latex(text("formula_smooth", right=formula(right), other=formula(other), **penalties))
    else:
        st.latex(text("formula_loss", **penalties))
    st.latex(text(f"step_{settings.optimiser}", rate=formula(rate, places=6)))
    say("formula_where", step=view.step)


def _show_more(state: State, view: RunView) -> None:
    moving(state.run, state.view, lambda view: _draw_more(state, view), every=1.0)
    if state.settings.images:
        screen = next(each for each in SCREENS if each.name == "network")
        link = {
            **links.visit(),
            "net": write(parse(state.settings.network)),
            "size": "x".join(map(str, state.settings.input_size[1:])),
        }
        st.page_link(screen.path, label=text("design"), icon=f":material/{screen.icon}:", query_params=link)


def _draw_more(state: State, view: RunView) -> None:
    draw_layers(state, view)
    st.subheader(WORDS.label("take"))
    if not state.run.playing:
        _offer_files(state, view)


def _offer_files(state: State, view: RunView) -> None:
    patches = state.settings.examples == PATCHES
    offer_files(
        FORM,
        {
            "weights": ("training.safetensors", "application/octet-stream", state.run.weights),
            "script": ("training.py", "text/x-python", lambda: code(state, view)),
            "curves": ("training.csv", "text/csv", csv_maker(lambda: curves(view))),
            **({"patches": ("patches.safetensors", "application/octet-stream", patches_file)} if patches else {}),
        },
    )


def curves(view: RunView) -> str:
    """Return a CSV of every step: loss and accuracy of its batch, and of the test before it, if there was one."""
    tests = {int(step): (loss, accuracy) for step, loss, accuracy in view.tests}
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("step", "loss", "accuracy", "test_loss", "test_accuracy"))
    for step in range(view.step + 1):
        batch = (view.losses[step], view.accuracies[step]) if step < view.step else ("", "")
        if step < view.step or step in tests:
            writer.writerow((step, *batch, *tests.get(step, ("", ""))))
    return file.getvalue()


def code(state: State, view: RunView) -> str:
    """Return the lines of PyTorch that make the same run, an epoch where it has not begun."""
    return script(state.run.settings, state.run.rates, view.step or state.epoch)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=draw_stage,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_more,
    question=question,
    code=code,
    height=560,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
