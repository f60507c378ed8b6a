"""What a run was set to otherwise than another, in words."""

from dataclasses import fields

from cnnviz.training.live.settings import Settings
from cnnviz.ui.numbers import short
from cnnviz.ui.words import Words, listed

# Controls that are not called what the setting is.
_CONTROLS = {"network": "net", "proximal": "threshold"}


def differences(words: Words, kept: Settings, now: Settings) -> str:
    """Return what was set otherwise in `kept`, each with its label, or that nothing was."""
    told = []
    for each in fields(kept):
        value = getattr(kept, each.name)
        if value != getattr(now, each.name):
            name = _CONTROLS.get(each.name, each.name)
            told.append(words.text("kept_difference", label=words.label(name), value=_shown(words, name, value)))
    return listed(told) or words.text("kept_same")


def _shown(words: Words, control: str, value: str | float) -> str:
    try:
        return words.label(f"{control}.{value}")
    except KeyError:
        return short(value) if isinstance(value, float) else str(value)
