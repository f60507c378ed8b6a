"""Records of games: SGF in and out, and a list of moves played again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from sgfmill import sgf

from cnnviz.go.board import BLACK, SIDE, WHITE, Board, GoError

LIMIT = 1_000_000  # bytes; a long game without comments takes some 3,000
MOST_MOVES = 1_000  # the longest games have some 400


@dataclass(frozen=True)
class Record:
    """The main line of a game: stones that were set before it, and who put a stone where.

    `black` and `white` are points; a move is (1 or -1, point), a pass at side * side.
    """

    side: int
    black: tuple[int, ...]
    white: tuple[int, ...]
    moves: tuple[tuple[int, int], ...]
    title: str = ""

    def __post_init__(self) -> None:
        """Raise GoError for a record that nobody would look through."""
        if len(self.moves) > MOST_MOVES:
            raise GoError(f"The record has {len(self.moves):,} moves; at most {MOST_MOVES:,} are read.")

    def board(self, after: int) -> Board:
        """Return the position after that many moves; raise GoError, naming the move, where the rules forbid one."""
        return next(islice(self._played(), min(after, len(self.moves)), None))

    @property
    def placed(self) -> list[tuple[int, int]]:
        """The moves that put a stone, passes left out: after how many moves, and where."""
        return [(after, where) for after, (_, where) in enumerate(self.moves) if where < self.side**2]

    def up_to(self, moves: int) -> "Record":
        """Return the record of its first moves alone."""
        return replace(self, moves=self.moves[:moves])

    def positions(self, since: int = 0) -> list[Board]:
        """Return the positions after `since` moves, after one more, and so on to the last; raise GoError likewise."""
        return [board.copy() for board in islice(self._played(), since, None)]

    def _played(self) -> Iterator[Board]:
        """Yield one board before the first move and after each."""
        board = Board(self.side)
        for points, colour in ((self.black, BLACK), (self.white, WHITE)):
            for where in points:
                board.stones[where] = colour
        for number, (colour, where) in enumerate(self.moves, 1):
            board.to_move = colour
            yield board
            try:
                board.play(where)
            except GoError as error:
                raise GoError(f"Move {number} can't be played: {error}") from error
        if not self.moves and self.black and not self.white:
            board.to_move = WHITE  # a handicap, and nobody has moved
        yield board


def read(data: bytes) -> Record:
    """Return the main line of an SGF file; raise GoError with one sentence where it can't be had."""
    if len(data) > LIMIT:
        raise GoError(f"The record has {len(data):,} bytes; at most {LIMIT:,} are read.")
    try:
        game = sgf.Sgf_game.from_bytes(data)
        side, root = game.get_size(), game.get_root()
        black, white, _ = root.get_setup_stones()
        moves = [node.get_move() for node in game.get_main_sequence()[1:]]
    except (ValueError, KeyError, LookupError) as error:
        # Of a point off the board sgfmill says nothing.
        why = str(error) or "a move or a stone in it has no place on the board"
        raise GoError(f"This is not a record of Go in SGF: {why}.") from error
    if side != SIDE:
        raise GoError(f"The game is on a board of {side} x {side}; the network reads {SIDE} x {SIDE}.")

    def where(place: tuple[int, int] | None) -> int:
        return SIDE * SIDE if place is None else (SIDE - 1 - place[0]) * SIDE + place[1]

    played = tuple((BLACK if colour == "b" else WHITE, where(place)) for colour, place in moves if colour)
    record = Record(
        side,
        tuple(sorted(map(where, black))),
        tuple(sorted(map(where, white))),
        played,
        " – ".join(name for name in (_text(root, "PB"), _text(root, "PW")) if name),
    )
    record.board(len(played))
    return record


def write(record: Record) -> bytes:
    """Return the record as an SGF file."""
    game = sgf.Sgf_game(record.side)

    def place(where: int) -> tuple[int, int] | None:
        row, column = divmod(where, record.side)
        return None if where == record.side**2 else (record.side - 1 - row, column)

    if record.black or record.white:
        game.get_root().set_setup_stones([place(p) for p in record.black], [place(p) for p in record.white])
    for colour, where in record.moves:
        game.extend_main_sequence().set_move("b" if colour == BLACK else "w", place(where))
    return bytes(game.serialise())


def _text(root: sgf.Tree_node, name: str) -> str:
    return str(root.get(name)) if root.has_property(name) else ""
