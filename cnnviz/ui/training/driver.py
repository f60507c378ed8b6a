"""One person's run: it asks the engine for one slice after another while it plays, and keeps what was seen last.

It needs no page: it stops by itself once nobody has looked for a while, the tab closed or another screen open.
"""

import math
import threading
import time
import uuid
from dataclasses import asdict, replace

from cnnviz.engine.interface import Engine
from cnnviz.engine.requests import (
    LabelledFeatures,
    ModelChoice,
    Picture,
    Recognise,
    TakeFrames,
    TakeWeights,
    TrainSlice,
)
from cnnviz.engine.requests.photos import RunSettings
from cnnviz.engine.results import Frame, Recognised, RunView
from cnnviz.errors import CnnvizError
from cnnviz.training.live.settings import MOST_STEPS, Settings

SLICE = 0.02  # seconds: with thirty others, a turn comes round within one
ROUND = 0.1  # seconds that one of a full class adds to the time between two views of another, at most
LOOKED_EVERY = 0.45  # seconds between views
ALONE = 4.0  # seconds without a look after which it stops, more where many train
BUDGET = 60.0  # seconds of work a press


class Driver:
    """A run with `settings`, and photos where they are its examples, on an engine, in a line of its own there.

    It rests until it is played. `error` is what the engine refused with, `spent` the seconds of work of this press;
    `reached` tells that it rests since a test was good enough. `learnt` are the weights where it rested last, as a
    safetensors file. `presses` counts how often it was told to go on, and `moves` are the fragments of its page that
    are drawn while it does, by the seconds from one time to the next where nobody else trains.
    """

    def __init__(self, engine: Engine, settings: Settings, photos: LabelledFeatures | None = None) -> None:
        self.settings = settings
        self.photos = photos
        self.step = 0
        self.spent = 0.0
        self.error: CnnvizError | None = None
        self.reached = False
        self.learnt: bytes | None = None
        self.presses = 0
        self.moves: dict[str, float] = {}
        self._engine = engine
        self._name = uuid.uuid4().hex
        self._plain = tuple(asdict(settings).items())
        self._rates = {0: settings.rate}
        self._rate = settings.rate
        self._until, self._enough, self._since = 0, math.inf, 0
        self._shown = self._shown_last = 0
        self._view: RunView | None = None
        self._film: tuple[int, tuple[Frame, ...]] = (0, ())
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._going = self._asleep = False
        self._looked = self._came = self._viewed = time.monotonic()
        self._pace = 0.0

    @property
    def playing(self) -> bool:
        """Whether it goes on."""
        return self._going

    @property
    def waited(self) -> float:
        """The seconds since the engine's last answer, 0 at rest: long where many others train."""
        return time.monotonic() - self._came if self._going else 0.0

    @property
    def pace(self) -> float:
        """The seconds between two of its last views, about, or what is to be expected: more where many others train."""
        return self._pace

    @property
    def ahead(self) -> int:
        """How many others have their turn before its next one."""
        return self._engine.ahead(self._name) or 0

    @property
    def rates(self) -> dict[int, float]:
        """The learning rates by the step from which they hold."""
        with self._lock:
            return dict(self._rates)

    def is_of(self, settings: Settings) -> bool:
        """Return whether these settings are its own; the rate may change on the way."""
        return replace(settings, rate=self.settings.rate) == self.settings

    def look(self, shown: int | None = None) -> RunView:
        """Return the last view, of the start before the first step; raises what the engine refuses with.

        `shown` is the number of the test example whose maps are seen from now on. A run that nobody looks at stops.
        """
        self._looked = time.monotonic()
        self._shown = self._shown if shown is None else shown
        if self._view is None or self._shown_last != self._shown:
            self._bring_back()
            self._ask(self.step, look=True)
            # The test before the first step may take some turns.
            while self._view is None:
                self._ask(self.step, look=True)
        return self._view

    def film(self) -> tuple[Frame, ...]:
        """Return the moments of the run up to its last view, with the maps of what is shown; raises as `look` does."""
        view = self.look()
        shown, frames = self._film
        if shown != self._shown:
            frames = ()
        if not frames or frames[-1].step < view.step:
            self._bring_back()
            kept = frames
            while (since := frames[-1].step if frames else -1) < view.step:
                request = TakeFrames(*self._run(), view.step, shown=self._shown, since=since, photos=self.photos)
                found = self._engine.ask(request, session=self._name).frames
                if not found:
                    break
                frames += found
            # The film of a long run lets go of some moments; here there are those that it let go since, too.
            self._film = self._shown, frames if len(frames) > len(kept) else kept
        return (*frames, *(() if frames and frames[-1].step == view.step else (view.frame,)))

    def wake(self) -> None:
        """Go on where it stopped because nobody looked: a page that is kept busy looks late."""
        with self._lock:
            if self._asleep:
                self._looked = time.monotonic()
                self._start()

    def change_rate(self, rate: float) -> None:
        """Learn at another rate from the next slice on."""
        with self._lock:
            self._rate = rate

    def play(self, steps: int | None = None, enough: float = math.inf) -> None:
        """Go on, for so many steps, or without them until it is paused, BUDGET is spent or MOST_STEPS are made.

        It rests earlier after a test of which so large a share is right as `enough`.
        """
        with self._lock:
            self.presses += 1
            self._looked = time.monotonic()
            self._until = MOST_STEPS if steps is None else min(self.step + steps, MOST_STEPS)
            self._enough, self._since = enough, self.step
            self.spent, self.error, self.reached = 0.0, None, False
            self._start()

    def pause(self) -> None:
        """Stop after the slice under way."""
        self._going = self._asleep = False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it rests; return whether it does."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self._thread is None

    def weights(self) -> bytes:
        """Return the weights at the last view as a safetensors file."""
        step = self.look().step
        self._bring_back()
        return self._taken(step)

    def recognise(self, model: ModelChoice, picture: Picture) -> Recognised:
        """Return what the layer at the last view makes of a picture, of which `model` has the features."""
        request = Recognise(model, picture, *self._run(), self.look().step, photos=self.photos)
        return self._engine.ask(request, session=self._name)

    def _start(self) -> None:
        self._going, self._asleep, self._came = True, False, time.monotonic()
        # A round of all who wait now: their pages would else be drawn too often until each has noticed.
        self._viewed, self._pace = self._came, ROUND * self._engine.statistics().waiting
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="cnnviz run", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        try:
            while True:
                while self._goes_on():
                    self._ask(self._until, look=time.monotonic() - self._viewed > LOOKED_EVERY)
                self._bring_back()
                self._ask(self.step, look=True, tested=True)
                self.learnt = self._taken(self.step)
                with self._lock:
                    if not self._going:
                        self._thread = None
                        return
        except CnnvizError as error:
            with self._lock:
                self.error, self._going, self._thread = error, False, None

    def _goes_on(self) -> bool:
        with self._lock:
            # A page of a full class looks as seldom as there is something new; to stop and go on again takes a test.
            alone = time.monotonic() - self._looked > ALONE + 2 * self._pace
            if self.step >= self._until or self.spent >= BUDGET or self.reached:
                self._going = False
            elif alone and self._going:
                self._going, self._asleep = False, True
            elif self._rates[max(self._rates)] != self._rate:
                self._rates[self.step] = self._rate
            return self._going

    def _ask(self, until: int, *, look: bool = False, tested: bool = False) -> int:
        """Have a slice made, keep what it comes to, and return the step that it reached."""
        shown = self._shown
        request = TrainSlice(
            *self._run(), until, SLICE, look, tested, shown, self._enough, self._since, photos=self.photos
        )
        found = self._engine.ask(request, session=self._name)
        self._came = time.monotonic()
        self.spent += found.seconds
        self.step = max(self.step, found.step)
        self.reached |= found.enough
        if found.view is not None and (self._view is None or found.step >= self._view.step):
            self._pace = (self._pace + self._came - self._viewed) / 2
            self._view, self._viewed, self._shown_last = found.view, self._came, shown
        return found.step

    def _taken(self, step: int) -> bytes:
        request = TakeWeights(*self._run(), step, photos=self.photos)
        return self._engine.ask(request, session=self._name).file.tobytes()

    def _bring_back(self) -> None:
        """Have one that was forgotten made again, slice by slice."""
        while self._ask(self.step) < self.step:
            pass

    def _run(self) -> tuple[str, RunSettings, tuple[tuple[int, float], ...]]:
        return self._name, self._plain, tuple(sorted(self.rates.items()))
