"""What Streamlit itself says in English on its widgets, for which it has no settings, in the visitor's language."""

import streamlit as st

from cnnviz.components.language import language
from cnnviz.lessons import ENGLISH
from cnnviz.ui.words import Words

_WORDS = Words("menu")
# Where each of them stands, by its label in the lesson; a later one of the same place outweighs those before.
PLACES = {
    "streamlit.enter": "[data-testid=InputInstructions] > span:first-child",
    "streamlit.control_enter": ".stTextArea [data-testid=InputInstructions] > span:first-child",
    "streamlit.upload": "[data-testid=stFileUploaderDropzone] button [data-testid=stMarkdownContainer] p",
    "streamlit.take_photo": "[data-testid=stCameraInputWebcamComponent] > button",
    "streamlit.clear_photo": "[data-testid=stCameraInput] > button > span",
    "streamlit.none_found": "[role=listbox][data-empty] [role=option] > *",
}
# How large a file may be: the uploader's own label says it.
_SAID_ABOVE = "[data-testid=stFileUploaderDropzoneInstructions]"


def say_streamlit_words() -> None:
    """Draw the style that puts these words in place of Streamlit's own, for the eye and for a screen reader alike."""
    if language() == ENGLISH:
        return
    rules = [_rule(place, _WORDS.label(label)) for label, place in PLACES.items()]
    st.html(f"<style>{''.join(rules)}{_SAID_ABOVE} {{ display: none }}</style>")


def _rule(place: str, said: str) -> str:
    # What is hidden is not read out either, and what stands in its place is; a button itself is there to be pressed.
    hidden = "" if place.endswith("button") else "visibility: hidden; "
    return (
        f"{place} {{ {hidden}font-size: 0 !important }}\n"
        f'{place}::after {{ content: "{said}"; visibility: visible; font-size: 0.875rem }}\n'
    )
