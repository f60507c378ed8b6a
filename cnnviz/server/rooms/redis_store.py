"""Rooms in Redis, where several processes serve: each act is one transaction, and is told to all processes.

A room is one text under its code, which Redis forgets by itself. It outlives a process, and Redis only where that keeps
its data. The counts of wrong codes are there too.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis import RedisError, WatchError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from cnnviz.server.rooms.checks import RefusedError
from cnnviz.server.rooms.codes import digest
from cnnviz.server.rooms.limits import WINDOW, Tries, minutes_left, network, window
from cnnviz.server.rooms.memory_store import LIFE, ROOMS, Act, Told, left
from cnnviz.server.rooms.room import Room
from cnnviz.server.rooms.views import from_json, to_json

_NEWS = "cnnviz:room-news"
_OPEN = "cnnviz:rooms"  # codes, by when they end
_ALL = "all"
_PATIENCE = 2.0  # seconds for an answer
_TRIES = 50  # of an act that other processes' acts come before
_PAUSE = 1.0  # seconds until Redis is asked again for news


class RedisStore:
    """A store in the Redis at an `address`; raises ValueError for what is no address."""

    def __init__(self, address: str, told: Told, missed: Callable[[], None], clock: Callable[[], float] = time.time):
        self._told, self._missed, self._clock = told, missed, clock
        self._redis = Redis.from_url(
            address,
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        # Acts of this process wait for each other, so that only those of others can come between.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._hearing: asyncio.Task[None] | None = None

    async def get(self, code: str) -> Room | None:
        """Return a room, None where there is none any more."""
        self._hear()
        async with _reached():
            text = await self._redis.get(_key(code))
        return from_json(text) if text else None

    async def add(self, room: Room) -> bool:
        """Keep a new room; return False where its code is taken. Raise RefusedError where there are ROOMS already."""
        now = self._clock()
        async with _reached():
            await self._redis.zremrangebyscore(_OPEN, 0, now)
            if await self._redis.zcard(_OPEN) >= ROOMS:
                raise RefusedError("rooms", most=ROOMS)
            if not await self._redis.set(_key(room.code), to_json(room), nx=True, ex=round(left(room, now))):
                return False
            await self._redis.zadd(_OPEN, {room.code: now + left(room, now)})
            # Where all rooms end unasked, so does the list.
            await self._redis.expire(_OPEN, round(LIFE))
        return True

    async def change(self, code: str, act: Act) -> Room:
        """Do an act on a room and return what it is then."""
        self._hear()
        async with self._turns[code], _reached():
            for _ in range(_TRIES):
                try:
                    return await self._try(code, act)
                except WatchError:
                    continue
        raise RefusedError("away")

    async def remove(self, code: str) -> None:
        """Let a room go, with all that is known of it."""
        async with _reached():
            await self._redis.delete(_key(code))
            await self._redis.zrem(_OPEN, code)
            await self._redis.publish(_NEWS, code)
        self._turns.pop(code, None)

    def tries(self, what: str, each: int, most: int) -> Tries:
        """Return counts of something by all processes together."""
        return RedisTries(self._redis, what, each, most, self._clock)

    async def close(self) -> None:
        """Hear of no news any more."""
        if self._hearing is not None:
            self._hearing.cancel()
        await self._redis.aclose()

    async def _try(self, code: str, act: Act) -> Room:
        async with self._redis.pipeline() as steps:
            await steps.watch(_key(code))
            text = await steps.get(_key(code))
            if not text:
                self._turns.pop(code, None)
                raise RefusedError("missing")
            before, now = from_json(text), self._clock()
            room = act(before)
            steps.multi()
            steps.set(_key(code), to_json(room), ex=max(1, round(left(room, now))))
            steps.zadd(_OPEN, {code: now + left(room, now)})
            steps.publish(_NEWS, code)
            await steps.execute()
        return room

    def _hear(self) -> None:
        """Begin to hear what the processes did, in the event loop that asks."""
        if self._hearing is None or self._hearing.done():
            self._hearing = asyncio.create_task(self._hear_news())

    async def _hear_news(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as heard:
                    await heard.subscribe(_NEWS)
                    # What was done before, while nobody listened.
                    self._missed()
                    while True:
                        message = await heard.get_message(ignore_subscribe_messages=True, timeout=_PATIENCE / 2)
                        if message is not None:
                            self._told(message["data"].decode())
            except RedisError:
                await asyncio.sleep(_PAUSE)


class RedisTries:
    """Tries in Redis, which counts them for all processes: `each` of one address and `most` of all, per window."""

    def __init__(self, redis: Redis, what: str, each: int, most: int, clock: Callable[[], float]) -> None:
        self._redis, self._what, self._each, self._most, self._clock = redis, what, each, most, clock

    async def wait(self, address: str) -> int:
        """Return after how many minutes this address may try again, 0 for now."""
        now = self._clock()
        async with _reached():
            of_one, of_all = await self._redis.hmget(self._key(now), [_known(address), _ALL])
        return 0 if int(of_one or 0) < self._each and int(of_all or 0) < self._most else minutes_left(now)

    async def note(self, address: str) -> None:
        """Count one."""
        key = self._key(self._clock())
        async with _reached(), self._redis.pipeline() as steps:
            steps.hincrby(key, _known(address))
            steps.hincrby(key, _ALL)
            steps.expire(key, round(2 * WINDOW))
            await steps.execute()

    def _key(self, now: float) -> str:
        return f"cnnviz:room-{self._what}:{window(now)}"


def _known(address: str) -> str:
    """Return what is kept of an address: nobody reads it off by chance."""
    return digest(network(address))


@asynccontextmanager
async def _reached() -> AsyncIterator[None]:
    try:
        yield
    except WatchError:
        raise
    except RedisError:
        raise RefusedError("away") from None


def _key(code: str) -> str:
    return f"cnnviz:room:{code}"
