"""The memory that is left, from the files of a machine and its containers, written here as the kernel writes them."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.engine.memory import available_memory, cache_limits

GB, MB = 2**30, 2**20
ROOT = Path(__file__).parents[2]
UNLIMITED_1 = 9223372036854771712  # 2^63 less a page


@pytest.fixture
def machine(tmp_path):
    """Return a function that writes files below a root, and the root; the host has 16 GB free of 64."""

    def write(**files):
        texts = {"proc/meminfo": f"MemTotal: {64 * MB} kB\nMemFree: 1000 kB\nMemAvailable: {16 * MB} kB\n", **files}
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")
        return tmp_path

    return write


def group_2(path: str, limit: object, used: int, files: int = 0) -> dict[str, str]:
    folder = Path("sys/fs/cgroup", path)
    stat = f"anon {used - files}\ninactive_file {files}\nactive_file 0"
    return {f"{folder}/memory.max": f"{limit}", f"{folder}/memory.current": f"{used}", f"{folder}/memory.stat": stat}


def group_1(path: str, limit: int, used: int, files: int = 0) -> dict[str, str]:
    folder = Path("sys/fs/cgroup/memory", path)
    stat = f"cache 5\ninactive_file 1\ntotal_inactive_file {files}"
    return {
        f"{folder}/memory.limit_in_bytes": f"{limit}",
        f"{folder}/memory.usage_in_bytes": f"{used}",
        f"{folder}/memory.stat": stat,
    }


def test_without_a_container_it_is_what_the_host_has_left(machine):
    assert available_memory(machine()) == 16 * GB


def test_version_2_inside_a_container_where_the_mount_is_its_own(machine):
    root = machine(**{"proc/self/cgroup": "0::/"}, **group_2("", 2 * GB, 500 * MB))
    assert available_memory(root) == 2 * GB - 500 * MB


def test_version_2_files_that_the_kernel_would_give_up_count_as_free(machine):
    root = machine(**{"proc/self/cgroup": "0::/"}, **group_2("", 2 * GB, 1500 * MB, files=1000 * MB))
    assert available_memory(root) == 2 * GB - 500 * MB


def test_version_2_a_limit_further_out_holds_too(machine):
    root = machine(
        **{"proc/self/cgroup": "0::/pod/app"},
        **group_2("pod/app", "max", 100 * MB),
        **group_2("pod", 3 * GB, 1 * GB),
        **group_2("", "max", 9 * GB),
    )
    assert available_memory(root) == 2 * GB


def test_version_2_without_a_limit_it_is_the_host(machine):
    root = machine(**{"proc/self/cgroup": "0::/user.slice"}, **group_2("user.slice", "max", 100 * MB))
    assert available_memory(root) == 16 * GB


def test_a_limit_above_the_host_tells_nothing(machine):
    root = machine(**{"proc/self/cgroup": "0::/"}, **group_2("", 200 * GB, 1 * GB))
    assert available_memory(root) == 16 * GB


def test_version_1_inside_a_container_whose_path_is_that_of_the_host(machine):
    lines = "12:cpu,cpuacct:/docker/4f\n7:memory:/docker/4f\n0::/system.slice"
    root = machine(**{"proc/self/cgroup": lines}, **group_1("", 1 * GB, 300 * MB, files=44 * MB))
    assert available_memory(root) == 1 * GB - 256 * MB


def test_version_1_unlimited_groups_around_a_limited_one(machine):
    root = machine(
        **{"proc/self/cgroup": "7:memory:/docker/4f"},
        **group_1("docker/4f", 512 * MB, 100 * MB),
        **group_1("docker", UNLIMITED_1, 2 * GB),
        **group_1("", UNLIMITED_1, 20 * GB),
    )
    assert available_memory(root) == 412 * MB


def test_a_full_container_has_nothing_left(machine):
    root = machine(**{"proc/self/cgroup": "0::/"}, **group_2("", 1 * GB, 1 * GB + 4096))
    assert available_memory(root) == 0


def test_four_gigabytes_where_the_system_does_not_tell(tmp_path):
    assert available_memory(tmp_path) == 4 * GB


def test_this_machine_has_some():
    assert 100 * MB < available_memory() < 2**50


@given(free=st.integers(0, 2**45))
def test_caches_take_a_quarter_and_never_more_than_a_gigabyte_together(free):
    results, models = cache_limits(free)
    assert results + models <= min(free / 4, GB)
    assert results <= 400 * MB
    assert models <= 600 * MB


def test_the_limits_by_hand():
    assert cache_limits(64 * GB) == (400 * MB, 600 * MB)
    assert cache_limits(1000 * MB) == (100 * MB, 150 * MB)
    assert cache_limits(64 * GB, of_gpu=10 * GB) == (400 * MB, 4 * GB)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc")
def test_memory_that_was_let_go_of_is_there_for_the_next_run() -> None:
    # In a process of its own, for this is never undone.
    lines = """
import resource, sys
from cnnviz.engine.memory import keep_freed
if sys.argv[1] == "kept":
    keep_freed()
def run():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    maps = [bytearray(3 * 2**20) for _ in range(10)]
    for each in maps:
        each[::4096] = bytes(len(each[::4096]))
    del maps, each
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(*(run() for _ in range(3)))
"""
    new = {}
    for how in ("as it comes", "kept"):
        done = subprocess.run([sys.executable, "-c", lines, how], capture_output=True, text=True, check=True, cwd=ROOT)
        new[how] = [int(pages) for pages in done.stdout.split()]
    assert new["as it comes"][-1] > 3_000
    assert new["kept"][0] > 7_000
    assert new["kept"][-1] < 500
