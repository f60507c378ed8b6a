"""How many processors this process may use: in a container as many as its limit says, and not as its host has."""

import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path

from cnnviz.engine.control_groups import groups, path_of, text_of

_ROOT = Path("/")


def available_processors(root: Path = _ROOT) -> int:
    """Return the processors that this process may keep busy, at least 1: the least of its affinity and its limits.

    A control group's limit is processor time in a while, in version 2 cpu.max, such as "150000 100000" for one and a
    half processors, which count as two. A control group within others has their limits too. `root` is where /proc and
    /sys lie.
    """
    return max(1, min((_affinity(), *_version_2(root), *_version_1(root))))


def _affinity() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version_2(root: Path) -> Iterator[int]:
    """https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files"""
    for group in groups(root / "sys" / "fs" / "cgroup", path_of(root, "")):
        yield from _limit(*text_of(group / "cpu.max").split())


def _version_1(root: Path) -> Iterator[int]:
    """https://docs.kernel.org/scheduler/sched-bwc.html"""
    for group in groups(root / "sys" / "fs" / "cgroup" / "cpu", path_of(root, "cpu")):
        yield from _limit(*(text_of(group / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")))


def _limit(*words: str) -> Iterator[int]:
    # A group without a limit says "max", in version 1 -1.
    if len(words) == 2 and all(word.isdecimal() for word in words) and int(words[1]):
        yield ceil(int(words[0]) / int(words[1]))
