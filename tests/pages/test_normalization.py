"""The screen on normalisation without a browser: it opens in every state, and says what torch computes."""

import re
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.engine.results import Probed
from cnnviz.probes.normalization import normalised
from cnnviz.ui.normalization.sets import table
from cnnviz.ui.normalization.state import PRESETS, State
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said

open_screen = partial(opening.open_screen, "pages/basics/normalization.py")
TRAINING, NETWORK, RATES = "Training and test", "In a network", "What it buys"


def run(app):
    """Return what the code on the screen computes."""
    scope: dict[str, object] = {}
    exec(app.code[0].value, scope)
    return scope


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens_and_its_code_runs(name):
    app = kept(open_screen)
    app.pills(key="normalization.preset").set_value(name).run()
    assert not app.exception
    if name == "alone":
        assert "PyTorch refuses it" in app.error[0].value
        return
    assert not app.error
    assert app.latex
    assert torch.isfinite(run(app)["outputs"]).all()


def test_the_formula_has_the_numbers_of_the_pinned_cell():
    app = open_screen(at="input.50", way="group", groups="2", edited_gamma="1:2", edited_beta="1:-3")
    assert_well(app)
    scope = run(app)
    inputs = scope["inputs"]
    group = inputs[1, :2]  # number 50 is in channel 1 of image 1
    hat = (inputs[1, 1, 1, 2] - group.mean()) / (group.var(correction=0) + 1e-5).sqrt()
    assert scope["outputs"].flatten()[50].item() == pytest.approx(2 * hat.item() - 3, abs=1e-5)
    formulas = "\n".join(each.value for each in app.latex)
    assert f"{hat.item():.4g}" in formulas
    assert f"= {2 * hat.item() - 3:.4g}" in formulas


@pytest.mark.parametrize("way", ["batch", "layer", "instance", "group"])
def test_the_table_has_the_statistics_of_every_numbers_set(way):
    inputs = np.random.default_rng(3).normal(size=(2, 4, 3, 2)).astype(np.float32)
    state = State(way, 2, 1e-5, inputs, (1.0,) * 4, (0.0,) * 4)
    found = normalised(way, torch.from_numpy(inputs), groups=2)
    made = table(state, Probed(found, "cpu", ""))
    assert (made.input.to_numpy() == inputs.ravel()).all()
    assert np.allclose(made.output, (made.input - made["mean"]) / np.sqrt(made.variance + 1e-5), atol=1e-6)
    sets = {"batch": [made.channel], "layer": [made.image], "instance": [made.image, made.channel]}
    belongs = sets.get(way, [made.image, made.channel // 2])
    assert np.allclose(made["mean"], made.input.groupby(belongs).transform("mean"), atol=1e-6)


def test_gamma_sigma_and_beta_mu_are_told_to_undo():
    told = said(open_screen(affine="undo"))
    gap = re.search(r"differ by at most ([\d.]+)(?:·10(\S+))?", told)
    assert gap
    assert "give the input back" in told
    assert "would give the input back" in said(open_screen(affine="undo", edited_gamma="0:9"))


@pytest.mark.parametrize(
    ("way", "shape"), [("batch", "1×4×1×1"), ("layer", "3×1×1×1"), ("instance", "3×4×1×1"), ("group", "3×2×1×1")]
)
def test_the_shape_of_the_statistics_is_told(way, shape):
    assert f"**{shape}**" in said(open_screen(way=way))


def test_groups_that_do_not_divide_get_one_sentence():
    app = open_screen(way="group", groups="3")
    assert not app.exception
    assert app.error[0].value == "4 channels cannot be divided into 3 groups; 1, 2, 4 would do."
    app.number_input(key="normalization.groups").set_value(4).run()
    assert not app.error


def test_nonsense_in_a_link_opens_with_the_defaults():
    app = open_screen(way="x", images="9", at="nose.3", edited_input="x:z_-1:3", eps="7", groups="0")
    assert_well(app)
    assert open_screen(part=TRAINING, momentum="7", batches="-1", other="nobody").exception == []


@pytest.mark.parametrize(
    "link",
    [
        {
            "way": "group",
            "groups": "3",
            "channels": "6",
            "at": "mean.1",
            "edited_input": "4:-2.5",
            "edited_gamma": "1:3",
        },
        {"kind": "vectors", "way": "layer", "features": "5", "values": "strong channel", "eps": "0.1"},
        {"part": TRAINING, "mine": "grass", "batch_size": "4", "momentum": "0.01", "batches": "7"},
        {"part": NETWORK, "source": "Digits", "model": "cnn-r-mnist", "norm": "bn3", "channel": "2"},
        {"part": RATES, "rate": "0.1"},
    ],
)
def test_a_link_opens_the_very_state_and_is_the_same_after(link):
    app = open_screen(**link)
    assert_well(app)
    assert {name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items()} == link
    again = open_screen(**link)
    assert said(again).replace(_time(again), "") == said(app).replace(_time(app), "")


def _time(app):
    """Return the line that tells what was measured, which is never the same twice."""
    return next((line for line in said(app).splitlines() if line.startswith("Measured")), "–")


def test_questions_without_end_are_marked():
    for part in ("", TRAINING, NETWORK, RATES):
        link = {"part": part} if part else {}
        key = ".".join(filter(None, ("normalization", part)))
        app = opening.unfold(open_screen(**link), f"{key}.predict")
        for _ in range(4):
            question = next(each for each in app.radio if "predict" in (each.key or ""))
            assert len(question.options) >= 3
            question.set_value(question.options[0]).run()
            assert len(app.success) + len(app.warning) == 1
            app.button(key=f"{key}.predict-next").click().run()
            assert not app.exception


def test_running_averages_are_torchs_and_follow_batch_by_batch():
    app = open_screen(part=TRAINING, batches="3", momentum="0.01")
    assert_well(app)
    assert "(1 - 0.01)" in app.latex[0].value
    left = 100 * 0.99**3
    assert f"**{left:.1f}%** is left" in said(app)
    app.button(key="normalization.Training and test.next").click().run()
    assert app.query_params["batches"] == ["4"] or app.query_params["batches"] == "4"
    assert f"**{100 * 0.99**4:.1f}%** is left" in said(app)


def test_another_image_moves_mine_in_training_alone():
    told = said(open_screen(part=TRAINING, other="rocket"))
    assert len(re.findall(r"\*\*moves by", told)) == 1
    assert len(re.findall(r": stays", told)) == 3
    assert "nothing moves" in said(open_screen(part=TRAINING, other="coffee"))


@pytest.mark.parametrize(
    ("link", "pairs"),
    [
        ({}, 49),
        ({"model": "smallvgg-tiny", "norm": "block2.bn1", "channel": "3"}, 8),
        ({"source": "Digits", "model": "cnn-r-mnist"}, None),
    ],
)
def test_a_normalisation_folds_in_a_network(link, pairs):
    app = open_screen(part=NETWORK, **link)
    assert_well(app)
    row = next(line for line in said(app).splitlines() if line.startswith("| normalisations folded"))
    if pairs:
        assert row.endswith(f"| {pairs} |")
    gaps = re.findall(r"relative difference \| ([\d.]+)(·10(\S+))? \| ([\d.]+)(·10(\S+))? \|", said(app))
    assert gaps
    # Below 1e-4 each is written with a power of ten, or is 0.
    assert all(power or value == "0" for value, power in ((gaps[0][0], gaps[0][2]), (gaps[0][3], gaps[0][5])))


def test_a_network_without_normalisation_gets_one_sentence():
    app = open_screen(part=NETWORK, model="alexnet", weights="random")
    assert not app.exception
    assert "no batch normalisation" in app.error[0].value


def test_the_rates_tell_what_the_file_holds():
    import json

    from cnnviz.ui.normalization.rates import FILE

    found = json.loads(FILE.read_text())
    at = found["rates"].index(1.0)
    app = open_screen(part=RATES)
    assert_well(app)
    for variant in ("normalised", "plain"):
        assert f"**{100 * np.mean(found['accuracy'][variant][at]):.1f}%**" in said(app)
    assert isinstance(run(app)["model"], nn.Sequential)
    highest = {
        name: max(rate for rate, runs in zip(found["rates"], found["accuracy"][name], strict=True) if min(runs) > 0.5)
        for name in ("normalised", "plain")
    }
    assert highest["normalised"] > highest["plain"]
    assert f"**{highest['normalised']:g}** with batch normalisation, **{highest['plain']:g}** without" in said(app)
