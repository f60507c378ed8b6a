"""The screen on training, opened and played."""

from functools import partial

from tests.pages import opening

open_screen = partial(opening.open_screen, "pages/train/training.py")
XOR = {"examples": "xor", "rate": "0.01"}


def run_of(app):
    return app.session_state["training.run"]


def press(app, name):
    app.button(key=f"training.{name}").click().run()
    assert run_of(app).wait(30)
    return app.run()


def numbers(app):
    return {each.label: each.value for each in app.metric}
