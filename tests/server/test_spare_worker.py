"""How workers are looked after: those that end, and the spare one that takes a place."""

import sys
import time

from cnnviz.server import proxy, workers


def test_one_that_keeps_ending_is_started_again_after_longer_and_longer_pauses():
    program = workers._Program("Worker 7", lambda: workers._run_apart([sys.executable, "-c", "raise SystemExit(3)"]))
    program.start()
    now, pauses = program.started, []
    for _ in range(9):
        program.process.wait(timeout=30)
        program.look_after(now := now + 1)
        pauses.append(program.due - now)
        program.look_after(program.due - 0.01)
        assert program.process is None
        program.look_after(now := program.due)
        program.started = now
    assert pauses == [0, 2, 4, 8, 16, 30, 30, 30, 30]
    program.process.wait(timeout=30)
    # One that lived for long is started at once.
    program.look_after(now + 100)
    assert program.due == now + 100


def sleeper(name):
    """A program that runs until it is killed."""
    return workers._Program(name, lambda: workers._run_apart([sys.executable, "-c", "import time; time.sleep(60)"]))


def test_the_spare_one_takes_a_place_once_it_can_serve_and_the_one_that_ended_is_the_next_spare(monkeypatch):
    crew = workers._Crew([sleeper(f"Worker {number}") for number in (1, 2, 3)], 2, "orders")
    ready, told = [], []
    monkeypatch.setattr(workers, "_status", lambda port: 200 if ready else 503)
    monkeypatch.setattr(proxy, "stand_in", lambda *order: told.append(order) or True)
    now = time.monotonic()

    def end(number):
        crew.workers[number].process.kill()
        crew.workers[number].process.wait(timeout=30)

    crew.look_after(now)
    first, second, third = (each.process for each in crew.workers)
    assert None not in (first, second, third)
    end(0)
    for _ in range(2):
        crew.look_after(now := now + 1)
    # The spare one was not ready: the one that ended is started again.
    assert (crew.spare, told, crew.workers[0].process not in (None, first)) == (2, [], True)
    ready.append(1)
    crew.look_after(now := now + 1)
    end(1)
    crew.look_after(now := now + 1)
    assert (crew.spare, told) == (1, [("orders", 3, 2)])
    assert crew.workers[2].process is third
    crew.look_after(now + workers._CALM - 0.1)
    assert crew.workers[1].process is None
    crew.look_after(now := now + workers._CALM)
    assert crew.workers[1].process not in (None, second)
    # A spare one that ends is started again, and nobody takes its place.
    end(1)
    for _ in range(2):
        crew.look_after(now := now + 100)
    assert (crew.spare, len(told), crew.workers[1].process is not None) == (1, 1, True)
    for number in range(3):
        end(number)
