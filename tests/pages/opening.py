"""A screen opened without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds


def open_screen(screen: str, **link: str) -> AppTest:
    """Return the app after one run of `screen`, opened by a link with these parameters."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    for key, value in link.items():
        app.query_params[key] = value
    return app.switch_page(screen).run()


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
