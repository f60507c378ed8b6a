"""Errors a user can cause. Each message is one plain sentence that says what is wrong and what would be right."""

import secrets


class CnnvizError(Exception):
    """Base of every error whose message may be shown to a user as it stands."""


class ShapeError(CnnvizError):
    """Sizes that cannot fit together, with the numbers."""


class ImageError(CnnvizError):
    """Bytes that are not a usable image."""


class ModelError(CnnvizError):
    """A model, layer or checkpoint that cannot be used as asked."""


class LessonError(CnnvizError):
    """A lesson that cannot be used as it is written."""


def new_number() -> str:
    """Return a number under which an error is found in the log, as the user who reports it reads it: eight digits."""
    return f"{secrets.randbelow(10**8):08d}"
