"""Which network looks at which picture."""

from dataclasses import dataclass
from typing import Any

from cnnviz.engine.requests import ModelChoice, Picture


@dataclass(frozen=True)
class Subject:
    """Which network looks at which picture."""

    model: ModelChoice
    picture: Picture
    invert: bool

    def given(self) -> dict[str, Any]:
        """Return what every request about it needs."""
        return {"model": self.model, "picture": self.picture, "invert": self.invert}
