"""Equivariance: a layer of the shifted picture against the layer's maps shifted, and what mends the difference."""

from cnnviz.ui.lesson import say
from cnnviz.ui.transform.blurring import show_blur
from cnnviz.ui.transform.choosing import begin_with_a_digit, choose_subject
from cnnviz.ui.transform.layer_gaps import show_layers
from cnnviz.ui.transform.other_movements import show_digits, show_movements

SCREEN = "equivariance"


def show() -> None:
    """Show the part."""
    say(SCREEN, "about")
    begin_with_a_digit()
    subject = choose_subject(SCREEN)
    if subject is None:
        return
    show_layers(subject)
    show_blur(subject)
    show_digits()
    show_movements(subject)
