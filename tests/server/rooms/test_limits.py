"""Limits: a script reaches them, a class does not, and nobody reaches them for somebody else."""

import asyncio

from cnnviz.server.rooms.codes import LENGTH, LETTERS, is_code, new_code
from cnnviz.server.rooms.limits import A_SECOND, AT_ONCE, WINDOW, MemoryTries, Pace, network


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def waits(tries, address):
    return asyncio.run(tries.wait(address))


def test_an_address_that_tried_too_often_waits_and_others_do_not():
    clock = Clock()
    tries = MemoryTries(3, 100, clock)
    for _ in range(3):
        assert waits(tries, "10.0.0.1") == 0
        asyncio.run(tries.note("10.0.0.1"))
    assert waits(tries, "10.0.0.1") == WINDOW / 60
    assert waits(tries, "10.0.0.2") == 0
    clock.now = WINDOW
    assert waits(tries, "10.0.0.1") == 0


def test_all_addresses_together_are_held_to_a_number():
    tries = MemoryTries(3, 100, Clock())
    for number in range(100):
        asyncio.run(tries.note(f"10.0.{number}.1"))
    assert waits(tries, "10.9.9.9") > 0


def test_one_machine_is_not_many_by_its_ipv6_addresses():
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::1")
    assert network("::ffff:10.0.0.1") == network("10.0.0.1")
    assert network("testclient") == "testclient"


def test_messages_come_at_once_and_then_at_a_pace():
    clock = Clock()
    pace = Pace(clock)
    assert [pace.takes("a") for _ in range(AT_ONCE + 5)] == [True] * AT_ONCE + [False] * 5
    assert pace.takes("b")
    clock.now += 1.0
    assert sum(pace.takes("a") for _ in range(100)) == A_SECOND


def test_codes_are_of_letters_that_are_read_as_themselves():
    codes = [new_code() for _ in range(2000)]
    assert all(is_code(code) for code in codes)
    assert len(set(codes)) > 1990
    # All letters come about equally often: 2,000 codes have 12,000 letters, some 522 of each.
    counts = [sum(code.count(letter) for code in codes) for letter in LETTERS]
    assert min(counts) > 400
    assert max(counts) < 650
    assert len(LETTERS) ** LENGTH > 10**8
    assert not {*"ILO01"} & {*LETTERS}
