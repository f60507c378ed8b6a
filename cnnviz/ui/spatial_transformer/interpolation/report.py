"""Why a warp interpolates: derivatives of one output pixel, and descent on theta, through weights and rounding."""

from cnnviz.ui.screen import say_idea
from cnnviz.ui.spatial_transformer.interpolation.descent import show_descent
from cnnviz.ui.spatial_transformer.interpolation.pixel import PART
from cnnviz.ui.spatial_transformer.interpolation.state import WORDS


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
    show_descent()
