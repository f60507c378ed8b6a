"""People of a class: those who look at a photo of their own, those who drag a slider, and those who train."""

import io
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from _session import Session
from PIL import Image

_UPLOADER = "A photo of your own"
# Screens, their links, and sliders none of whose values is refused.
_SLIDERS = (
    ("layer", "", ("Stride", "Padding")),
    ("convolution", "", ("Stride", "Padding")),
    ("spatial_transformer", "", ("Rotation, degrees clockwise", "Shift right")),
)
_STEPS = 5
_STEP = 0.2  # seconds: as often as Streamlit's slider sends where it is
READING = 20.0  # seconds between acts of who reads


def photo(number: int) -> bytes:
    """Return a JPEG that no other number has, of 1600 x 1200 pixels."""
    noise = np.random.default_rng(number).integers(0, 256, (75, 100, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize((1600, 1200), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    return buffer.getvalue()


class Looker:
    """Looks at another layer of EfficientNet-Lite0, or at another channel of the one shown."""

    def __init__(self, url: str, number: int, every: float) -> None:
        self.session = Session(url, "activations", "source=Upload&model=efficientnet-lite0")
        self.number, self.every = number, every
        self._chance = random.Random(number)

    async def arrive(self) -> None:
        await self.session.connect()
        await self._bring_photo()

    async def come_back(self) -> None:
        """Connect again; bring the photo again where the server has it no more."""
        await self.session.reconnect()
        if "Layer" not in self.session.widgets:
            await self._bring_photo()

    async def act(self) -> str:
        """Do something, and return what."""
        widgets = self.session.widgets
        if self._chance.random() < 2 / 3:
            await self.session.set("Layer", string_value=self._chance.choice(widgets["Layer"].options))
            return "layer"
        await self.session.set("Channel", double_value=float(self._chance.randrange(int(widgets["Channel"].max) + 1)))
        return "channel"

    def pause(self) -> float:
        """Return the seconds from when the last act was due to the next."""
        return self.every

    async def _bring_photo(self) -> None:
        label = next(label for label in self.session.widgets if label.startswith(_UPLOADER))
        await self.session.upload(label, f"{self.number}.jpg", photo(self.number))


class Dragger:
    """Drags a slider of One layer, Convolution or By hand five steps on, rests, and drags another one."""

    def __init__(self, url: str, number: int, every: float) -> None:
        page, query, self._labels = _SLIDERS[number // 2 % len(_SLIDERS)]
        self.session, self.every = Session(url, page, query), every
        self._chance, self._steps = random.Random(number), 0
        self._label, self._at, self._on = "", 0.0, 1

    async def arrive(self) -> None:
        await self.session.connect()

    async def come_back(self) -> None:
        """Connect again."""
        await self.session.reconnect()

    async def act(self) -> str:
        """Move the slider a step, and return what was done."""
        if self._steps % _STEPS == 0:
            self._label = f"{self._chance.choice(self._labels)}{Session.SLIDER}"
            slider = self.session.widgets[self._label]
            self._at = self._chance.randrange(round((slider.max - slider.min) / slider.step) + 1)
        slider: Any = self.session.widgets[self._label]
        last = round((slider.max - slider.min) / slider.step)
        self._on = 1 if self._at <= 0 else -1 if self._at >= last else self._on
        self._at += self._on
        self._steps += 1
        await self.session.set(self._label, double_array_value={"data": [slider.min + self._at * slider.step]})
        return "slider"

    def pause(self) -> float:
        """Return the seconds from when the last act was due to the next: on average the same as a looker's."""
        return _STEP if self._steps % _STEPS else _STEPS * self.every - (_STEPS - 1) * _STEP


class Trainer:
    """Trains a network with a seed of its own on Training, and plays again where it rests.

    The page is looked at as often as a browser does by itself.
    """

    def __init__(self, url: str, number: int) -> None:
        self.session = Run(url, "training", f"seed={number}")
        self.every = 0.5  # seconds: as often as the page asks for
        self._looks = 0

    async def arrive(self) -> None:
        await self.session.connect()

    async def come_back(self) -> None:
        """Connect again."""
        await self.session.reconnect()

    async def act(self) -> str:
        """Press Play where it rests, else have what moves drawn anew, and return what was done."""
        session = self.session
        if not session.playing:
            await session.set("Play", trigger_value=True)
            return "play"
        # What moves on the stage is drawn at every look, what moves below at every other.
        self._looks += 1
        for fragment, every in list(session.repeated.items()):
            if self._looks % max(1, round(every / self.every)) == 0:
                await session.run_again(fragment)
        return "progress"

    def pause(self) -> float:
        """Return the seconds from when the last look was due to the next."""
        return self.every


@dataclass
class Run(Session):
    """A session on Training that notes what its page says of the run.

    `moved` are the times when there were new steps, `places` how many had their turn before its next one.
    """

    NEXT: ClassVar[re.Pattern[str]] = re.compile(r"(\d+) before its next turn")
    playing: bool = False
    steps: int = 0
    moved: list[float] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def take(self, delta: Any) -> None:
        """Note an element, too, that tells how far the run is, or in which place of the queue."""
        super().take(delta)
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        content = getattr(delta.new_element, kind)
        if kind == "button" and content.label in ("Play", "Pause"):
            self.playing = content.label == "Pause"
        elif kind == "metric" and content.label == "Steps":
            steps = int(content.body.replace(",", ""))
            if steps > self.steps:
                self.moved.append(time.perf_counter())
            self.steps = steps
        elif kind == "markdown" and (found := self.NEXT.search(content.body)):
            self.places.append(int(found[1]))
