"""Rooms that several processes share, in a real Redis where there is one; and the same promises of this memory."""

import asyncio
import socket
import time
from functools import partial

import pytest

from cnnviz.server.rooms import room as rooms
from cnnviz.server.rooms.checks import Lesson, Question, RefusedError, Step
from cnnviz.server.rooms.hub import Hub
from cnnviz.server.rooms.limits import WINDOW, WRONG_EACH
from cnnviz.server.rooms.memory_store import LIFE, QUIET, ROOMS, MemoryStore, left
from cnnviz.server.rooms.office import Office
from cnnviz.server.rooms.room import Room

redis = pytest.importorskip("redis", reason="redis-py is not installed")

from cnnviz.server.rooms.redis_store import RedisStore  # noqa: E402

QUESTION = Question("?", ("a", "b"), 1, "Because.")


@pytest.fixture
def port(redis_port):
    return redis_port


@pytest.fixture(autouse=True)
def _empty(port):
    redis.Redis(port=port).flushall()


def store(port, told=lambda code: None):
    return RedisStore(f"redis://127.0.0.1:{port}", told, lambda: None)


def full():
    """Return a room with something of everything in it."""
    lesson = Lesson("Two", (Step("pooling"), Step("convolution", "b", "c", "d", 5, QUESTION)))
    room = rooms.join(rooms.take_lesson(Room("ABCDEF", "teacher", time.time()), lesson), "anna", "Anna")
    room = rooms.arrive(rooms.take_step(room, 1), "anna")
    room = rooms.close(rooms.answer(rooms.ask(room, QUESTION), "anna", 1, 1))
    return rooms.answer(rooms.ask(room, QUESTION), "anna", 2, 0)


def test_what_one_process_keeps_another_finds_whole(port):
    async def story():
        one, other = store(port), store(port)
        assert await one.add(full())
        assert not await other.add(full())
        found = await other.get("ABCDEF")
        await other.remove("ABCDEF")
        gone = await one.get("ABCDEF")
        await one.close(), await other.close()
        return found, gone

    found, gone = asyncio.run(story())
    assert found == Room(**{**vars(full()), "opened": found.opened})
    assert gone is None


def test_two_hundred_answers_by_way_of_four_processes_all_count(port):
    async def story():
        stores = [store(port) for _ in range(4)]
        await stores[0].add(Room("ABCDEF", "teacher", time.time()))

        async def come(number):
            one = stores[number % 4]
            await one.change("ABCDEF", partial(rooms.join, member=str(number), nickname=""))

        await asyncio.gather(*map(come, range(200)))
        await stores[0].change("ABCDEF", partial(rooms.ask, question=QUESTION))

        async def say(number):
            act = partial(rooms.answer, member=str(number), number=1, option=number % 2)
            await stores[number % 4].change("ABCDEF", act)

        began = time.perf_counter()
        await asyncio.gather(*map(say, range(200)))
        took = time.perf_counter() - began
        found = await stores[1].get("ABCDEF")
        for each in stores:
            await each.close()
        return found, took

    found, took = asyncio.run(story())
    assert (len(found.members), found.counts) == (200, (100, 100))
    assert took < 20


def test_a_page_of_one_process_hears_what_was_done_in_another(port):
    async def story():
        hubs = []

        def process():
            hub = Hub(lambda code: found.get(code))
            found = RedisStore(f"redis://127.0.0.1:{port}", hub.told, hub.missed)
            hubs.append(hub)
            return hub, found

        (hub, here), (_, there) = process(), process()
        await here.add(rooms.join(Room("ABCDEF", "teacher", time.time()), "anna", ""))
        stream = hub.stream("ABCDEF", "anna")
        first = await anext(stream)
        await asyncio.sleep(0.2)
        began = time.perf_counter()
        await there.change("ABCDEF", partial(rooms.go, place="pooling"))
        second = await asyncio.wait_for(anext(stream), 5)
        took = time.perf_counter() - began
        await there.remove("ABCDEF")
        third = await asyncio.wait_for(anext(stream), 5)
        await here.close(), await there.close()
        return first, second, third, took

    first, second, third, took = asyncio.run(story())
    assert b'"place":""' in first
    assert b'"place":"pooling"' in second
    assert third.startswith(b"event: over")
    assert took < 1


def test_a_room_outlives_the_process_that_opened_it_and_not_its_time(port):
    async def open_one():
        one = store(port)
        await one.add(Room("ABCDEF", "teacher", time.time()))
        await one.close()

    async def look():
        other = store(port)
        found = await other.change("ABCDEF", partial(rooms.go, place="pooling"))
        await other.close()
        return found

    asyncio.run(open_one())
    assert asyncio.run(look()).place == "pooling"
    inside = redis.Redis(port=port)
    assert QUIET - 60 < inside.ttl("cnnviz:room:ABCDEF") <= QUIET


def test_there_are_so_many_rooms_and_those_that_ended_count_no_more(port):
    async def story():
        now = 1000.0
        one = RedisStore(f"redis://127.0.0.1:{port}", lambda code: None, lambda: None, lambda: now)
        for number in range(ROOMS):
            assert await one.add(Room(f"{number:06d}", "teacher", now))
        with pytest.raises(RefusedError, match="rooms"):
            await one.add(Room("ABCDEF", "teacher", now))
        now += QUIET + 1
        assert await one.add(Room("ABCDEF", "teacher", now))
        await one.close()

    asyncio.run(story())


def test_wrong_codes_are_counted_whichever_process_they_come_to(port):
    # All in one window, whatever the time.
    now = time.time()

    async def story():
        stores = [
            RedisStore(f"redis://127.0.0.1:{port}", lambda code: None, lambda: None, lambda: now) for _ in range(2)
        ]
        offices = [Office(each) for each in stores]
        code = (await offices[0].open("192.0.2.1"))["code"]
        wrong = code[::-1] if code[::-1] != code else "ABCDEF"
        said = []
        for number in range(WRONG_EACH + 2):
            with pytest.raises(RefusedError) as refused:
                await offices[number % 2].join(wrong, "198.51.100.7", "")
            said.append(refused.value.name)
        # The right one neither, by either of them; from elsewhere it is.
        for office in offices:
            with pytest.raises(RefusedError, match="wait"):
                await office.join(code, "198.51.100.7", "")
            assert (await office.join(code, "198.51.100.8", ""))["code"] == code
        for each in stores:
            await each.close()
        return said

    assert asyncio.run(story()) == ["missing"] * WRONG_EACH + ["wait"] * 2
    inside = redis.Redis(port=port)
    (key,) = inside.scan_iter("cnnviz:room-wrong:*")
    assert 0 < inside.ttl(key) <= 2 * WINDOW
    assert b"198.51" not in b"".join(inside.hkeys(key))


def test_without_redis_it_is_away_and_says_so():
    async def story():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            nowhere = store(probe.getsockname()[1])
        for asked in (nowhere.get("ABCDEF"), nowhere.add(full()), nowhere.change("ABCDEF", rooms.close)):
            with pytest.raises(RefusedError, match="away"):
                await asked
        await nowhere.close()

    asyncio.run(story())


def test_a_room_in_memory_ends_after_a_quiet_time_and_after_a_day():
    async def story():
        now = 0.0
        one = MemoryStore(lambda code: None, lambda: now)
        await one.add(Room("ABCDEF", "teacher", now))
        while now + QUIET / 2 < LIFE:
            now += QUIET / 2
            await one.change("ABCDEF", rooms.close)
        now = LIFE - 1
        assert await one.get("ABCDEF")
        now = LIFE
        assert await one.get("ABCDEF") is None
        await one.add(Room("ABCDEF", "teacher", now))
        now += QUIET
        with pytest.raises(RefusedError, match="missing"):
            await one.change("ABCDEF", rooms.close)

    asyncio.run(story())
    assert left(Room("ABCDEF", "", 0.0), LIFE + 9) == 0
