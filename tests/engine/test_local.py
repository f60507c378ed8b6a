"""The queue of the engine in this process, with requests that the test holds in its hand."""

import logging
import threading
import time
from typing import Any

import pytest

from cnnviz.engine import Dropped, Engine
from cnnviz.engine.local import LocalEngine
from cnnviz.errors import CnnvizError, ShapeError


@pytest.mark.interface
def test_identical_requests_in_flight_are_computed_once(desk: Any, build: Any) -> None:
    engine: Engine = build()
    desk.hold(engine)
    tickets = [engine.submit(desk.Probe(7), session=f"s{number}") for number in range(20)]
    desk.gate.set()
    results = [ticket.result(10) for ticket in tickets]
    assert desk.ran == [-1, 7]
    assert all(result is results[0] for result in results)
    assert engine.statistics().joined == 19


@pytest.mark.interface
def test_a_cancellation_by_one_leaves_the_others_theirs(desk: Any, build: Any) -> None:
    engine: Engine = build()
    desk.hold(engine)
    first = engine.submit(desk.Probe(7), session="a")
    second = engine.submit(desk.Probe(7), session="b")
    assert first.cancel()
    desk.gate.set()
    assert second.result(10).values[0] == 7
    with pytest.raises(Dropped):
        first.result(0)


@pytest.mark.interface
def test_what_everybody_cancelled_is_not_computed(desk: Any, build: Any) -> None:
    engine: Engine = build()
    desk.hold(engine)
    tickets = [engine.submit(desk.Probe(7), session=name) for name in "ab"]
    assert all(ticket.cancel() for ticket in tickets)
    desk.gate.set()
    assert engine.ask(desk.Probe(8)).values[0] == 8
    assert desk.ran == [-1, 8]


@pytest.mark.interface
def test_asked_again_after_all_had_cancelled_it_is_computed(desk: Any, build: Any) -> None:
    engine: Engine = build()
    desk.hold(engine)
    engine.submit(desk.Probe(7)).cancel()
    again = engine.submit(desk.Probe(7))
    desk.gate.set()
    assert again.result(10).values[0] == 7


@pytest.mark.interface
def test_a_dropped_session_is_not_served_and_the_others_are(desk: Any, build: Any) -> None:
    engine: Engine = build()
    held = desk.hold(engine)
    gone = [engine.submit(desk.Probe(number), session="gone") for number in range(10)]
    stays = engine.submit(desk.Probe(3), session="stays")
    engine.drop("gone")
    desk.gate.set()
    assert stays.result(10).values[0] == 3
    assert held.result(10).values[0] == -1
    assert desk.ran == [-1, 3]
    for ticket in gone:
        with pytest.raises(Dropped):
            ticket.result(0)
    assert engine.statistics().dropped == 10
    assert engine.statistics().waiting == 0


@pytest.mark.interface
def test_a_newer_request_supersedes_those_of_its_kind_and_session_only(desk: Any, build: Any) -> None:
    engine: Engine = build()
    desk.hold(engine)
    old = [engine.submit(desk.Probe(number), session="mine") for number in range(5)]
    other_kind = engine.submit(desk.OtherProbe(20), session="mine")
    other_session = engine.submit(desk.Probe(30), session="theirs")
    new = engine.submit(desk.Probe(9), session="mine", supersedes=True)
    desk.gate.set()
    assert [ticket.result(10).values[0] for ticket in (other_kind, other_session, new)] == [20, 30, 9]
    assert sorted(desk.ran) == [-1, 9, 20, 30]
    assert all(ticket.done() for ticket in old)


@pytest.mark.interface
def test_a_backlog_of_one_session_does_not_hold_up_another(desk: Any, build: Any) -> None:
    engine: Engine = build()
    desk.hold(engine)
    backlog = [engine.submit(desk.Probe(number), session="busy") for number in range(50)]
    quick = engine.submit(desk.Probe(99), session="quick")
    desk.gate.set()
    quick.result(10)
    assert desk.ran.index(99) <= 2
    assert [ticket.result(10).values[0] for ticket in backlog] == list(range(50))


@pytest.mark.interface
def test_who_joins_is_served_at_the_earlier_turn(desk: Any, build: Any) -> None:
    engine: Engine = build()
    desk.hold(engine)
    backlog = [engine.submit(desk.Probe(number), session="busy") for number in range(50)]
    quick = engine.submit(desk.Probe(49), session="quick")
    desk.gate.set()
    assert quick.result(10) is backlog[49].result(10)
    backlog[48].result(10)
    assert desk.ran.index(49) <= 2
    assert sorted(desk.ran) == list(range(-1, 50))


@pytest.mark.interface
def test_a_known_error_reaches_every_waiter_as_it_is(desk: Any, build: Any) -> None:
    def fail(run: Any) -> None:
        raise ShapeError("A kernel of 7 does not fit into 5 pixels.")

    desk.acts[7] = fail
    engine: Engine = build()
    desk.hold(engine)
    tickets = [engine.submit(desk.Probe(7), session=name) for name in "ab"]
    desk.gate.set()
    for ticket in tickets:
        with pytest.raises(ShapeError, match="A kernel of 7 does not fit into 5 pixels"):
            ticket.result(10)


@pytest.mark.parametrize("error", [ValueError("secret"), SystemExit(3), KeyboardInterrupt(), RecursionError()])
def test_an_unknown_error_is_logged_and_told_in_one_sentence(
    desk: Any, build: Any, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    def fail(run: Any) -> None:
        raise error

    desk.acts[7] = fail
    engine: Engine = build()
    with caplog.at_level(logging.ERROR), pytest.raises(CnnvizError, match=r"^Something went wrong") as told:
        engine.ask(desk.Probe(7))
    assert "secret" not in str(told.value)
    assert "Traceback" in caplog.text
    assert type(error).__name__ in caplog.text
    assert engine.ask(desk.Probe(8)).values[0] == 8


@pytest.mark.interface
def test_a_failed_request_is_tried_again_when_asked_again(desk: Any, build: Any) -> None:
    def fail_once(run: Any) -> None:
        del desk.acts[7]
        raise ShapeError("Once.")

    desk.acts[7] = fail_once
    engine: Engine = build()
    with pytest.raises(ShapeError):
        engine.ask(desk.Probe(7))
    assert engine.ask(desk.Probe(7)).values[0] == 7


@pytest.mark.interface
def test_a_callback_that_raises_or_asks_for_more_leaves_the_worker_alive(desk: Any, build: Any) -> None:
    engine: Any = build()
    desk.hold(engine)
    more: list[Any] = []

    def callback(ticket: Any) -> None:
        more.append(engine.submit(desk.Probe(8)))
        raise ValueError("from the callback")

    engine.submit(desk.Probe(7)).add_done_callback(callback)
    cancelled = engine.submit(desk.Probe(6))
    cancelled.add_done_callback(callback)
    cancelled.cancel()
    desk.gate.set()
    assert engine.ask(desk.Probe(9)).values[0] == 9
    assert [ticket.result(10).values[0] for ticket in more] == [8, 8]


@pytest.mark.interface
def test_ask_gives_up_after_its_time_with_a_sentence(desk: Any, build: Any) -> None:
    engine: Engine = build()
    desk.hold(engine)
    with pytest.raises(CnnvizError, match=r"no answer within 0\.05 s"):
        engine.ask(desk.Probe(7), timeout=0.05)
    desk.gate.set()
    assert engine.ask(desk.Probe(8)).values[0] == 8
    assert 7 not in desk.ran


@pytest.mark.interface
def test_a_cached_result_is_answered_while_the_worker_is_busy(desk: Any, build: Any) -> None:
    engine: Engine = build()
    first = engine.ask(desk.Probe(7))
    desk.hold(engine)
    assert engine.ask(desk.Probe(7), timeout=5) is first
    assert engine.statistics().hits == 1
    desk.gate.set()


@pytest.mark.interface
def test_results_are_read_only(desk: Any, build: Any) -> None:
    with pytest.raises(ValueError, match="read-only"):
        build().ask(desk.Probe(7)).values[0] = 1


@pytest.mark.interface
def test_a_worker_that_is_free_answers_and_one_that_is_held_does_not(desk: Any, build: Any) -> None:
    engine: LocalEngine = build()
    assert engine.answers(10)
    held = desk.hold(engine)
    assert [engine.answers(0.02) for _ in range(30)] == [False] * 30
    assert engine.statistics().waiting == 2  # what is held, and one question, however often it is asked
    desk.gate.set()
    held.result(10)
    assert engine.answers(10)
    assert engine.statistics().computed == 1


@pytest.mark.interface
def test_the_worker_answers_before_it_takes_what_waits(desk: Any, build: Any) -> None:
    engine: LocalEngine = build()
    desk.hold(engine)
    waiting = [engine.submit(desk.Probe(number), session=str(number)) for number in range(20)]
    answer = threading.Thread(target=lambda: seen.append((engine.answers(20), len(desk.ran))))
    seen: list[tuple[bool, int]] = []
    answer.start()
    while engine.statistics().waiting < 22:
        time.sleep(0.001)
    # The first four take two seconds, in which the answer is heard on a machine however busy.
    desk.acts = dict.fromkeys(range(4), lambda run: time.sleep(0.5))
    desk.gate.set()
    answer.join(20)
    [ticket.result(20) for ticket in waiting]
    assert seen[0][0]
    assert seen[0][1] <= 3


@pytest.mark.interface
def test_an_engine_that_is_closed_does_not_answer(build: Any) -> None:
    engine: LocalEngine = build()
    engine.close()
    assert not engine.answers(1)


def test_an_error_inside_the_program_has_a_number_that_stands_in_the_log(
    desk: Any, build: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def act(run: Any) -> None:
        raise ZeroDivisionError("secret")

    desk.acts[7] = act
    with pytest.raises(CnnvizError, match=r"as error \d{8}\.$") as raised:
        build().ask(desk.Probe(7))
    number = str(raised.value).split()[-1].rstrip(".")
    assert "secret" not in str(raised.value)
    assert [record.getMessage() for record in caplog.records] == [f"Error {number}: Probe failed"]


def test_closing_drops_what_waits_and_refuses_what_comes(desk: Any, build: Any) -> None:
    engine: LocalEngine = build()
    held = desk.hold(engine)
    waiting = engine.submit(desk.Probe(7))
    closing = threading.Thread(target=engine.close)
    closing.start()
    with pytest.raises(Dropped):
        waiting.result(10)
    desk.gate.set()
    assert held.result(10).values[0] == -1
    closing.join(10)
    assert not engine._worker.is_alive()
    with pytest.raises(Dropped):
        engine.ask(desk.Probe(8))


@pytest.mark.interface
def test_what_is_no_request_is_refused_on_the_spot(build: Any) -> None:
    with pytest.raises(TypeError, match="str has no row"):
        build().submit("maps")
