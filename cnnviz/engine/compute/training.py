"""Runs that go on in slices, on the CPU: for networks so small a GPU would be slower."""

import json
import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save

from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Recognise, TakeFrames, TakeWeights, TrainSlice
from cnnviz.engine.results import Frame, Frames, LearntWeights, Panel, RunView, Sized, TrainedSlice, WeightSpread
from cnnviz.training.live import film
from cnnviz.training.live.examples import POINT_SETS
from cnnviz.training.live.photos import examples_of
from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import MOST_STEPS, Settings
from cnnviz.training.live.view import first_weights, plane
from cnnviz.training.live.weight_spread import weight_spread

# Curves and measurements of a run of MOST_STEPS, as Python keeps them.
_RESERVED = 4_000_000


@dataclass(eq=False)
class _Kept(Sized):
    """A run that stays on this side between its slices."""

    live: LiveRun

    @property
    def nbytes(self) -> int:
        """Return the bytes of weights, gradients, what Adam keeps of both, the curves, and the film at its longest."""
        weights = 16 * sum(each.numel() for each in self.live.network.parameters())
        return weights + _RESERVED + self.live.film.most_bytes


@computes(TrainSlice, cached=False)
def train_slice(request: TrainSlice, run: Run) -> TrainedSlice:
    """Go on with the run, which is begun where it is not kept."""
    began = time.perf_counter()
    live = _kept(request, run)
    enough = (request.enough, request.since)
    _advance(live, request.rates, min(request.until, MOST_STEPS), request.seconds, enough)
    if request.look and not live.tested:
        live.first_test(seconds=request.seconds or math.inf)
    if request.tested:
        live.finish_test()
    found = view(live, request.shown) if request.look and live.tested else None
    return TrainedSlice(live.step, time.perf_counter() - began, found, _is_enough(live, enough))


@computes(TakeFrames, cached=False)
def take_frames(request: TakeFrames, run: Run) -> Frames:
    """Return a part of the film; a run that was forgotten is made again."""
    live = _kept(request, run)
    _advance(live, request.rates, request.until, math.inf)
    steps = [step for step in live.film.steps if request.since < step <= request.until][: request.most]
    return Frames(tuple(_frame(live, step, request.shown) for step in steps))


@computes(TakeWeights, cached=False)
def take_weights(request: TakeWeights, run: Run) -> LearntWeights:
    """Return the weights; a run that went on, or was forgotten, is made again up to that step."""
    live = reached(request, run)
    live.finish_test()
    about = {
        "settings": json.dumps(dict(request.settings)),
        "rates": json.dumps(dict(request.rates)),
        "step": str(live.step),
        "test accuracy": f"{live.tested[-1].accuracy:.4f}",
        "classes": json.dumps(live.examples.classes),
    }
    weights = {name: each.detach().contiguous() for name, each in live.network.state_dict().items()}
    return LearntWeights(np.frombuffer(save(weights, about), np.uint8))


def view(live: LiveRun, image: int = 0) -> RunView:
    """Return what there is to see of a run that was tested at least once, with the maps of test example `image`."""
    tested, layers = live.tested[-1], tuple(dict.fromkeys(each.layer for each in live.movements))
    sizes = [[each.weight, each.gradient, each.update] for each in live.movements]
    points = live.settings.examples in POINT_SETS
    return RunView(
        step=live.step,
        epochs=live.epochs,
        losses=_floats(live.losses),
        accuracies=_floats(live.accuracies),
        tests=_floats([[each.step, each.loss, each.accuracy] for each in live.tested]).reshape(-1, 3),
        confusion=tested.confusion.numpy().astype(np.int32),
        answers=tested.answers.numpy().astype(np.uint8),
        sure=tested.sure.numpy().copy(),
        dead=tuple(tested.dead.items()),
        layers=layers,
        measured=np.array([each.step for each in live.movements[:: max(1, len(layers))]], np.int32),
        sizes=_floats(sizes).reshape(-1, len(layers), 3).transpose(2, 0, 1) if layers else np.zeros((3, 0, 0), "f4"),
        filters=first_weights(live.network, live.settings.input_size[1]).numpy(),
        plane=plane(live.network).numpy() if points else None,
        frame=_frame(live, None, image),
        learnt=_floats([list(each) for each in live.learnt]) if live.learnt else None,
        spread=_spread(live) if live.settings.count else None,
    )


def _spread(live: LiveRun) -> WeightSpread:
    counts, reach, zero, small = weight_spread(live.network)
    return WeightSpread(counts.numpy(), reach, zero, small)


def _frame(live: LiveRun, step: int | None, image: int) -> Frame:
    given = live.examples.test_inputs[image : image + 1]
    return Frame(live.step if step is None else step, tuple(map(_coded, live.film.frame(step, given))))


def _coded(panel: film.Panel) -> Panel:
    values = np.nan_to_num(panel.values.numpy().astype(np.float64))
    low, high = (0.0, 1.0) if panel.name == film.ANSWER else (float(values.min()), float(values.max()))
    codes = (values - low) * (255 / (high - low) if high > low else 0) + 0.5
    return Panel(panel.name, codes.astype(np.uint8), low, high)


def reached(request: TakeWeights | Recognise, run: Run) -> LiveRun:
    """Return the run at its step `until`, made again where it went on or was forgotten."""
    live = _kept(request, run)
    if live.step > request.until:
        live = _begin(request)
    _advance(live, request.rates, request.until, math.inf)
    return live


def _kept(request: TrainSlice | TakeWeights | TakeFrames | Recognise, run: Run) -> LiveRun:
    key = "live run", request.run, request.settings, request.photos and request.photos.sha256
    kept = run.once(key, lambda: _Kept(_begin(request)))
    return kept.live


def _begin(request: TrainSlice | TakeWeights | TakeFrames | Recognise) -> LiveRun:
    photos, given = request.photos, None
    if photos is not None:
        given = examples_of(torch.tensor(photos.features), photos.labels, photos.classes)
    return LiveRun(Settings(**dict(request.settings)), given=given)  # type: ignore[arg-type]


def _is_enough(live: LiveRun, enough: tuple[float, int]) -> bool:
    share, since = enough
    return bool(live.tested) and live.tested[-1].step > since and live.tested[-1].accuracy >= share


def _advance(
    live: LiveRun,
    rates: tuple[tuple[int, float], ...],
    until: int,
    seconds: float,
    enough: tuple[float, int] = (math.inf, 0),
) -> None:
    """Go on at the rates that hold from their steps on, until a test is good `enough`."""

    def over() -> bool:
        return _is_enough(live, enough)

    deadline = time.perf_counter() + seconds
    for step, rate in rates:
        if step >= until or live.step > step:
            continue
        live.advance(seconds=deadline - time.perf_counter(), steps=step, over=over)
        if live.step < step:
            return
        if live.rates.get(step) != rate:
            live.change_rate(rate)
    live.advance(seconds=deadline - time.perf_counter(), steps=until, over=over)


def _floats(numbers: list[float] | list[list[float]]) -> NDArray[np.float32]:
    return np.array(numbers, np.float32)
