"""The processors that may be used, from the files of a machine and its containers as the kernel writes them."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.engine import processors
from cnnviz.engine.processors import available_processors


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a function that writes files below a root and returns the root; the process may use 16 processors."""
    monkeypatch.setattr(processors, "_affinity", lambda: 16)

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")
        return tmp_path

    return write


def test_without_limits_they_are_those_that_the_process_may_run_on(machine):
    assert available_processors(machine()) == 16
    root = machine(**{"proc/self/cgroup": "0::/", "sys/fs/cgroup/cpu.max": "max 100000"})
    assert available_processors(root) == 16


def test_this_process():
    assert 1 <= available_processors() <= len(os.sched_getaffinity(0))


@pytest.mark.parametrize(("limit", "found"), [("200000 100000", 2), ("150000 100000", 2), ("50000 100000", 1)])
def test_version_2_a_share_of_a_processor_counts_as_one(machine, limit, found):
    assert available_processors(machine(**{"proc/self/cgroup": "0::/", "sys/fs/cgroup/cpu.max": limit})) == found


def test_version_2_a_limit_further_out_holds_too(machine):
    root = machine(
        **{
            "proc/self/cgroup": "0::/pod/app",
            "sys/fs/cgroup/pod/app/cpu.max": "max 100000",
            "sys/fs/cgroup/pod/cpu.max": "300000 100000",
        }
    )
    assert available_processors(root) == 3


def test_version_1_where_processors_have_a_group_of_their_own(machine):
    folder = "sys/fs/cgroup/cpu/docker/1f"
    group = {"proc/self/cgroup": "4:cpu,cpuacct:/docker/1f\n3:memory:/docker/2e"}
    limited = {f"{folder}/cpu.cfs_quota_us": "400000", f"{folder}/cpu.cfs_period_us": "100000"}
    assert available_processors(machine(**group, **limited)) == 4
    assert available_processors(machine(**group, **limited | {f"{folder}/cpu.cfs_quota_us": "-1"})) == 16


@pytest.mark.parametrize("text", ["", "max", "100000", "a b", "100000 0", "-5 100000"])
def test_what_cannot_be_read_limits_nothing(machine, text):
    assert available_processors(machine(**{"sys/fs/cgroup/cpu.max": text})) == 16


@given(quota=st.integers(1, 10**8), period=st.integers(1000, 10**6))
def test_any_limit_is_enough_for_its_processor_time_and_none_too_many(quota, period):
    [found] = processors._limit(str(quota), str(period))
    assert (found - 1) * period < quota <= found * period
