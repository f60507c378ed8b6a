"""What the part on photos asks for: a photo, a network that gets it, and the pixel that is worked out."""

from dataclasses import replace

from cnnviz.engine.requests import PreparePhoto
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.number_controls import Number
from cnnviz.ui.subject import Subject, SubjectForm
from cnnviz.ui.words import Words

WORDS = Words("photo_preprocessing")
FORM = Form(WORDS, "preprocessing", "Photos")
SUBJECT = SubjectForm(FORM)
ROW = Number("row", 80, low=0, high=223, slider=False)
COLUMN = Number("column", 60, low=0, high=223, slider=False)


# The picture stays: each is a network that wants something else of it.
PRESETS: dict[str, Preset] = {
    "usual": {},
    "vgg": {"model": "vgg16"},
    "inception": {"model": "inception_v3"},
    "tiny": {"model": "alexnet-tiny"},
    "grey": {"model": "lenet5-mnist"},
}


def request(subject: Subject) -> PreparePhoto:
    """Return the question for the engine: the network itself is not needed, and so not loaded."""
    return PreparePhoto(subject.picture, replace(subject.card.preprocessing, invert=subject.invert))
