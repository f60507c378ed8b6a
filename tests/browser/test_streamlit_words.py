"""What Streamlit itself says on its widgets stands where it is looked for, and is replaced in Chinese."""

import pytest
from playwright.sync_api import expect

from cnnviz import lessons
from cnnviz.ui.streamlit_words import PLACES

# A camera for a browser that has none.
CAMERA = """navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return canvas.captureStream(5);
}"""
# Whether a place says a word to the eye: its own letters have no size where others stand in their place.
SAYS = """([place, word]) => {
  const each = document.querySelector(place);
  return each && word === (parseFloat(getComputedStyle(each).fontSize) ? each.textContent.trim()
    : getComputedStyle(each, "::after").content.slice(1, -1));
}"""


def make_say(page, label):
    """Do what has Streamlit say something."""
    if label == "streamlit.enter":
        page.get_by_label("number").fill("3")
    elif label == "streamlit.control_enter":
        page.get_by_label("text").fill("words")
    elif label == "streamlit.none_found":
        page.get_by_label("choice").click()
        page.get_by_label("choice").press_sequentially("three")
    elif label == "streamlit.clear_photo":
        page.locator(PLACES["streamlit.take_photo"]).click()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_streamlits_own_words_are_where_they_are_looked_for(serve, new_tab, lang):
    page = new_tab()
    page.add_init_script(CAMERA)
    page.goto(f"{serve('tests/browser/apps/words_app.py')}/?lang={lang}")
    wanted = lessons.labels(lang, "menu")
    for label, place in PLACES.items():
        make_say(page, label)
        expect(page.locator(place).first).to_be_attached()
        page.wait_for_function(SAYS, arg=[place, wanted[label]])  # Streamlit may draw the place before its words
    page.close()
