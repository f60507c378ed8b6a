"""The recipe of the networks that propose a move of Go: trained on games of strong players, measured on other games."""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from timm.optim import create_optimizer_v2  # type: ignore[attr-defined]
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from cnnviz.assets import WEIGHTS
from cnnviz.errors import CnnvizError
from cnnviz.go import planes
from cnnviz.go.board import SIDE, Board, GoError
from cnnviz.models.go_policy import GoPolicy, GoPolicyPooled
from cnnviz.training import data
from cnnviz.training.loop import halved, keep, warm_then_cosine, write

POINTS = SIDE * SIDE
FILE = Path("go", "tygem-9d.npz")
POSITIONS, BATCH, RATE, DECAY = 4_200_000, 64, 0.007, 0.01
# So many times in a run it is measured, on the first VALIDATED positions of the test games; at its end on all of them.
MEASURED, VALIDATED = 16, 10_000


@dataclass(frozen=True)
class Variant:
    """A network, what it sees of (N, 19, 19) int8 stones, and the accuracy that the course asks for."""

    build: Callable[[], nn.Module]
    see: Callable[[np.ndarray], np.ndarray]
    bar: float | None = None


def _stones(positions: np.ndarray) -> np.ndarray:
    return positions[:, None]


def _liberties(positions: np.ndarray) -> np.ndarray:
    board, seen = Board(), []
    for position in positions:
        board.stones = position.ravel().tolist()
        seen.append(planes.liberties(board))
    return np.stack(seen)


VARIANTS = {
    "go-policy": Variant(GoPolicy, _stones, bar=0.35),
    "go-policy-pooled": Variant(GoPolicyPooled, _stones),
    "go-policy-liberties": Variant(lambda: GoPolicy(planes=2 * planes.LIBERTIES + 1), _liberties),
}


def measure(
    name: str, *, data_root: Path | None = None, seed: int = 0, epochs: int | None = None, out: Path = WEIGHTS
) -> dict[str, object]:
    """Train network `name`, write its weights in half precision and its card, and return the card.

    There is one epoch of `POSITIONS` positions, each under one of the eight symmetries; `epochs` makes it
    so many times as long. Raises CnnvizError where the games are not there: they can't be downloaded by name.
    """
    variant, total = VARIANTS[name], POSITIONS * (epochs or 1)
    train, test = games(data_root)
    torch.manual_seed(seed)
    model = variant.build().to(memory_format=torch.channels_last)
    curve = _train(name, model, variant, train, test, total=total, seed=seed)
    halves = halved(model)
    first, five = accuracy(model, variant, *test)
    card: dict[str, object] = {
        "name": name,
        "data": str(FILE),
        "split": f"{len(test[1]):,} positions of games that are not in training",
        "positions": total,
        "seed": seed,
        "accuracy": round(first, 4),
        "among_five": round(five, 4),
        "bar": variant.bar,
        "curve": [[count, round(one, 4), round(some, 4)] for count, one, some in curve],
        "parameters": sum(p.numel() for p in model.parameters()),
        "precision": "float16",
        "torch": torch.__version__.split("+")[0],
        "command": f"python -m cnnviz.training {name} --seed {seed}" + (f" --epochs {epochs}" if epochs else ""),
    }
    write(name, halves, card, out)
    return card


Moves = tuple[np.ndarray, np.ndarray]


def games(data_root: Path | None) -> tuple[Moves, Moves]:
    """Return (positions, moves) to learn from and to measure with: (N, 19, 19) int8, own stones 1, and (N,) int64.

    Passes are left out. 15,000 games make 3.1 million positions, 1.1 GB.
    """
    path = (data_root or data.CACHE / "data") / FILE
    try:
        with np.load(path) as file:
            arrays = {key: file[key] for key in ("train_moves", "train_starts", "test_moves", "test_starts")}
    except (OSError, KeyError, ValueError) as error:
        raise CnnvizError(
            f"The games could not be read from {path} ({error}); name the folder that holds {FILE} with --data-root."
        ) from error
    return tuple(replay(arrays[f"{part}_moves"], arrays[f"{part}_starts"]) for part in ("train", "test"))  # type: ignore[return-value]


def replay(moves: np.ndarray, starts: np.ndarray) -> Moves:
    """Play games again: game i is moves[starts[i] : starts[i + 1]], with black first. Return (positions, moves).

    A record whose move breaks the rules, as one of 15,000 does, ends before it.
    """
    most = int((moves[starts[0] : starts[-1]] < POINTS).sum())
    positions, played = np.empty((most, SIDE, SIDE), np.int8), np.empty(most, np.int64)
    at = 0
    for first, last in pairwise(starts.tolist()):
        board = Board()
        for move in moves[first:last].tolist():
            seen = planes.stones(board)[0]
            try:
                board.play(move)
            except GoError:
                break
            if move < POINTS:
                positions[at], played[at] = seen, move
                at += 1
    return positions[:at], played[:at]


@torch.inference_mode()
def accuracy(model: nn.Module, variant: Variant, positions: np.ndarray, moves: np.ndarray) -> tuple[float, float]:
    """Return the share of moves that are the network's first, and that are among its first five."""
    model.eval()
    first = five = 0
    for start in range(0, len(moves), 500):
        wanted = torch.from_numpy(moves[start : start + 500])[:, None]
        found = model(_batch(variant.see(positions[start : start + 500]))).topk(5).indices == wanted
        first, five = first + int(found[:, 0].sum()), five + int(found.sum())
    return first / len(moves), five / len(moves)


def _train(
    name: str, model: nn.Module, variant: Variant, train: Moves, test: Moves, *, total: int, seed: int
) -> list[tuple[int, float, float]]:
    """Train in place. A run that was stopped goes on where it was last measured."""
    positions, moves = train
    # After 150,000 positions Muon has 26.5 % of the moves right and SGD 23.9; a step takes a fifth longer.
    optimiser = create_optimizer_v2(model, opt="muon", lr=RATE, weight_decay=DECAY)
    steps, every = total // BATCH, max(total // BATCH // MEASURED, 1)
    saved = data.CACHE / "training" / f"{name}-seed{seed}-positions{total}.pt"
    curve: list[tuple[int, float, float]] = []
    done = 0
    if saved.exists():
        state = torch.load(saved, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        done, curve = state["done"], state["curve"]
    generator = np.random.default_rng(seed)
    passes = math.ceil(steps * BATCH / len(moves))
    order = np.concatenate([generator.permutation(len(moves)) for _ in range(passes)])
    model.train()
    for step in tqdm(range(done, steps), desc=name, mininterval=5):
        for group in optimiser.param_groups:
            group["lr"] = RATE * warm_then_cosine(step / steps, warm=0.05)
        chosen = order[step * BATCH : (step + 1) * BATCH]
        batch, wanted = turned(positions[chosen], moves[chosen], step % 8)
        # In half the bits a step takes half the time; the weights themselves stay in 32 bits.
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(_batch(variant.see(batch)))
        loss = functional.cross_entropy(scores.float(), torch.from_numpy(wanted))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if (step + 1) % every == 0:
            curve.append(((step + 1) * BATCH, *accuracy(model, variant, test[0][:VALIDATED], test[1][:VALIDATED])))
            model.train()
            tqdm.write(f"{name}: {curve[-1][0]:,} positions, {curve[-1][1]:.2%}, {curve[-1][2]:.2%}", file=sys.stderr)
            keep(saved, model, optimiser, done=step + 1, curve=curve)
    saved.unlink(missing_ok=True)
    return curve


def turned(positions: np.ndarray, moves: np.ndarray, number: int) -> Moves:
    """Return positions (N, 19, 19) and their moves (N,) under one of the eight symmetries."""
    # What stood at point p stands at where[p] afterwards: the numbers of the points, turned, read backwards.
    where = np.argsort(planes.symmetry(np.arange(POINTS).reshape(SIDE, SIDE), number).ravel())
    return planes.symmetry(positions, number), where[moves]


def _batch(seen: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(seen)).float().contiguous(memory_format=torch.channels_last)
