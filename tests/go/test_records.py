"""Records: what is written is read again, and what is no record is refused in one sentence."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import CnnvizError
from cnnviz.go.board import BLACK, SIDE, WHITE, Board, coordinate, point
from cnnviz.go.records import LIMIT, Record, read, write

SGF = b"(;GM[1]FF[4]SZ[19]PB[Kuro]PW[Shiro];B[pd];W[dp](;B[pp];W[dd])(;B[aa]))"


def test_the_main_line_of_a_file():
    record = read(SGF)
    assert [coordinate(where) for _, where in record.moves] == ["Q16", "D4", "Q4", "D16"]
    assert [colour for colour, _ in record.moves] == [BLACK, WHITE, BLACK, WHITE]
    assert record.title == "Kuro – Shiro"
    board = record.board(2)
    assert board.stones[point("Q16")] == BLACK
    assert board.stones[point("D4")] == WHITE
    assert sum(map(abs, board.stones)) == 2


def test_a_handicap_is_there_before_the_first_move_and_white_begins():
    record = read(b"(;GM[1]SZ[19]HA[2]AB[pd][dp];W[dd])")
    board = record.board(0)
    assert [board.stones[point(name)] for name in ("Q16", "D4")] == [BLACK, BLACK]
    assert board.to_move == WHITE
    assert record.board(1).stones[point("D16")] == WHITE
    assert read(b"(;GM[1]SZ[19]HA[2]AB[pd][dp])").board(0).to_move == WHITE


@given(st.lists(st.integers(0, SIDE * SIDE), max_size=60))
def test_a_written_record_is_read_again(wishes):
    board, moves = Board(), []
    for move in wishes:
        if move == SIDE * SIDE or board.legal()[move]:
            moves.append((board.to_move, move))
            board.play(move)
    record = Record(SIDE, (), (), tuple(moves))
    again = read(write(record))
    assert again == record
    assert again.board(len(moves)).stones == board.stones


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a record of Go in SGF"),
        (b"\x89PNG\r\n", "not a record of Go in SGF"),
        (b"(;GM[1]SZ[19];B[pd", "not a record of Go in SGF"),
        (b"(;GM[1]SZ[9];B[aa])", "9 x 9; the network reads 19 x 19"),
        (b"(;GM[1]SZ[19];B[pd];W[pd])", "Move 2 can't be played: Q16 is taken"),
        (b"(;GM[1]SZ[19];B[zz])", "in SGF: a move or a stone in it has no place on the board.$"),
        (b"(;GM[1]SZ[ab];B[pd])", "not a record of Go in SGF"),
        (b" " * (LIMIT + 1), "1,000,001 bytes; at most 1,000,000"),
    ],
)
def test_what_can_not_be_played_is_refused_in_one_sentence(data, words):
    with pytest.raises(CnnvizError, match=words) as caught:
        read(data)
    assert str(caught.value).count("\n") == 0


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda middle: b"(;GM[1]" + middle + b")"))
def test_no_bytes_raise_anything_else(data):
    with suppress(CnnvizError):
        read(data)
