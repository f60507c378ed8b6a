"""The screen on training without a browser: it learns as torch does, says so, and stops where it should."""

from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz.engine.requests import Picture
from cnnviz.images import gallery_image
from cnnviz.images.example_sets import PATCHED
from cnnviz.training.live.data_root import DATA_ROOT
from cnnviz.training.live.examples import load, pixels_of, sheet
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings
from cnnviz.ui.training import film, layers
from cnnviz.ui.training.layers import mistaken
from cnnviz.ui.training.state import PRESETS, SMALL
from tests.conftest import some
from tests.pages import opening
from tests.pages.opening import assert_well, said
from tests.pages.training_runs import XOR, numbers, open_screen, press, run_of

EXAMPLES = "training.examples"


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
    assert any("Kept, in grey: 1 step with" in each.value for each in app.caption)


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
    own = app.session_state["own-picture"] = Picture.of(gallery_image("coffee"))
    app.button(key="training.open").click().run()
    model = f"design:1x28x28 mnist: {net}"
    app.query_params["model"], app.query_params["source"] = model, "Opened"
    app.switch_page("pages/inspect/activations.py").run()
    assert_well(app)
    alone = LiveRun(Settings(net, rate=0.003))
    alone.advance(steps=79)
    with torch.no_grad():
        sure, answer = alone.network.eval()(load("mnist").test_inputs[number : number + 1]).softmax(1).max(1)
    labels = [block.proto.popover.label for block in app.get("popover")]
    assert f"Prediction: {int(answer)}, {float(sure):.1%}" in labels, labels
    assert model in app.selectbox(key="activations.model").options
    # One's own photo is still there, beside the image.
    opened = app.session_state["opened-picture"].pixels
    assert np.array_equal(opened[..., 0], sheet("mnist", "test")[0][number])
    assert app.session_state["own-picture"].sha256 == own.sha256
    assert {"From Training", "Upload"} <= set(app.pills(key="activations.source").options)
    # It stays on the list while the next one learns, and its weights with it, which are not those of the next one.
    app.switch_page("pages/train/training.py").run()
    app.number_input(key="training.seed").set_value(1).run()
    assert app.button(key="training.open").disabled
    app.switch_page("pages/inspect/filters.py").run()
    assert model in app.selectbox(key="filters.model").options


def test_patches_of_photos_are_in_colour_everywhere(monkeypatch):
    films, mosaics = [], []
    monkeypatch.setattr(film, "run_film", lambda reels, **rest: films.append((reels, rest)))
    monkeypatch.setattr(layers, "tiles", lambda images, **rest: mosaics.append((images, rest)))
    net = "Conv 4 5, ReLU, MaxPool 4, Flatten, Linear 10"
    app = press(
        open_screen(examples="patches", net=net, shift="1", flip="0.5", shown="3", batch_size="200"), "one_epoch"
    )
    assert_well(app)
    assert "Which photo is it from?" in said(app)
    assert "20 steps see every example once" in said(app)
    (reels, rest), (images, mosaic) = films[-1], mosaics[-1]
    assert np.array_equal(rest["picture"], scaled(pixels_of("patches", "test")[0][3]))
    assert [panel.codes.shape for panel in reels[0].frames[-1].panels] == [(4, 5, 5, 3), (4, 28, 28)]
    assert "as colours" in reels[0].captions[0]
    assert (images.dtype, images.shape[1:], mosaic["mode"]) == (np.uint8, (32, 32, 3), "rgb")
    assert mosaic["labels"][0].split(" ")[0] in PATCHED
    assert len(app.get("download_button")) == 4
    app.button(key="training.open").click().run()
    app.query_params["model"], app.query_params["source"] = f"design:3x32x32 patches: {net}", "Opened"
    app.switch_page("pages/inspect/activations.py").run()
    assert_well(app)
    (label,) = [each.proto.popover.label for each in app.get("popover") if "Prediction" in each.proto.popover.label]
    assert any(name.replace("_", " ") in label for name in PATCHED), label


def scaled(pixels):
    """From black to white, as the film shows what its maps are of."""
    low, high = float(pixels.min()), float(pixels.max())
    return ((pixels - low) / (high - low) * 255 + 0.5).astype(np.uint8)


def test_sets_of_the_operators_folder_can_be_chosen_where_they_are(monkeypatch, tmp_path):
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    (tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte").touch()
    whole = "digits (MNIST, all 60,000)"
    assert whole not in open_screen(examples="whole-mnist").selectbox(key=EXAMPLES).options
    monkeypatch.setenv(DATA_ROOT, str(tmp_path))
    assert whole in open_screen(net="Flatten, Linear 10").selectbox(key=EXAMPLES).options
    # One that can't be read is one sentence, and the controls stay.
    app = open_screen(net="Flatten, Linear 10", examples="whole-mnist")
    assert not app.exception
    assert "The data set whole-mnist in CNNVIZ_DATA can't be read" in app.error[0].value
    assert app.selectbox(key=EXAMPLES).value == "whole-mnist"


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
