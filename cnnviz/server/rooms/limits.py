"""How often somebody may try a code, open a room or send a message: what no class reaches, and a script does."""

import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

WINDOW = 600.0  # seconds
# A whole class may share one address, and mistype.
WRONG_EACH, WRONG_ALL = 100, 5000
OPENED_EACH = 20
# Messages of one member: so many at once, and so many a second for long.
AT_ONCE, A_SECOND = 30, 10.0
_REMEMBERED = 20_000


class Tries:
    """Counts of something by address, `each` and `all` of which are taken in WINDOW."""

    def __init__(self, each: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._each, self._most, self._clock = each, most, clock
        self._window, self._counts = 0, Counter[str]()

    def wait(self, address: str) -> int:
        """Return after how many minutes this address may try again, 0 for now."""
        now = self._clock()
        if int(now // WINDOW) != self._window:
            self._window, self._counts = int(now // WINDOW), Counter()
        if self._counts[network(address)] < self._each and self._counts.total() < self._most:
            return 0
        return max(1, round(((self._window + 1) * WINDOW - now) / 60))

    def note(self, address: str) -> None:
        """Count one."""
        self._counts[network(address)] += 1


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
