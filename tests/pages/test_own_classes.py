"""Your own classes without a browser: photos in, a layer learns, a picture is tried; and what is no photo is told."""

import io
import re
from functools import partial

import pytest
import torch
from PIL import Image
from safetensors.torch import load

from cnnviz import images, models
from cnnviz.images.collections import crops
from cnnviz.ui.own_classes.report import features_file
from cnnviz.ui.own_classes.state import PRESETS
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said, unfold
from tests.spoken import english

PART = "Your own classes"
open_part = partial(opening.open_screen, "pages/train/training.py", part=PART)


def key(name):
    return f"training.{PART}.{name}"


def run_of(app):
    return app.session_state[key("run")]


def press(app, name="train"):
    app.button(key=key(name)).click().run()
    assert run_of(app).wait(30)
    return app.run()


def jpeg(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


def add(app, *files):
    round_ = app.session_state["own-classes"].round
    app.file_uploader(key=key(f"files-{round_}")).set_value([(name, data, "image/jpeg") for name, data in files])
    return app.run()


def html(app):
    return "".join(each.proto.body for each in app.get("html"))


@pytest.fixture(scope="module")
def photos():
    """Six photos of a cat and six of a coffee, as files."""
    return {
        name: [jpeg(pixels) for pixels in crops(images.gallery_image(name), 6, seed=4)]
        for name in ("chelsea", "coffee")
    }


def test_shipped_photos_are_learnt_in_one_press_and_the_code_makes_the_same(tmp_path, monkeypatch):
    app = press(open_part())
    assert_well(app)
    view = run_of(app).look()
    shown = {each.label: each.value for each in app.metric}
    assert shown == {"Steps": "100", "Loss": f"{view.losses[-1]:.3f}", "Held-out photos": "6 of 6 right"}
    assert "10 photos, 2 held out" in html(app)
    assert "learns from 24 and is tested with 6" in said(app)
    features = features_file(run_of(app).photos)
    assert load(features)["inputs"].shape == (24, 1280)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "features.safetensors").write_bytes(features)
    made: dict[str, object] = {}
    exec(compile(app.code[0].value, "code", "exec"), made)
    assert made["losses"] == pytest.approx(view.losses.tolist(), abs=1e-6)
    # The whole network with the layer in its last one's place says what the page says of the picture.
    card = models.card("efficientnet-lite0")
    prepared = images.prepare(images.gallery_image("chelsea"), card.preprocessing)
    with torch.no_grad():
        sure = made["model"](torch.tensor(prepared.tensor)).softmax(1)[0]
    assert made["classes"][int(sure.argmax())] == "cat"
    assert app.session_state[key("recognised")].probabilities.tolist() == pytest.approx(sure.tolist(), abs=1e-4)


@pytest.mark.parametrize("name", [each for each in PRESETS if each not in ("things", "clothes")])
def test_every_preset_opens(name):
    app = kept(open_part)
    app.pills(key=key("preset")).set_value(name).run()
    assert_well(app)
    assert app.pills(key=key("preset")).value == name


def test_ones_own_photos_are_learnt_and_forgotten(photos):
    app = open_part(collection="own")
    assert_well(app)
    assert "Class 1 has 0 photos and should have 5 to 50" in app.info[0].value
    app.text_input(key=key("name")).set_value("my <b>cat</b>").run()
    app = add(app, *((f"{at}.jpg", data) for at, data in enumerate(photos["chelsea"])))
    assert "Class 2 has 0 photos" in app.info[0].value
    app.segmented_control(key=key("current")).set_value(1).run()
    app = add(app, *((f"{at}.jpg", data) for at, data in enumerate(photos["coffee"])))
    assert_well(app)
    assert not app.info
    app = press(app)
    assert_well(app)
    assert "<strong>my bcatb</strong> 6 photos, 1 held out" in html(app)
    assert {each.label: each.value for each in app.metric}["Held-out photos"] == "2 of 2 right"
    assert "but no photos" in said(app)
    assert list(app.session_state["learnt-networks"]) == ["photos: my bcatb, Class 2"]
    mine = app.session_state["own-classes"]
    for each in mine.classes:
        for photo in each.photos:
            assert photo.features.nbytes + len(photo.thumbnail) < 10_000
    # Another name is no other run; another photo is.
    app.text_input(key=key("name")).set_value("espresso").run()
    assert run_of(app).step == 100
    assert "espresso" in html(app)
    assert list(app.session_state["learnt-networks"]) == ["photos: my bcatb, espresso"]
    app.button(key=key("undo")).click().run()
    assert_well(app)
    assert run_of(app).step == 0
    app.button(key=key("undo")).click().run()
    assert "espresso has 4 photos" in app.info[0].value


def test_what_is_no_photo_is_said_in_the_language_of_the_page():
    app = add(open_part(collection="own", lang="zh"), ("bad.png", b"<html>no</html>"), ("bad.jpg", b"hello"))
    told = [each.value for each in app.error]
    assert [each.split("：")[0] for each in told] == ["bad.png", "bad.jpg"]
    assert not english(told)


def test_what_is_no_photo_or_comes_twice_is_one_sentence_and_loses_nothing(photos):
    app = open_part(collection="own")
    files = [
        ("a.jpg", photos["coffee"][0]),
        ("bad.jpg", b"hello"),
        ("b.jpg", photos["coffee"][0]),
        ("c.jpg", photos["coffee"][1]),
    ]
    app = add(app, *files)
    assert not app.exception
    assert [len(each.photos) for each in app.session_state["own-classes"].classes] == [2, 0]
    told = [each.value for each in app.error]
    assert len(told) == 2
    assert told[0].startswith("bad.jpg: ")
    assert told[1] == "b.jpg: This photo is already in “Class 1”."
    app = add(app, ("d.jpg", photos["coffee"][2]))
    assert not app.error
    app.button(key=key("add")).click().run()
    assert [each.name for each in app.session_state["own-classes"].classes] == ["Class 1", "Class 2", "Class 3"]
    app.button(key=key("remove")).click().run()
    assert_well(app)
    assert [len(each.photos) for each in app.session_state["own-classes"].classes] == [3, 0]


def test_no_two_classes_have_one_name():
    app = open_part(collection="own")
    for act in ("add", "add"):
        app.button(key=key(act)).click().run()
    app.segmented_control(key=key("current")).set_value(1).run()
    app.button(key=key("remove")).click().run()
    app.button(key=key("add")).click().run()
    assert [each.name for each in app.session_state["own-classes"].classes] == [
        "Class 1", "Class 3", "Class 4", "Class 2",
    ]  # fmt: skip
    for _ in range(2):
        app.text_input(key=key("name")).set_value("Class 1").run()
        assert app.session_state["own-classes"].classes[3].name == "Class 1 2"
    app.text_input(key=key("name")).set_value(" ").run()
    assert_well(app)
    assert app.session_state["own-classes"].classes[3].name == "Class 2"


def test_a_full_class_takes_no_more(photos, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.own_classes.own.MOST", 2)
    app = add(open_part(collection="own"), *((f"{at}.jpg", data) for at, data in enumerate(photos["coffee"])))
    assert len(app.session_state["own-classes"].classes[0].photos) == 2
    assert app.error[0].value == "2.jpg: “Class 1” has 2 photos, as many as it may."
    assert any("1 more file could" in each.value for each in app.caption)


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_part(collection="cats", hidden="-3", rate="fast", map="north")
    assert not app.exception
    assert app.pills(key=key("preset")).value is None
    assert "10 photos, 2 held out" in html(app)


def test_hidden_units_begin_another_run_and_its_map_still_adds_up():
    app = press(open_part(hidden="8"))
    assert_well(app)
    found = app.session_state[key("recognised")]
    assert (found.maps.mean((1, 2)) + found.biases).tolist() == pytest.approx(found.scores.tolist(), abs=1e-3)
    assert run_of(app).settings.network == "Linear 8, ReLU, Linear 3"


def test_what_was_learnt_answers_on_other_screens_as_it_did_here():
    app = press(open_part())
    found, (learnt,) = app.session_state[key("recognised")], app.session_state["learnt-networks"].values()
    assert learnt.name == "photos: cat, coffee, flower"
    network = models.load(learnt.name, checkpoint=learnt.checkpoint, checkpoint_name=learnt.checkpoint_name)
    how = models.card(learnt.name).preprocessing
    batch = torch.from_numpy(images.prepare(images.gallery_image("chelsea"), how).tensor)
    with torch.inference_mode():
        assert network(batch)[0].tolist() == pytest.approx(found.scores.tolist(), abs=1e-4)


def test_the_questions_are_right():
    app = unfold(open_part(), key("predict"))
    for _ in range(8):
        label, options = app.radio[0].label, app.radio[0].options
        if found := re.search(r"answers with (\d+) scores", label):
            right = f"{sum(each.numel() for each in torch.nn.Linear(1280, int(found[1])).parameters()):,}"
        elif found := re.search(r"are (\d+) classes of (\d+) photos", label):
            right = str(int(found[1]) * len(range(4, int(found[2]), 5)))
        elif found := re.search(r"There are (\d+) held-out", label):
            right = f"{100 / int(found[1]):.1f}%"
        else:
            gap = float(re.search(r"greater by (\S+)\. What", label)[1])
            right = f"{torch.tensor([gap, 0.0]).softmax(0)[0].item():.1%}"
        assert right in options, (label, options, right)
        app.radio[0].set_value(right).run()
        assert any("Right" in each.value for each in app.success), label
        app.button(key=key("predict-next")).click().run()
