"""Turns between sessions."""

import itertools
import threading

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.engine import fairness
from cnnviz.engine.fairness import FairQueue


def test_a_long_line_does_not_hold_up_another_session() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(4):
        queue.put("a", f"a{number}")
    queue.put("b", "b0")
    queue.put("c", "c0")
    queue.put("b", "b1")
    assert [queue.take() for _ in range(7)] == ["a0", "b0", "c0", "a1", "b1", "a2", "a3"]


@given(sessions=st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_order_within_a_session_and_at_most_one_turn_of_every_other_in_between(sessions: list[int]) -> None:
    queue: FairQueue[tuple[int, int]] = FairQueue()
    for number, session in enumerate(sessions):
        queue.put(session, (session, number))
    served = [queue.take() for _ in sessions]
    for session in set(sessions):
        mine = [number for taken, number in served if taken == session]
        assert mine == sorted(mine)
        places = [place for place, (taken, _) in enumerate(served) if taken == session]
        gaps = [later - earlier for earlier, later in itertools.pairwise(places)]
        assert all(gap <= len(set(sessions)) for gap in [places[0] + 1, *gaps])


@given(sessions=st.lists(st.integers(0, 4), max_size=20))
def test_a_place_is_the_number_of_others_who_are_served_before(sessions: list[int]) -> None:
    queue: FairQueue[int] = FairQueue()
    for session in sessions:
        queue.put(session, session)
    ahead = {session: queue.ahead(session) for session in range(5)}
    served = [queue.take() for _ in sessions]
    assert ahead == {session: served.index(session) if session in served else None for session in range(5)}


@given(items=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=20))
def test_what_can_wait_comes_last_and_in_turns_of_its_own(items: list[tuple[int, bool]]) -> None:
    queue: FairQueue[tuple[int, bool]] = FairQueue()
    for session, can_wait in items:
        queue.put(session, (session, can_wait), can_wait=can_wait)
    served = [queue.take() for _ in items]
    assert [can_wait for _, can_wait in served] == sorted(can_wait for _, can_wait in items)
    for lane in (False, True):
        alone: FairQueue[tuple[int, bool]] = FairQueue()
        for session, can_wait in items:
            if can_wait == lane:
                alone.put(session, (session, can_wait))
        of_lane = [item for item in served if item[1] == lane]
        assert of_lane == [alone.take() for _ in of_lane]


def test_what_can_wait_has_its_turns_while_others_keep_coming(monkeypatch) -> None:
    now = 100.0
    monkeypatch.setattr(fairness.time, "monotonic", lambda: now)
    queue: FairQueue[str] = FairQueue()
    for number in range(40):
        queue.put(number, "now")
    for number in range(3):
        queue.put(number, "later", can_wait=True)
    served = []
    for _ in range(43):
        served.append(queue.take())
        now += fairness.PATIENCE / 10
    assert [place for place, item in enumerate(served) if item == "later"] == [10, 21, 32]


def test_a_closed_queue_sends_waiting_takers_home() -> None:
    queue: FairQueue[int] = FairQueue()
    taken: list[int | None] = [0]
    thread = threading.Thread(target=lambda: taken.append(queue.take()))
    thread.start()
    queue.close()
    thread.join(10)
    assert not thread.is_alive()
    assert taken == [0, None]
