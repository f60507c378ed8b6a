"""The screen on training without a browser: it learns as torch does, says so, and stops where it should."""

import csv
import io
import math
import re
from functools import partial
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz.training.live.examples import load, sheet
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings
from cnnviz.ui.training import film
from cnnviz.ui.training.layers import mistaken
from cnnviz.ui.training.moved import moved
from cnnviz.ui.training.report import curves
from cnnviz.ui.training.state import PRESETS, SMALL
from tests.conftest import some
from tests.pages import opening
from tests.pages.opening import assert_well, said, unfold

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


@pytest.mark.parametrize("name", some(list(PRESETS), 3))
def test_every_preset_opens_untrained(name):
    app = open_screen()
    app.pills(key="training.preset").set_value(name).run()
    assert_well(app)
    assert numbers(app)["Steps"] == "0"
    assert app.pills(key="training.preset").value == name


def test_it_learns_as_torch_does():
    app = press(press(open_screen(**XOR), "one_epoch"), "one_step")
    assert_well(app)
    alone = LiveRun(Settings(SMALL, "xor", rate=0.01))
    alone.advance(steps=8)
    alone.finish_test()
    shown = numbers(app)
    assert shown["Steps"] == "8"
    assert shown["Test accuracy"] == f"{alone.tested[-1].accuracy:.1%}"
    assert shown["Loss"] == f"{np.mean(alone.losses):.3f}"
    chance = functional.cross_entropy(torch.zeros(1, 2), torch.tensor([0])).item()
    assert f"= {chance:.3f}" in said(app)


def test_the_same_settings_make_the_same_run_again():
    app = press(open_screen(**XOR), "one_epoch")
    first = run_of(app).look().losses.tolist()
    app.button(key="training.anew").click().run()
    assert numbers(app)["Steps"] == "0"
    assert run_of(press(app, "one_epoch")).look().losses.tolist() == first


def test_a_setting_begins_another_run_and_a_rate_does_not():
    app = press(open_screen(**XOR), "one_step")
    app.selectbox(key="training.rate").set_value("0.1").run()
    assert numbers(app)["Steps"] == "1"
    app = press(app, "one_step")
    assert run_of(app).rates == {0: 0.01, 1: 0.1}
    assert app.query_params["rate"] == "0.1" or app.query_params["rate"] == ["0.1"]
    app.number_input(key="training.seed").set_value(5).run()
    assert numbers(app)["Steps"] == "0"


def test_play_goes_on_until_pause():
    app = open_screen(**XOR)
    app.button(key="training.play").click().run()
    run = run_of(app)
    assert run.playing
    assert app.button(key="training.one_step").disabled
    app.button(key="training.play").click().run()
    assert_well(app)
    assert not run.playing
    assert app.button(key="training.play").label == "Play"


def test_what_cannot_run_is_one_sentence_and_the_controls_stay():
    app = open_screen(net="Flatten, Linear 7")
    assert not app.exception
    assert len(app.error) == 1
    assert "ends in 7 and there are 10 classes" in app.error[0].value
    app.text_input(key="training.net").set_value("Flatten, Linear 10").run()
    assert_well(app)
    assert numbers(app)["Steps"] == "0"


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_screen(examples="cats", rate="fast", seed="-1", right="11", batch_size="0")
    assert_well(app)
    assert app.selectbox(key="training.examples").value == "mnist"


def test_a_run_is_kept_beside_the_next_one():
    app = press(open_screen(**XOR), "one_epoch")
    app.button(key="training.keep").click().run()
    app.number_input(key="training.seed").set_value(3).run()
    assert_well(app)
    captions = [each.value for each in app.caption]
    assert "Kept, in grey: 7 steps with Seed 0." in captions, captions
    app.button(key="training.keep").click().run()
    assert not [each for each in app.caption if "Kept" in each.value]


def test_a_kept_run_on_other_examples_lends_its_curves_and_no_maps(monkeypatch):
    shown = []
    monkeypatch.setattr(film, "run_film", lambda reels, **_: shown.append([reel.title for reel in reels]))
    app = press(open_screen(net="Flatten, Linear 10"), "one_step")
    app.button(key="training.keep").click().run()
    app.number_input(key="training.seed").set_value(3).run()
    assert shown[-1] == ["This run", "Kept, Seed 0"]
    app.selectbox(key="training.examples").set_value("fashion-mnist").run()
    assert_well(app)
    assert shown[-1] == ["This run"]
    assert any("Kept, in grey: 1 steps" in each.value for each in app.caption)


def test_a_run_that_ran_away_says_so():
    app = press(
        open_screen(
            **{**XOR, "rate": "1"}, optimiser="momentum", net="Linear 64, Linear 64, Linear 2", stop="20-epochs"
        ),
        "play",
    )
    assert_well(app)
    assert numbers(app)["Loss"] == "NaN"
    assert any("the weights ran away" in each.value for each in app.caption)


def test_mistakes_are_those_of_the_network():
    app = press(open_screen(net="Flatten, Linear 10", right="4", said="9"), "one_epoch")
    assert_well(app)
    alone = LiveRun(Settings("Flatten, Linear 10", rate=0.003))
    alone.advance(steps=79)
    examples = load("mnist")
    with torch.no_grad():
        scores = alone.network(examples.test_inputs)
    answers = scores.argmax(1)
    wanted = ((examples.test_labels == 4) & (answers == 9)).nonzero()[:, 0].tolist()
    assert f"**{len(wanted)} of 1,000 test images" in said(app)
    found = mistaken(sheet("mnist", "test")[1].astype(int), run_of(app).look(), 4, 9).tolist()
    assert sorted(found) == wanted
    sure = scores.softmax(1)[found, 9].tolist()
    assert sure == sorted(sure, reverse=True)


def test_a_mistaken_image_opens_in_activations_with_these_very_weights():
    net = "MaxPool 2, Conv 4 3, ReLU, Flatten, Linear 10"
    app = press(open_screen(net=net, right="4"), "one_epoch")
    assert_well(app)
    view = run_of(app).look()
    number = int(mistaken(sheet("mnist", "test")[1].astype(int), view, 4, None)[0])
    app.button(key="training.open").click().run()
    model = f"design:1x28x28 mnist: {net}"
    app.query_params["model"], app.query_params["source"] = model, "Upload"
    app.switch_page("pages/inspect/activations.py").run()
    assert_well(app)
    alone = LiveRun(Settings(net, rate=0.003))
    alone.advance(steps=79)
    with torch.no_grad():
        sure, answer = alone.network.eval()(load("mnist").test_inputs[number : number + 1]).softmax(1).max(1)
    labels = [block.proto.popover.label for block in app.get("popover")]
    assert f"Prediction: {int(answer)}, {float(sure):.1%}" in labels, labels
    assert model in app.selectbox(key="activations.model").options
    # It stays on the list while the next one learns, and its weights with it, which are not those of the next one.
    app.switch_page("pages/train/training.py").run()
    app.number_input(key="training.seed").set_value(1).run()
    assert app.button(key="training.open").disabled
    app.switch_page("pages/inspect/filters.py").run()
    assert model in app.selectbox(key="filters.model").options


def test_a_run_stops_where_it_is_told():
    app = open_screen(**XOR, stop="1-epochs")
    for epochs in (1, 2):
        assert numbers(press(app, "play"))["Steps"] == str(7 * epochs)
    app.selectbox(key="training.stop").set_value("0.9").run()
    app = press(app, "play")
    tests = run_of(app).look().tests
    assert tests[-1, 2] >= 0.9
    assert (tests[3:-1, 2] < 0.9).all()
    assert any(each.value.startswith(f"It rests: {tests[-1, 2]:.1%}") for each in app.caption)


def test_the_film_goes_back_to_the_first_step_and_follows_the_chosen_image():
    app = press(open_screen(net="Conv 3 5, ReLU, MaxPool 6, Flatten, Linear 10"), "one_epoch")
    run, alone = run_of(app), LiveRun(Settings("Conv 3 5, ReLU, MaxPool 6, Flatten, Linear 10", rate=0.003))
    alone.advance(steps=79)
    assert [frame.step for frame in run.film()] == [*alone.film.steps, 79]
    app.number_input(key="training.shown").set_value(8).run()
    assert_well(app)
    maps = run.film()[-1].panels[1]
    wanted = alone.film.frame(None, load("mnist").test_inputs[8:9])[1].values.numpy()
    np.testing.assert_allclose(maps.low + maps.codes / 255 * (maps.high - maps.low), wanted, atol=maps.high / 400)


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
    (table,) = [each.value for each in app.table if "Ratio" in each.value]
    assert table["Ratio"].tolist() == ["–"] * 3
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


def test_a_network_of_the_calculator_is_trained_by_one_click_and_goes_back():
    net = "Conv 4 5, ReLU, MaxPool 4, Flatten, Linear 10"

    def links_to(app, screen):
        return [
            each.proto
            for each in app.get("page_link")
            if each.proto.page == screen and "net=" in each.proto.query_string
        ]

    app = opening.open_screen("pages/design/network.py", net=net, size="1x28x28")
    assert_well(app)
    (link,) = links_to(app, "training")
    assert dict(parse_qsl(link.query_string)) == {"net": net}
    app = open_screen(net=net)
    assert_well(app)
    (link,) = links_to(app, "network")
    assert dict(parse_qsl(link.query_string)) == {"net": net, "size": "1x28x28"}
    assert not links_to(opening.open_screen("pages/design/network.py", net=net, size="1x40x40"), "training")
