"""Every second row and column left out: of a photo, which stays what it was, and of a board, which does not."""

import numpy as np
import streamlit as st

from cnnviz.engine.requests import AnswerGame, Classify, ModelChoice, Picture
from cnnviz.figures.maps import feature_map
from cnnviz.figures.photo import photo
from cnnviz.go.board import SIDE, WHITE, coordinate
from cnnviz.go.patterns import halved
from cnnviz.go.records import Record
from cnnviz.go.steps import steps
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.go.state import Line, shares_of
from cnnviz.ui.names import class_names
from cnnviz.ui.numbers import percent
from cnnviz.ui.picture_choice import gallery_picture

_PHOTO, _CLASSIFIER = "coffee", ModelChoice("efficientnet-lite0")
_HEIGHT = 250


def show_halving(form: Form, line: Line, model: ModelChoice) -> None:
    """Draw the board and a photo before and after, and say what the networks make of both."""
    words = form.words
    st.subheader(words.label("halving"))
    words.say("halving_text")
    now = steps(line.shown, line.at)
    points = now.points[0].reshape(SIDE, SIDE)
    stones = np.where(np.abs(points) == 1, points * now.turns[0], 0).astype(np.int8)
    small, large = halved(stones)
    picture = gallery_picture(_PHOTO)
    thinned = np.ascontiguousarray(picture.pixels[::2, ::2])
    with st.container(key=form.key("halving-abreast")):
        drawn = {
            "board_whole": feature_map(stones, signed=True, height=_HEIGHT),
            "board_halved": feature_map(small, signed=True, height=_HEIGHT),
            "photo_whole": photo(picture.pixels, height=_HEIGHT),
            "photo_halved": photo(thinned, height=_HEIGHT),
        }
        for (name, figure), box in zip(drawn.items(), st.columns(4, gap="medium"), strict=True):
            with box:
                words.say(name)
                chart(figure, key=form.key(name))
    before, after = (ask(AnswerGame(model, _as_record(each), 1)) for each in (stones, large))
    whole, half = (ask(Classify(_CLASSIFIER, each)) for each in (picture, Picture.of(thinned)))
    if before is None or after is None or whole is None or half is None:
        return
    one, other = shares_of(before.found[0]), shares_of(after.found[0])
    best, predicted = int(one.argmax()), int(whole.probabilities.argmax())
    names = class_names(whole.classes)
    words.say(
        "halving_board",
        stones=int(np.abs(stones).sum()),
        left=int(np.abs(small).sum()),
        best=coordinate(best),
        share=percent(one[best], 1),
        then=percent(other[best], 1),
        other=coordinate(int(other.argmax())),
    )
    words.say(
        "halving_photo",
        name=names[predicted],
        share=percent(whole.probabilities[predicted], 1),
        then=percent(half.probabilities[predicted], 1),
        other=names[int(half.probabilities.argmax())],
    )


def _as_record(stones: np.ndarray) -> Record:
    """Return a position with the stones of the player to move, 1, as Black's; White has passed, and Black moves."""
    own, theirs = (tuple(np.flatnonzero(stones == colour).tolist()) for colour in (1, -1))
    return Record(SIDE, own, theirs, ((WHITE, SIDE * SIDE),))
