"""What the network shows: moving while it learns, at any moment once it rests, and beside the run that was kept."""

from collections.abc import Sequence

import numpy as np

from cnnviz.components.run_film import Reel, run_film
from cnnviz.engine.results import Frame, RunView
from cnnviz.errors import CnnvizError
from cnnviz.training.live.examples import load
from cnnviz.training.live.film import ANSWER, FILTERS
from cnnviz.training.live.view import REACH
from cnnviz.ui.numbers import of_loss, percent, short, whole
from cnnviz.ui.refusals import refuse
from cnnviz.ui.training.differences import differences
from cnnviz.ui.training.driver import Driver
from cnnviz.ui.training.state import FORM, WORDS, State

LATEST = 20  # steps whose mean loss is told
text = WORDS.text


def draw_film(state: State, view: RunView, kept: Driver | None) -> None:
    """Draw the run as it is now, or at rest the whole film, and the kept one's where its examples are the same."""
    settings, run = state.settings, state.run
    examples = load(settings.examples, noise=settings.noise, seed=settings.seed)
    reels = [_reel(text("this_run"), view, (view.frame,) if run.playing else _film(run, view))]
    if kept is not None and kept is not run and kept.settings.examples == settings.examples:
        reels.append(_kept_reel(state, kept))
    planes = view.frame.panels[0].name == ANSWER
    run_film(
        reels,
        key=FORM.key("film"),
        picture=_bytes(examples.test_inputs[state.shown].numpy()) if settings.images else None,
        points=(examples.inputs.numpy(), examples.labels.numpy()) if planes else None,
        reach=REACH,
        live=run.playing,
    )


def _film(run: Driver, view: RunView) -> Sequence[Frame]:
    try:
        return run.film()
    except CnnvizError as error:
        refuse(error)
        return (view.frame,)


def _kept_reel(state: State, kept: Driver) -> Reel:
    view = kept.look(state.shown)
    other = differences(WORDS, kept.settings, state.settings)
    return _reel(text("kept_run", differences=other), view, _film(kept, view))


def _reel(title: str, view: RunView, frames: Sequence[Frame]) -> Reel:
    captions = []
    for number, panel in enumerate(frames[0].panels):
        low, high = (
            ends([getattr(frame.panels[number], name) for frame in frames])
            for name, ends in (("low", min), ("high", max))
        )
        name = (
            "colours"
            if panel.codes.ndim == 4
            else panel.name
            if panel.name in (ANSWER, FILTERS)
            else "units"
            if view.frame.panels[0].name == ANSWER
            else "maps"
        )
        captions.append(text(f"panel_{name}", layer=panel.name, number=number, low=short(low, 2), high=short(high, 2)))
    return Reel(title, frames, [_said(view, frame.step) for frame in frames], captions)


def _said(view: RunView, step: int) -> str:
    losses = view.losses[max(0, step - LATEST) : step]
    tests = view.tests[: max(1, int(np.searchsorted(view.tests[:, 0], step, side="right")))]
    loss = float(losses.mean()) if len(losses) else float(view.tests[0, 1])
    return text("moment", step=whole(step), loss=of_loss(loss), accuracy=percent(float(tests[-1, 2]), 1))


def _bytes(image: np.ndarray) -> np.ndarray:
    """Return an input (C, H, W) as a picture from black to white, (H, W) or in colour (H, W, 3)."""
    image = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    return np.asarray((image - image.min()) / (np.ptp(image) or 1) * 255 + 0.5).astype(np.uint8)
