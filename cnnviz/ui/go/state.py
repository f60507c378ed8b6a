"""What every part of the screen looks at: a game, moves of one's own after some of its moves, a step, and a network."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import models
from cnnviz.engine.requests import Layers, ModelChoice
from cnnviz.engine.results import Floats
from cnnviz.go import games
from cnnviz.go.board import SIDE, GoError, coordinate, point
from cnnviz.go.records import Record
from cnnviz.models import go_networks
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice, Text
from cnnviz.ui.go.own_game import choose_own_game, own_game
from cnnviz.ui.number_controls import Number
from cnnviz.ui.words import Words

WORDS = Words("go")
# What all parts look at.
SHARED = ("game", "branch", "moves", "step", "network")
EMPTY, OWN = "empty", "own"
Box = tuple[int, int, int, int]
PASS = SIDE * SIDE
GAME = Choice("game", "1", ("branch", "moves", "step"), (*games.NAMES, EMPTY, OWN))
MOVES = Text("moves", "", ("step",))
_FIRST = 30  # the step that a game opens at


@dataclass(frozen=True)
class Line:
    """A game, and the line that is looked at: its first `branch` moves and then those of one's `own`, after `at` moves.

    `record` is the whole line.
    """

    game: Record
    branch: int
    own: tuple[int, ...]
    record: Record
    at: int

    @property
    def last(self) -> int:
        """The number of its moves."""
        return len(self.record.moves)

    @property
    def shown(self) -> Record:
        """The line up to the position that is looked at."""
        return self.record.up_to(self.at)


@dataclass(frozen=True)
class GameForm:
    """The choice of a line, a step and a network, on the form of any part."""

    form: Form

    @property
    def own(self) -> Form:
        """The same form, with the words that all parts share."""
        return replace(self.form, words=WORDS)

    def line(self) -> Line | None:
        """Return what the form says; where a record of one's own is asked for and there is none, say so.

        Raises GoError for moves that can't be played.
        """
        line = self._line()
        if line is None:
            st.info(WORDS.text("own_missing"), icon=":material/info:")
        return line

    def network(self) -> ModelChoice:
        """Return the chosen network: with random weights where none has been trained yet."""
        name = self.own.get(network_choice())
        return ModelChoice(name) if models.is_ready(name) else ModelChoice(name, random_seed=0)

    def draw(self, columns: int = 3) -> None:
        """Draw the choice of a game, of the step, and of a network."""
        try:
            line = self._line()
        except GoError:  # the stage says so
            line = None
        own = (step_of(line.record, own=bool(line.own)),) if line is not None else ()
        self.own.draw(GAME, network_choice(), *own, columns=columns)
        if self.own.get(GAME) == OWN:
            choose_own_game(self.own)

    def go_to(self, line: Line, step: int) -> None:
        """Look at another step, in a callback."""
        wanted = step_of(line.record, own=bool(line.own))
        self.own.set(wanted, min(max(step, 0), line.last))

    def name_in_python(self) -> str:
        """Return the shipped game that stands for the chosen one in a few lines of Python."""
        name = self.own.get(GAME)
        return name if name in games.NAMES else games.NAMES[0]

    def _line(self) -> Line | None:
        form, name = self.own, self.own.get(GAME)
        game = own_game(form) if name == OWN else Record(SIDE, (), (), ()) if name == EMPTY else games.game(name)
        if game is None:
            return None
        own = tuple(_named(text) for text in form.get(MOVES).replace(",", " ").split())
        count = len(game.moves)
        branch = form.get(Number("branch", count, low=0, high=count)) if own else count
        colour = game.board(branch).to_move
        moves = tuple((colour if number % 2 == 0 else -colour, where) for number, where in enumerate(own))
        record = replace(game, moves=(*game.moves[:branch], *moves))
        record.board(len(record.moves))
        return Line(game, branch, own, record, form.get(step_of(record, own=bool(own))))


def ready() -> tuple[str, ...]:
    """Return the networks whose weights are on this disk."""
    return tuple(name for name in go_networks.NAMES if models.is_ready(name))


def network_choice() -> Choice:
    """Return the choice of a network among those that are trained."""
    names = ready() or go_networks.NAMES[:1]
    return Choice("network", names[0], options=names)


def step_of(record: Record, *, own: bool) -> Number:
    """Return the choice of a step: by default the last of one's own moves, or some way into a game."""
    last = len(record.moves)
    return Number("step", last if own else min(_FIRST, last), low=0, high=last)


def field_of(model: ModelChoice, target: int) -> Box | None:
    """Return what a point's score depends on, (top, left, bottom, right), half-open: None for the whole board.

    Where the engine refuses, its sentence stands on the page, and it is None as well.
    """
    table = ask(Layers(model))
    rows = () if table is None else table.rows
    field = next((row.receptive_field for row in rows if row.name == "move"), None)
    if field is None or field.size is None:
        return None
    top, left, bottom, right = field.box(*divmod(target, SIDE))
    return top, left, bottom, right


def shares_of(scores: Floats) -> NDArray[np.float64]:
    """Return scores (..., 361) as probabilities."""
    powers = np.exp(scores.astype(np.float64) - scores.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def is_point(text: str) -> bool:
    """Return whether a text names a point of the board."""
    try:
        point(text)
    except GoError:
        return False
    return True


def written(moves: tuple[int, ...]) -> str:
    """Return moves as a link holds them."""
    return " ".join(map(coordinate, moves))


def _named(text: str) -> int:
    return PASS if text.lower() == "pass" else point(text)
