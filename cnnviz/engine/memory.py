"""How much memory there still is: in a container what its limit leaves, and not what its host has."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from math import inf, nan
from pathlib import Path

from cnnviz.engine.control_groups import groups, path_of, text_of
from cnnviz.errors import CnnvizError

_ROOT = Path("/")
_UNKNOWN = 4 * 2**30
_MB = 2**20
CACHES = ("CNNVIZ_RESULT_CACHE_MB", "CNNVIZ_MODEL_CACHE_MB")
# https://man7.org/linux/man-pages/man3/mallopt.3.html; 32 MB is the most that a 64-bit glibc takes for the first.
_MALLOPT = {-3: 32 * _MB, -1: 128 * _MB, -8: 2}  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_ARENA_MAX


def keep_freed() -> None:
    """Have the C library keep up to 128 MB of what this process lets go of, for the next run of a network.

    As it comes, it gives a layer's output back to the system, which has to clear new pages for the next one: a third of
    the time of keeping all maps of MobileNetV2, a seventh of its bare forward. `malloc_trim` still gives all back.
    The threads of all sessions share two heaps: of sixteen, more is kept between what is in use.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # glibc's alone
            for parameter, nbytes in _MALLOPT.items():
                ctypes.CDLL(None).mallopt(parameter, nbytes)


def cache_limits(free: int, of_gpu: int | None = None) -> tuple[int, int]:
    """Return how many bytes of results and of models to keep where nothing else is asked for.

    Together a quarter of the `free` memory, at most 400 and 600 MB; models on a GPU take 40 % of its memory `of_gpu`.
    """
    quarter = free // 4
    models = min(600 * _MB, quarter * 3 // 5) if of_gpu is None else of_gpu * 2 // 5
    return min(400 * _MB, quarter * 2 // 5), models


def megabytes(variable: str) -> float | None:
    """Return the megabytes that an environment variable names, None where it is not set; raises CnnvizError."""
    text = os.environ.get(variable)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not 0 <= number < inf:
        raise CnnvizError(f"{variable} is a number of megabytes such as 512, not {text!r}.")
    return number


def available_memory(root: Path = _ROOT) -> int:
    """Return the bytes that this process may still take: the least of the host, cgroup v2 and cgroup v1.

    Each is its limit less what is in use; pages of files count as free, since the kernel gives them up. A control group
    within others has their limits too. `root` is where /proc and /sys lie. 4 GB where the system does not tell.
    """
    return max(0, min((*_host(root), *_version_2(root), *_version_1(root)), default=_UNKNOWN))


def _host(root: Path) -> Iterator[int]:
    available = _table(root / "proc" / "meminfo").get("MemAvailable:")
    if available is not None:
        yield available * 1024
    elif root == _ROOT:
        try:
            yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (AttributeError, ValueError, OSError):
            return


def _version_2(root: Path) -> Iterator[int]:
    """https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files"""
    for group in groups(root / "sys" / "fs" / "cgroup", path_of(root, "")):
        yield from _left(group, "memory.max", "memory.current", "inactive_file")


def _version_1(root: Path) -> Iterator[int]:
    """https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#interface-files"""
    for group in groups(root / "sys" / "fs" / "cgroup" / "memory", path_of(root, "memory")):
        yield from _left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _left(group: Path, limit: str, usage: str, files: str) -> Iterator[int]:
    # A group without a limit says "max", in version 1 a number of nearly 2^63.
    most, used = _number(group / limit), _number(group / usage)
    if most is not None and used is not None:
        yield most - used + _table(group / "memory.stat").get(files, 0)


def _table(path: Path) -> dict[str, int]:
    """Return the numbers of a file with a name and a number a line."""
    rows = (line.split() for line in text_of(path).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdecimal()}


def _number(path: Path) -> int | None:
    text = text_of(path).strip()
    return int(text) if text.isdecimal() else None
