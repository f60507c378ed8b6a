"""A live run against a bare loop of the same network, batches and optimiser, in processor time.

    python bench/live_training.py [--rounds 15]

In every round each learns from all examples once; the bare loop keeps its losses, never tests and measures nothing. The
bar is 0.90 of its throughput, a ratio of 1.11.
"""

import argparse
import time
from collections.abc import Callable

import _run
import torch
from torch.nn import functional

from cnnviz.training.live.run import LiveRun
from cnnviz.training.live.settings import Settings

NETWORK = "Conv 8 5 p2, ReLU, MaxPool 2, Conv 16 5, ReLU, MaxPool 2, Flatten, Linear 10"
SETTINGS = Settings(NETWORK, rate=3e-3)


def main() -> None:
    """Print the seconds of processor of an epoch, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cases = {"bare loop": bare(), "live run": live(), "live run without its tests": live(tests=False)}
    taken = _run.interleaved(options.rounds, {name: timed(each) for name, each in cases.items()})
    _run.table(_run.RATIO_COLUMNS, _run.ratios(taken, "bare loop"))


def timed(work: Callable[[], None]) -> Callable[[], float]:
    """Return what does the work and returns the seconds of processor that it took."""

    def go() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return go


def bare() -> Callable[[], None]:
    """Return what trains for an epoch, as anybody would write it."""
    made = LiveRun(SETTINGS)
    network, examples, losses = made.network, made.examples, []
    optimiser = torch.optim.Adam(network.parameters(), lr=SETTINGS.rate)
    network.train()

    def epoch() -> None:
        for chosen in torch.randperm(len(examples.labels)).split(SETTINGS.batch_size):
            loss = functional.cross_entropy(network(examples.inputs[chosen]), examples.labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())

    return epoch


def live(*, tests: bool = True) -> Callable[[], None]:
    """Return what has a live run go on for an epoch."""
    made = LiveRun(SETTINGS)
    if not tests:
        made._test = lambda: iter(())  # type: ignore[method-assign]
    steps = -(-len(made.examples.labels) // SETTINGS.batch_size)
    return lambda: made.advance(steps=made.step + steps)


if __name__ == "__main__":
    main()
