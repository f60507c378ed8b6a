"""Two runs that are alike but for dropout: trained once, piece by piece so that others get their turn in between."""

from dataclasses import asdict, dataclass

from cnnviz.engine.requests import TrainSlice
from cnnviz.training.live.settings import Settings
from cnnviz.ui.engine import ask_each
from cnnviz.ui.words import Words

# Of everybody: equal settings make equal runs.
NAME = "dropout"
PIECE, COUNT, BATCH = 40, 1000, 50
PATIENCE = 60.0  # seconds for a piece, of which it takes a tenth


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
    for each in runs:
        each.checked()
    made = [Trained(tuple(asdict(each).items()), steps) for each in runs]
    pieces = [
        TrainSlice(NAME, each.settings, ((0, settings.rate),), until, PATIENCE)
        for settings, each in zip(runs, made, strict=True)
        for until in range(PIECE, steps + 1, PIECE)
    ]
    return None if ask_each(pieces, words) is None else made
