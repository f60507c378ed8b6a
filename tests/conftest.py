"""How many cases Hypothesis tries: 50 a property, and 10,000 with HYPOTHESIS_PROFILE=nightly, which has no time limit.

A test that sets its own number keeps it. What takes a browser long is tried on `some` cases, and nightly on all.
"""

import os

# Before torch is imported, here and in every server that a test starts: a test has a core to itself at most, and
# threads that wait for each other on a shared one take ten times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "everyday")
NIGHTLY = PROFILE == "nightly"
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("everyday", max_examples=50, deadline=None, suppress_health_check=SLOW)
settings.register_profile("nightly", max_examples=10_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items):
    if NIGHTLY:
        for item in items:
            item.add_marker(pytest.mark.timeout(0))


def some(cases, every=3):
    """Return each `every`-th of the cases, the first among them; nightly all of them."""
    return [*cases][:: 1 if NIGHTLY else every]
