"""Ready lessons: fifty minutes each, every place opens, and every answer that can be computed is."""

import math
import re
from urllib.parse import parse_qsl

import pytest
import torch
from torch import nn

from cnnviz import assets, lessons
from cnnviz.errors import LessonError
from cnnviz.server.rooms import checks
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.room.lessons import NAMES, _step, lesson
from tests.conftest import some
from tests.pages.opening import assert_well, open_screen

READY = {name: lesson(name, "en") for name in NAMES}
STEPS = [(name, step) for name in NAMES for step in READY[name]["steps"]]
PATHS = {screen.name: screen.path for screen in SCREENS}


def parameters(layer):
    return sum(each.numel() for each in layer.parameters())


def side(layer, *size):
    """Return the height and width of what a layer makes of an input."""
    height, width = layer(torch.zeros(1, *size)).shape[-2:]
    return f"{height}×{width}"


def before_linear():
    layers = nn.Conv2d(1, 6, 5, padding=2), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.AvgPool2d(2), nn.Flatten()
    return nn.Sequential(*layers)(torch.zeros(1, 1, 28, 28)).numel()


def largest_slope():
    x = torch.linspace(-8, 8, 16001, requires_grad=True)
    torch.sigmoid(x).sum().backward()
    return float(x.grad.max())


def kaiming():
    layer = nn.Conv2d(64, 4096, 3)
    nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
    return float(layer.weight.detach().std())


# What torch says of a step's question, as the lesson writes it.
COMPUTED = {
    "All connections": lambda: f"{nn.Linear(32 * 32 * 3, 10).weight.numel():,}",
    "Shared weights": lambda: str(nn.Conv1d(1, 1, 3, bias=False).weight.numel()),
    "The size of the output": lambda: side(nn.Conv2d(1, 1, 3), 1, 7, 7),
    "Stride": lambda: side(nn.Conv2d(1, 1, 3, stride=2), 1, 7, 7),
    "Parameters of a layer": lambda: str(parameters(nn.Conv2d(3, 10, 5, padding=2))),
    "Pooling": lambda: str(parameters(nn.MaxPool2d(2))),
    "LeNet-5": lambda: str(before_linear()),
    "AlexNet's first layer": lambda: side(nn.Conv2d(3, 96, 11, stride=4), 3, 224, 224),
    "VGG: two 3×3 for one 5×5": lambda: (
        f"{2 * nn.Conv2d(8, 8, 3).weight.numel() / nn.Conv2d(8, 8, 5).weight.numel():.0%}"
    ),
    "1×1 convolutions": lambda: f"{nn.Conv2d(192, 64, 1).weight.numel():,}",
    "Where a function is flat": lambda: f"{largest_slope():.2f}",
    "Vanishing gradients": lambda: f"about {largest_slope() ** 10:.6f}",
    "Kaiming's initialisation": lambda: f"{kaiming():.3f}",
    "Normalisation": lambda: str(nn.BatchNorm2d(64).running_mean.numel()),
    "Dropout": lambda: f"{len(torch.cartesian_prod(*[torch.tensor([0, 1])] * 12)):,}",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_lesson_is_one_that_a_room_takes_and_has_fifty_minutes(name):
    found = checks.lesson(READY[name])
    assert sum(step.minutes for step in found.steps) == 50
    assert 8 <= len(found.steps) <= 12
    assert sum(step.question is not None for step in found.steps) >= 4
    assert all(step.sentence and step.notes for step in found.steps)
    assert [step.place for step in found.steps] == [step["place"] for step in READY[name]["steps"]]


@pytest.mark.parametrize("language", [each for each in lessons.languages() if each != lessons.ENGLISH])
@pytest.mark.parametrize("name", NAMES)
def test_a_ready_lesson_asks_the_same_in_every_language(name, language):
    ours = lesson(name, language)
    checks.lesson(ours)
    for mine, english in zip(ours["steps"], READY[name]["steps"], strict=True):
        assert (mine["question"] is None) == (english["question"] is None), mine["title"]
        if english["question"]:
            assert mine["question"]["right"] == english["question"]["right"], mine["title"]
            assert numbers_of(mine) == numbers_of(english), mine["title"]


def numbers_of(step):
    """Return the numbers of each option; an option may have words beside them."""
    return [re.findall(r"\d[\d.,]*", option) for option in step["question"]["options"]]


@pytest.mark.parametrize(
    ("name", "step"), some(STEPS), ids=lambda value: value if isinstance(value, str) else value["title"]
)
def test_every_place_opens_as_it_is_written(name, step):
    screen, _, query = step["place"].partition("?")
    link = dict(parse_qsl(query, strict_parsing=bool(query)))
    app = open_screen(PATHS[screen], **link)
    assert_well(app)
    assert app.query_params == link
    # A text that a screen does not know is said to be refused.
    assert not [caption.value for caption in app.caption if "The link asks for" in caption.value]


# Answers of more than a digit: a 3 stands on any page.
ASKED = [
    step
    for _, step in STEPS
    if step["question"] and re.match(r"\d\S", step["question"]["options"][step["question"]["right"]])
]


@pytest.mark.parametrize("step", ASKED, ids=lambda step: step["title"])
def test_no_page_says_the_answer_that_is_asked_for_on_it(step):
    screen, _, query = step["place"].partition("?")
    app = open_screen(PATHS[screen], **dict(parse_qsl(query)))
    right = step["question"]["options"][step["question"]["right"]]
    told = [each.value for each in (*app.markdown, *app.caption, *app.metric, *app.latex)]
    told += [frame.value.to_string() for frame in app.dataframe]
    assert told
    alone = re.compile(rf"(?<![\d.,]){re.escape(right)}(?![\d.,])")
    assert not [text for text in told if alone.search(text)]


def test_every_answer_that_torch_can_give_is_torchs():
    asked = {step["title"]: step["question"] for _, step in STEPS if step["question"]}
    # The others ask for words.
    assert asked.keys() - COMPUTED.keys() == {"Where the costs are", "Deeper, and worse"}
    for title, computed in COMPUTED.items():
        assert asked[title]["options"][asked[title]["right"]] == computed(), title


def test_most_of_alexnets_parameters_are_in_its_linear_layers():
    import torchvision

    with torch.device("meta"):
        model = torchvision.models.alexnet(weights=None)
    linear = sum(parameters(each) for each in model.modules() if isinstance(each, nn.Linear))
    assert linear > 0.9 * parameters(model)
    assert math.isclose(max(each.numel() for each in model.parameters()), 37.7e6, rel_tol=0.01)


def test_another_language_has_its_own_words_and_the_same_places(tmp_path, monkeypatch):
    for language, text in (
        ("en", "## lesson\ntitle: One\n\n## a\nplace: pooling\nminutes: 5\ntitle: Pool\n\nLook.\n"),
        ("xx", "## lesson\ntitle: Eins\n\n## a\nplace: filters\nminutes: 9\ntitle: Becken\n\nSchau.\n"),
    ):
        (tmp_path / language / "classes").mkdir(parents=True)
        (tmp_path / language / "classes" / "one.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    lessons.sections.cache_clear()
    try:
        found = lesson("one", "xx")
    finally:
        lessons.sections.cache_clear()
    (step,) = found["steps"]
    assert (found["title"], step["title"], step["sentence"]) == ("Eins", "Becken", "Schau.")
    assert (step["place"], step["minutes"]) == ("pooling", 5)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("place: pooling\ntitle: a", "has no line `minutes: …`"),
        ("place: pooling\nminutes: five\ntitle: a", "has 'five' for its minutes; it should be a number"),
        ("place: pooling\nminutes: 5\ntitle: a\nasked: ?", "has no line `options: …`"),
        ("place: pooling\nminutes: 5\ntitle: a\nasked: ?\noptions: b | c\nright: d\nwhy: e", "is none of its options"),
    ],
)
def test_a_step_that_lacks_something_is_named(text, sentence):
    with pytest.raises(LessonError, match=sentence):
        _step("convolution, step size", text, text)


def test_every_lesson_has_its_file():
    files = {path.stem for path in (assets.LESSONS / "en" / "classes").glob("*.md")}
    assert files == set(NAMES)
