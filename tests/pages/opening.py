"""A screen opened without a browser."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds
# The kinds of element that hold words for a person, in their value or in their label.
SAYS = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "success")
ASKS = (
    "button",
    "checkbox",
    "toggle",
    "radio",
    "selectbox",
    "multiselect",
    "slider",
    "number_input",
    "text_input",
)


class _AsTheServer(PagesManager):
    """Streamlit's own takes the folder pages/ for the screens until app.py has run once; see cnnviz.server."""

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        PagesManager.uses_pages_directory = False


app_test.PagesManager = _AsTheServer
# A server looks once through all that is installed for packages that bring components; AppTest would for every app,
# which takes longer than to run a screen.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def open_screen(screen: str, **link: str) -> AppTest:
    """Return the app after one run of `screen`, opened by a link with these parameters."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    for key, value in link.items():
        app.query_params[key] = value
    return app.switch_page(screen).run()


@cache
def kept(open_: Callable[..., AppTest], **link: str) -> AppTest:
    """Return the app that `open_` opens by a link, one for all tests that ask: for those that begin with a preset."""
    return open_(**link)


def assert_well(app: AppTest) -> None:
    """Fail where the page shows an exception or an error."""
    assert not app.exception, app.exception[0].message
    assert not app.error, app.error[0].value


def assert_sliders_show_their_numbers(app: AppTest) -> None:
    """Fail where a slider, named after the number beside it, shows another one within its reach."""
    numbers = {f"{each.key}-slider": each.value for each in app.number_input}
    for slider in app.slider:
        if slider.key in numbers:
            assert slider.value == min(numbers[slider.key], slider.max), slider.key


def said(app: AppTest) -> str:
    """Return all that the page says in Markdown."""
    return "\n".join(each.value for each in app.markdown)


def unfold(app: AppTest, key: str) -> AppTest:
    """Return the app after one more run with the expander `key` open."""
    app.session_state[key] = True
    return app.run()


def answered_in_turn(app: AppTest, following: str, count: int) -> set[tuple[str, ...]]:
    """Answer so many questions of the open expander, one after the other by the button `following`; return them all."""
    asked = set()
    for _ in range(count):
        radio = next(each for each in app.radio if ".predict-" in each.key)
        asked.add((radio.label, *radio.options))
        assert len(radio.options) == len(set(radio.options)) >= 3
        radio.set_value(radio.options[0]).run()
        assert app.success or app.warning
        app.button(key=following).click().run()
        assert_well(app)
    return asked
