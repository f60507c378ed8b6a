"""Which network looks at which picture: one row above a stage, both changed from there."""

from dataclasses import dataclass, replace

import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import ModelChoice
from cnnviz.models.cards import Card
from cnnviz.ui import subject
from cnnviz.ui.form import Form
from cnnviz.ui.model_choice import called, choose_model, kinds_of_picture, model_of, tell_faults
from cnnviz.ui.names import card
from cnnviz.ui.picture_choice import choose_invert, choose_picture, inverted
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import Subject

DIGITS = "Digits"


@dataclass(frozen=True)
class SubjectForm:
    """The choice of a subject in a form: without a word in the link test digit number `digit`.

    A part about one `network` offers no other.
    """

    form: Form
    digit: int
    network: str | None = None

    @property
    def first(self) -> str:
        """The kind of picture that a link leaves out: a digit, unless it names a photo."""
        return DIGITS if self.form.text("photo") is None else "Gallery"

    @property
    def model(self) -> ModelChoice:
        """The network."""
        return model_of(self.form, self.first) if self.network is None else ModelChoice(self.network)

    @property
    def card(self) -> Card:
        """What is known of it."""
        return card(self.model.name)

    def read(self) -> Subject | None:
        """Return the subject; where there is no picture yet, say so in place and return None."""
        found = subject.SubjectForm(self.form, self.first, digit=self.digit).read()
        if found is None or self.network is None:
            return found
        return replace(found, model=self.model, invert=inverted(self.form, self.card, self.first))

    def draw(self) -> None:
        """Draw the idea of the part, and beside it what changes picture and network."""
        words, model = self.form.words, self.model.name
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            say_idea(words)
            with st.popover(words.label("choose_picture"), icon=":material/image:"):
                # Another kind of picture may suggest another network.
                kinds = kinds_of_picture(self.form, self.first) if self.network is None else None
                choose_picture(self.form, self.first, self.digit, choice=kinds)
                choose_invert(self.form, models.card(model), self.first)
            if self.network is None:
                with st.popover(called(self.model), icon=":material/schema:"):
                    choose_model(self.form, self.first)
        if self.network is None:
            tell_faults(self.form, self.model)
