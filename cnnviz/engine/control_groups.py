"""Where a container's limits stand: the files of this process's control groups, of version 2 and of version 1."""

from collections.abc import Iterator
from pathlib import Path


def path_of(root: Path, controller: str) -> str:
    """Return this process's control group from /proc/self/cgroup, whose lines are number:controllers:path.

    `controller` is "" in version 2.
    """
    for line in text_of(root / "proc" / "self" / "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path
    return "/"


def groups(mount: Path, path: str) -> Iterator[Path]:
    """Yield the group and those around it, up to the mount, which inside a container is the container's own."""
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for count in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:count])


def text_of(path: Path) -> str:
    """Return a file's text, "" where it can't be read."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
