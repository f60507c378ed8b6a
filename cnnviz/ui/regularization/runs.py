"""Two runs that are alike but for dropout: trained once, piece by piece so that others get their turn in between."""

import math
from dataclasses import asdict, dataclass
from functools import partial

from cnnviz.engine.requests import TrainSlice
from cnnviz.training.live.settings import Settings
from cnnviz.ui.engine import ask, ask_each
from cnnviz.ui.words import Words

# Of everybody: equal settings make equal runs.
NAME = "dropout"
PIECE, COUNT, BATCH = 20, 1000, 50  # steps, which take some 20 ms; images; images a step


@dataclass(frozen=True)
class Trained:
    """A run of so many steps, as requests name it."""

    settings: tuple[tuple[str, str | int | float], ...]
    steps: int


def settings_of(examples: str, units: int, drop: float, seed: int) -> Settings:
    """Return a network with one hidden layer on a thousand images, with dropout where `drop` is not 0."""
    dropped = f"Dropout {drop:.2g}, " if drop else ""
    network = f"Flatten, Linear {units}, ReLU, {dropped}Linear 10"
    return Settings(network, examples, rate=1e-3, batch_size=BATCH, seed=seed, count=COUNT)


def train(runs: list[Settings], steps: int, words: Words) -> list[Trained] | None:
    """Train each run so many steps, with a bar; return None after an error was shown."""
    made, pieces = [], []
    for settings in runs:
        settings.checked()
        trained = Trained(tuple(asdict(settings).items()), steps)
        slice_to = partial(TrainSlice, NAME, trained.settings, ((0, settings.rate),))
        # No time, no step: how far it is, perhaps since somebody else wanted the same.
        found = ask(slice_to(steps, 0.0))
        if found is None:
            return None
        made.append(trained)
        pieces += [slice_to(min(at + PIECE, steps), math.inf) for at in range(found.step, steps, PIECE)]
    return None if ask_each(pieces, words) is None else made
