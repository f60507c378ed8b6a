"""How often somebody may try a code, open a room or send a message: what no class reaches, and a script does."""

import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Protocol

WINDOW = 600.0  # seconds
# A whole class may share one address, and mistype.
WRONG_EACH, WRONG_ALL = 100, 5000
OPENED_EACH = 20
# Messages of one member: so many at once, and so many a second for long.
AT_ONCE, A_SECOND = 30, 10.0
_REMEMBERED = 20_000


class Tries(Protocol):
    """Counts of something by address, so many of which are taken in WINDOW, of one and of all together."""

    async def wait(self, address: str) -> int:
        """Return after how many minutes this address may try again, 0 for now."""

    async def note(self, address: str) -> None:
        """Count one."""


class MemoryTries:
    """Tries in this process: `each` of one address and `most` of all."""

    def __init__(self, each: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._each, self._most, self._clock = each, most, clock
        self._window, self._counts = 0, Counter[str]()

    async def wait(self, address: str) -> int:
        """Return after how many minutes this address may try again, 0 for now."""
        now = self._clock()
        if window(now) != self._window:
            self._window, self._counts = window(now), Counter()
        if self._counts[network(address)] < self._each and self._counts.total() < self._most:
            return 0
        return minutes_left(now)

    async def note(self, address: str) -> None:
        """Count one."""
        self._counts[network(address)] += 1


def window(now: float) -> int:
    """Return the number of the window that a time in seconds is in."""
    return int(now // WINDOW)


def minutes_left(now: float) -> int:
    """Return after how many minutes the next window begins, 1 at least."""
    return max(1, round((WINDOW - now % WINDOW) / 60))


class Pace:
    """Messages by sender: AT_ONCE, and A_SECOND from then on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._senders: dict[str, tuple[float, float]] = {}

    def takes(self, sender: str) -> bool:
        """Return whether a message of this sender is in time, and then count it."""
        now = self._clock()
        room, since = self._senders.get(sender, (float(AT_ONCE), now))
        room = min(float(AT_ONCE), room + (now - since) * A_SECOND)
        if len(self._senders) > _REMEMBERED:
            # Whoever was silent for so long that all is as at the start.
            full = AT_ONCE / A_SECOND
            self._senders = {each: kept for each, kept in self._senders.items() if now - kept[1] < full}
        self._senders[sender] = max(0.0, room - 1), now
        return room >= 1


def network(address: str) -> str:
    """Return what one household or machine has of addresses: of IPv6 the first 64 bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else f"{int(found) >> 64:x}"
    return str(found)
