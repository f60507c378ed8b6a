"""Every screen in Chinese, without a browser: no English sentence, not in the options of a list or in a table either.

What components and figures say is looked at in tests/browser/test_chinese.py.
"""

import re

import pytest

from cnnviz import lessons
from cnnviz.ui.menu import SCREENS
from tests.conftest import some
from tests.pages.opening import ASKS, SAYS, assert_well, open_screen
from tests.spoken import chinese, english

# Networks that need no download and are small.
OPENED = {
    "activations": {"model": "alexnet-tiny"},
    "receptive_field": {"model": "alexnet-tiny"},
    "why": {"model": "smallvgg-tiny"},
}
PARTS = {
    screen.name: [
        label.removeprefix("part.").replace("first", "")
        for label in lessons.labels(lessons.ENGLISH, screen.name)
        if label.startswith("part.")
    ]
    for screen in SCREENS
}
CASES = [(screen, part) for screen in SCREENS for part in PARTS[screen.name] or [""]]
# Code, formulas and icons.
_SILENT = re.compile(r"`[^`]*`|\$[^$]*\$|:material/\w+:")


def texts_of(app):
    """Return all that a page says, its widgets with their help and options, and the words in its tables."""
    for kind in SAYS:
        yield from (each.value for each in getattr(app, kind))
    for each in (each for kind in (*ASKS, "button_group") for each in app.get(kind)):
        yield from (getattr(each, name, "") or "" for name in ("label", "help", "placeholder"))
        yield from map(str, getattr(each, "options", ()))
    for table in (each.value for each in app.dataframe):
        yield from map(str, table.columns)
        yield from (each for column in table for each in table[column] if isinstance(each, str))


@pytest.mark.parametrize(("screen", "part"), some(CASES), ids=lambda each: getattr(each, "name", each))
def test_a_screen_says_no_english_sentence(screen, part):
    app = open_screen(screen.path, lang="zh", **({"part": part} if part else {}), **OPENED.get(screen.name, {}))
    assert_well(app)
    texts = [" ".join(_SILENT.sub("·", each).split()) for each in dict.fromkeys(texts_of(app)) if each]
    assert len(chinese(texts)) >= 3
    assert not english(texts)
