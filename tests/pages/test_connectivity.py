"""The screen on connectivity without a browser: it opens in every state, and says what is computed."""

import re
from functools import partial

import pytest

from cnnviz import models
from cnnviz.arithmetic.connectivity import STEPS
from cnnviz.ui.connectivity.state import PRESETS
from tests.pages import opening
from tests.pages.opening import kept, said
from tests.ui.written import number

open_screen = partial(opening.open_screen, "pages/basics/connectivity.py")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens(name):
    app = kept(open_screen)
    app.pills(key="connectivity.preset").set_value(name).run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="connectivity.axes").value == PRESETS[name].get("axes", "one axis")


def test_the_lectures_example_is_what_opens():
    app = open_screen()
    assert not app.exception
    assert "7 weights for one output, 21 for 3" in said(app)
    assert "**2 · Local**: 9 weights" in said(app)
    assert "**3 · Local and shared: 3 weights** (drawn)" in said(app)
    assert "9 of the 21 places of the matrix are filled, with 3 weights" in said(app)


def test_a_link_opens_the_very_state():
    app = open_screen(step="local", axes="two axes", size="5", kernel_size="3", stride="2", first="emboss", digit="7")
    assert not app.exception
    assert app.selectbox(key="connectivity.step").value == "local"
    assert app.number_input(key="connectivity.kernel_size").value == 3
    assert app.selectbox(key="connectivity.first").value == "emboss"
    assert app.number_input(key="connectivity.digit").value == 7
    assert "36 of the 100 places of the matrix are filled" in said(app)


def test_going_over_to_two_axes_takes_a_size_that_there_is():
    app = open_screen(size="12")
    app.selectbox(key="connectivity.axes").select("two axes").run()
    assert not app.exception
    assert not app.error
    assert app.number_input(key="connectivity.size").value == 4


def test_a_kernel_that_does_not_fit_gets_one_sentence_and_the_controls_stay():
    app = open_screen(size="2")
    assert not app.exception
    assert len(app.error) == 1
    assert re.search(r"kernel spans 3.*2\.$", app.error[0].value)
    app.number_input(key="connectivity.kernel_size").set_value(2).run()
    assert not app.error


def test_the_courses_counts_at_the_size_of_an_image():
    latex = "\n".join(each.value for each in open_screen().latex)
    assert r"\mathbf{31{,}457{,}280}" in latex
    assert r"\mathbf{750}" in latex
    app = open_screen(k="4")
    assert len(app.error) == 1
    assert "4" in app.error[0].value


def test_two_kernels_are_one_to_rounding_and_a_relu_tells():
    app = open_screen()
    gap = re.search(r"largest difference between the first two maps is (\S+),", said(app))
    assert 0 <= number(gap[1]) < 1e-5
    assert "With a ReLU between them it fails" in said(app)
    blurred = open_screen(first="Gaussian blur")
    assert "Here the ReLU does nothing" in said(blurred)


def test_the_table_of_shuffled_digits():
    app = open_screen()
    rows = [line for line in said(app).splitlines() if line.startswith("| ")]
    mlp, cnn = ([cell.strip() for cell in row.strip("| ").split("|")] for row in rows[-2:])
    assert int(mlp[1]) > 95
    assert int(cnn[1]) > 95
    assert int(mlp[2]) < 30
    assert int(cnn[2]) < 30
    assert mlp[3] == mlp[1]
    if models.is_ready("lenet-relu-shuffled-mnist"):
        assert 80 < int(cnn[3]) <= int(cnn[1])
        shuffled, plain, perceptron = (
            models.card(name).accuracy for name in ("lenet-relu-shuffled-mnist", "lenet-relu-mnist", "mlp-mnist")
        )
        # What the lesson says of them.
        assert shuffled < perceptron < plain
        assert f"{shuffled:.2%}" in said(app)


@pytest.mark.parametrize("step", STEPS)
def test_the_prediction_is_marked(step):
    app = opening.unfold(open_screen(step=step), "connectivity.predict")
    question = next(each for each in app.radio if "input were 14" in each.label)
    right = {"all": "84", "local": "18", "shared": "3"}[step]
    question.set_value(right).run()
    assert any("Right" in each.value for each in app.success)


@pytest.mark.parametrize("link", [{}, {"axes": "two axes", "weights": "Sobel x", "kernel_size": "3"}, {"step": "all"}])
def test_the_code_on_the_screen_runs_and_agrees(link, capsys):
    app = open_screen(**link)
    exec(app.code[0].value, {})
    assert capsys.readouterr().out.strip().endswith("True")
