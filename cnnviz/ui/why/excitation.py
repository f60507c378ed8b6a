"""An image that excites a channel: gradient ascent as a film, beside the patches of photos that excite it most."""

from dataclasses import dataclass, replace
from random import Random

import streamlit as st

from cnnviz.components.run_film import Reel, run_film
from cnnviz.engine.requests import EXCITE_AT_ONCE, Excite, Layers, Strongest
from cnnviz.engine.results import Excited, Frame, LayerRow, LayerTable, Panel, Patches
from cnnviz.figures.photo import sheet
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask, ask_each
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.layer_choice import draw_strip, layer_of, layers, middle_convolution
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, formula, of_size, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import Subject, SubjectForm, pictures_for
from cnnviz.ui.words import Words

WORDS = Words("why_excitation")
FORM = Form(WORDS, screen="why", part="Excite")
SUBJECT = SubjectForm(FORM)
say, text, label = WORDS.say, WORDS.text, WORDS.label
STEPS = Number("steps", 64, low=8, high=128)
AIM = Choice("aim", "unit", options=("unit", "channel"), style="buttons")
START = Choice("start", "noise", options=("noise", "photo"), style="buttons")
BLUR = Real("blur", 0.4, low=0.0, high=2.0, step=0.1, shown="%.1f")
DECAY = Real("decay", 0.01, low=0.0, high=0.2, step=0.01)
SEED = Number("seed", 0, low=0, high=99, slider=False)
_PATCH, _LARGE = 96, 300  # pixels


@dataclass(frozen=True, eq=False)
class State:
    """A subject and its layers."""

    subject: Subject
    table: LayerTable

    @property
    def layer(self) -> Choice:
        """The choice of a layer."""
        return layers(self.table.rows, middle_convolution(self.table.rows), resets=("channel",))

    @property
    def row(self) -> LayerRow:
        """The layer."""
        return layer_of(FORM, self.table.rows, middle_convolution(self.table.rows))

    @property
    def channel(self) -> Number:
        """The choice of a channel."""
        return Number("channel", 0, low=0, high=self.row.maps[0] - 1, slider=False)

    @property
    def shift(self) -> Number:
        """The choice of how far the image is shifted: by default a 28th of its side."""
        side = min(self.table.input_size[2:])
        return Number("shift", max(1, side // 28), low=0, high=max(1, side // 4))

    @property
    def name(self) -> str:
        """What the channel is called; of the last layer's it is a class."""
        classes, at = self.subject.card.classes, FORM.get(self.channel)
        if self.row == self.table.rows[-1] and self.row.maps == (len(classes), 1, 1):
            return text("name_class", layer=self.row.name, channel=at, name=classes[at])
        return text("name", layer=self.row.name, channel=at)

    def request(self) -> Excite:
        """Return the question for the engine."""
        subject = self.subject
        return Excite(
            subject.model,
            self.row.name,
            FORM.get(self.channel),
            FORM.get(STEPS),
            middle=FORM.get(AIM) == "unit",
            shift=FORM.get(self.shift),
            blur=FORM.get(BLUR),
            decay=FORM.get(DECAY),
            seed=FORM.get(SEED),
            picture=subject.picture if FORM.get(START) == "photo" else None,
            invert=subject.invert and FORM.get(START) == "photo",
        )


@dataclass(frozen=True, eq=False)
class Found:
    """The image at several `steps`, and the `patches` of `total` pictures that excite the channel most."""

    steps: tuple[int, ...]
    images: tuple[Excited, ...]
    patches: Patches
    total: int

    def values(self) -> list[float]:
        """Return what the ascent raised, after each of the steps."""
        return [each.middle if FORM.get(AIM) == "unit" else each.mean for each in self.images]


def read() -> State | None:
    """Return what the form says, None where there is no picture yet or the network cannot be had."""
    subject = SUBJECT.read()
    table = None if subject is None else ask(Layers(subject.model))
    return None if subject is None or table is None else State(subject, table)


def _find(state: State) -> Found | None:
    whole = state.request()
    steps = [*range(0, whole.steps, EXCITE_AT_ONCE), whole.steps]
    place = st.empty()

    def watch(image: Excited) -> None:
        place.image(image.pixels, width=_LARGE)

    images = ask_each(
        [replace(whole, steps=count) for count in steps],
        WORDS,
        [after - before for before, after in zip([0, *steps], steps, strict=False)],
        watch=watch,
    )
    place.empty()
    if images is None:
        # Another layer may do.
        draw_strip(FORM, state.table.rows, state.layer)
        return None
    pictures = pictures_for(whole.model.name, range(100))
    patches = ask(Strongest(whole.model, whole.layer, whole.channel, pictures))
    return None if patches is None else Found(tuple(steps), tuple(images), patches, len(pictures))


def _draw(state: State, found: Found) -> None:
    """Draw the ascent as a film, and the patches beside it."""
    made, photos = st.columns(2, gap="large")
    frames = [
        Frame(step, (Panel(state.row.name, image.pixels[None], -1.0, 1.0),))
        for step, image in zip(found.steps, found.images, strict=True)
    ]
    told = [
        text("moment", step=step, value=short(value)) for step, value in zip(found.steps, found.values(), strict=True)
    ]
    with made:
        run_film(
            [Reel(state.name, frames, told, [of_size(frames[-1].panels[0].codes.shape[1:3])])], key=FORM.key("film")
        )
    with photos:
        field = state.row.receptive_field
        seen = field is not None and field.size is not None
        size = of_size(field.size) if field is not None and field.size is not None else ""
        say("patches" if seen else "patches_whole", count=len(found.patches.patches), total=found.total, size=size)
    captions = [short(each.value) for each in found.patches.patches]
    drawn = sheet([each.pixels for each in found.patches.patches], captions, side=_PATCH)
    chart(drawn, key=FORM.key("patches"), at=photos, alt=text("patches_alt", name=state.name))
    draw_strip(FORM, state.table.rows, state.layer)
    FORM.draw(state.layer, state.channel, STEPS, AIM, state.shift, BLUR, DECAY, SEED, START)


def _show_notes(state: State, found: Found) -> None:
    """Say how the image compares with the photos."""
    values, last = found.values(), found.images[-1]
    say(
        f"said_{FORM.get(AIM)}",
        name=state.name,
        steps=found.steps[-1],
        before=short(values[0]),
        after=short(values[-1]),
        strongest=short(last.strongest),
        best=short(found.patches.patches[0].value),
        total=found.total,
    )
    if last.still:
        st.info(text("still", name=state.name), icon=":material/info:")
    say("habits")


def _show_formulas(state: State, found: Found) -> None:
    """Typeset a step."""
    st.latex(text("formula", decay=formula(1 - FORM.get(DECAY)), blur=formula(FORM.get(BLUR))))
    say("formula_why")


def question(state: State, found: Found, number: int) -> Question:
    """Ask for the image that excites a linear unit most, and for one step of the ascent."""
    chance, (turn, kind) = Random(number), divmod(number, 2)
    w, v = chance.randint(2, 6), -chance.randint(2, 6)
    if kind == 0:
        b = 1 + turn % 4
        most = w - v + b
        slips = [w + v + b, w - v, w + b, abs(w + v) - b, most + b]
        weights = {"w": w, "v": -v, "b": b}
        why = text("predict_best_why", right=most, **weights)
        return Question(text("predict_best", **weights), most, [each for each in slips if each != most], why)
    pixel, rate = chance.randint(-5, 5) / 10, (0.1, 0.05, 0.2)[turn % 3]
    right = fixed(pixel + rate * v, 2)
    others = [fixed(each, 2) for each in (pixel - rate * v, pixel + rate, pixel - rate, pixel * rate * v, v * rate)]
    numbers = {"pixel": fixed(pixel, 1), "rate": fixed(rate, 2), "slope": fixed(v, 0)}
    why = text("predict_step_why", right=right, **numbers)
    return Question(text("predict_step", **numbers), right, [each for each in others if each != right], why)


def code(state: State, found: Found) -> str:
    """Return the few lines of Python that do the same."""
    asked = state.request()
    settings = {"steps": asked.steps, "shift": asked.shift, "blur": asked.blur, "decay": asked.decay}
    photo = 'torch.from_numpy(cnnviz.images.prepare(cnnviz.images.decode(open("photo.jpg", "rb").read()), how).tensor)'
    noise = f"probes.noise_image((how.channels, *how.crop), seed={asked.seed}, **ends)"
    start = noise if asked.picture is None else photo
    more = {"middle": asked.middle, "seed": asked.seed, "start": start}
    return text("code", layer=asked.layer, channel=asked.channel, **settings, **more, **in_python(asked.model))


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    Part(
        form=FORM,
        read=read,
        find=_find,
        stage=_draw,
        settings=SUBJECT.link_elsewhere,
        notes=_show_notes,
        formulas=_show_formulas,
        question=question,
        code=code,
        height=720,
    ).show()
