"""What every part of the screen looks at: a subject, what the network predicts, and the class that is asked about."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnnviz.engine.requests import Classify
from cnnviz.engine.results import Prediction
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.names import class_names
from cnnviz.ui.subject import Subject, SubjectForm
from cnnviz.ui.why.classes import ClassChoice
from cnnviz.ui.words import Words

_WORDS = Words("why")


@dataclass(frozen=True, eq=False)
class State:
    """A subject with its prediction, and class number `target`."""

    subject: Subject
    prediction: Prediction
    target: int

    @property
    def name(self) -> str:
        """What the class is called."""
        return self.prediction.classes[self.target]

    @property
    def share(self) -> float:
        """The class's probability."""
        return float(self.prediction.probabilities[self.target])


def classes(prediction: Prediction) -> ClassChoice:
    """Return the choice of a class, by default the predicted one."""
    shares = tuple(map(float, prediction.probabilities))
    best = max(range(len(shares)), key=shares.__getitem__)
    resets = ("row", "column")
    return ClassChoice("target", best, resets, names=prediction.classes, shares=shares)


def other_class(state: "State") -> ClassChoice:
    """Return the choice of a class to compare with: by default the likeliest that is not asked about itself."""
    shares = tuple(map(float, state.prediction.probabilities))
    order = sorted(range(len(shares)), key=lambda each: -shares[each])
    default = next((each for each in order if each != state.target), state.target)
    return ClassChoice("other", default, names=state.prediction.classes, shares=shares, buttons=False)


def read_state(form: Form, subject_form: SubjectForm) -> State | None:
    """Return what the form says, None where there is no picture yet or the network cannot be had."""
    subject = subject_form.read()
    prediction = None if subject is None else ask(Classify(**subject.given))
    if subject is None or prediction is None:
        return None
    if len(prediction.scores) == 1:
        st.info(_WORDS.text("one_output"), icon=":material/info:")
    elif not np.ptp(prediction.scores):
        st.info(_WORDS.text("same_scores"), icon=":material/info:")
    prediction = replace(prediction, classes=class_names(prediction.classes))
    return State(subject, prediction, form.get(classes(prediction)))
