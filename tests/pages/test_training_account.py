"""What the screen on training says of a run: formulas, notes, code, files and questions have the numbers of the run."""

import csv
import io
import math
import re

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz.training.live.examples import sheet
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings
from cnnviz.ui.training.moved import moved
from cnnviz.ui.training.report import curves
from tests.pages.opening import assert_well, said, unfold
from tests.pages.training_runs import XOR, open_screen, press, run_of


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ({"label_smoothing": "0.1"}, "q_y &= 0.95"),
        ({"l1": "0.00001"}, r"+ 0.00001 \sum |w|"),
        ({"l2": "0.01", "optimiser": "SGD"}, r"+ 0.01 \sum w^2"),
        ({"optimiser": "momentum"}, "0.9\\, v + g"),
        ({"optimiser": "AdamW"}, "0.01 \\cdot 0.01"),
    ],
)
def test_the_formula_has_the_numbers_of_the_run(link, wanted):
    app = open_screen(**{**XOR, **link})
    assert_well(app)
    assert any(wanted in each.value for each in app.latex), [each.value for each in app.latex]
    assert ("The training loss** holds" in said(app)) == bool({"label_smoothing", "l1", "l2"} & set(link))


def test_the_formula_has_the_rate_of_the_next_step():
    app = press(open_screen(**XOR, optimiser="SGD"), "one_step")
    app.selectbox(key="training.rate").set_value("0.3").run()
    assert any(r"w - 0.3\, g" in each.value for each in app.latex), [each.value for each in app.latex]


def test_without_a_gap_nothing_was_learnt_by_heart():
    app = press(open_screen(**{**XOR, "rate": "0.03"}, batch_size="16"), "one_epoch")
    view = run_of(app).look()
    assert view.accuracies[-20:].mean() < view.tests[-1, 2]
    assert "no gap so far" in said(app)
    assert "learnt by heart" not in said(app)


def test_a_run_from_zeros_has_no_share_of_nothing():
    app = press(open_screen(**XOR, initialization="zeros"), "one_step")
    assert_well(app)
    (table,) = [each.value.splitlines() for each in app.markdown if "| Ratio |" in each.value]
    assert [row.split("|")[-2].strip() for row in table[2:]] == ["–"] * 3
    assert "biases begin at 0" in app.selectbox(key="training.initialization").help


def test_a_gap_is_no_learning_by_heart_where_the_test_is_easier():
    app = press(open_screen(net="Flatten, Linear 10", shift="4", rotation="45"), "one_epoch")
    view = run_of(app).look()
    assert view.accuracies[-20:].mean() < view.tests[-1, 2]
    assert "The test is the easier of both here" in said(app)
    assert "learnt by heart" not in said(app)


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ({"shift": "2", "rotation": "10"}, "**Augmentation.**"),
        ({"net": "Linear 4, BatchNorm1d, ReLU, Dropout 0.2, Linear 2", **XOR}, "BatchNorm1d, Dropout act otherwise"),
    ],
)
def test_what_differs_between_training_and_test_is_said(link, wanted):
    app = open_screen(**link)
    assert_well(app)
    assert wanted in said(app)


def test_images_are_moved_as_the_link_says_and_points_are_not():
    app = press(open_screen(net="Flatten, Linear 10", shift="2", rotation="10", flip="0.3"), "one_step")
    alone = LiveRun(Settings("Flatten, Linear 10", rate=0.003, shift=2, rotation=10.0, flip=0.3))
    alone.advance(steps=1)
    assert run_of(app).look().losses.tolist() == np.float32(alone.losses).tolist()
    assert "The first 10 images as the numbers of step 1 move them." in [
        each.caption for row in app.get("image") for each in row.proto.imgs
    ]
    keys = [each.key for each in open_screen(**XOR, shift="2").slider]
    assert "training.rotation" not in keys


def test_the_row_of_images_is_what_is_learnt_from():
    still = moved(Settings("Flatten, Linear 10"), 3)
    images = sheet("mnist", "train")[0]
    for at in range(10):
        assert np.array_equal(still[::2, at * 60 : at * 60 + 56 : 2], images[at])
    mirrored = moved(Settings("Flatten, Linear 10", flip=1.0), 3)
    assert np.array_equal(mirrored[::2, 0:56:2], images[0][:, ::-1])


def test_the_code_makes_the_same_losses():
    app = press(open_screen(**XOR, l2="0.001"), "one_epoch")
    scope: dict[str, object] = {}
    exec(compile(app.code[0].value, "code", "exec"), scope)
    assert scope["losses"] == pytest.approx(run_of(app).look().losses.tolist(), abs=1e-6)


def test_the_curves_as_csv():
    app = press(open_screen(**XOR), "one_epoch")
    view = run_of(app).look()
    rows = list(csv.DictReader(io.StringIO(curves(view))))
    assert [int(row["step"]) for row in rows] == list(range(8))
    assert [float(row["loss"]) for row in rows[:7]] == pytest.approx(view.losses.tolist())
    assert float(rows[7]["test_accuracy"]) == pytest.approx(view.tests[-1, 2])
    assert math.isclose(float(rows[0]["test_loss"]), view.tests[0, 1], rel_tol=1e-5)


def test_the_questions_are_right():
    app = unfold(open_screen(**XOR), "training.predict")
    for number in range(10):
        label = app.radio[0].label
        options = app.radio[0].options
        if found := re.search(r"There are (\d+) examples. With a batch size of (\d+)", label):
            right = str(len(torch.arange(int(found[1])).split(int(found[2]))))
        elif found := re.search(r"has (\d+) classes and knows", label):
            loss = functional.cross_entropy(torch.zeros(1, int(found[1])), torch.tensor([0]))
            right = f"{loss.item():.3f}"
        elif found := re.search(r"answers (\d+) of (\d+) test", label):
            right = f"{100 * (int(found[2]) - int(found[1])) / int(found[2]):.2f}%"
        elif found := re.search(r"smoothing of ([\d.]+) and (\d+) classes", label):
            scores = torch.zeros(1, int(found[2]), requires_grad=True)
            functional.cross_entropy(scores, torch.tensor([0]), label_smoothing=float(found[1])).backward()
            # The gradient is softmax less target.
            right = f"{1 / int(found[2]) - scores.grad[0, 0].item():.4g}"
        else:
            rate, weight, gradient = map(
                float,
                re.search(
                    r"rate of (\S+); a weight is (\S+) and its gradient (\S+)\.", label.replace("−", "-")
                ).groups(),
            )
            moved = torch.nn.Parameter(torch.tensor(weight, dtype=torch.float64))
            moved.grad = torch.tensor(gradient, dtype=torch.float64)
            torch.optim.SGD([moved], lr=rate).step()
            right = f"{moved.item():.4g}".replace("-", "−")
        assert right in options, (number, label, options, right)
        app.radio[0].set_value(right).run()
        assert any("Right" in each.value for each in app.success), label
        app.button(key="training.predict-next").click().run()
