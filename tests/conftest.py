"""By day 25 cases a property and `some` of what takes long; nightly all of it, and 10,000 cases without a time limit.

CNNVIZ_NIGHTLY=1 takes all that takes long, HYPOTHESIS_PROFILE=nightly the 10,000 cases too. A property that sets its
own number keeps it.
"""

import gc
import os
import random
import sys

# Before torch is imported, here and in every server that a test starts: a test has a core to itself at most, and
# threads that wait for each other on a shared one take ten times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

# What comes while tests are collected stays: searches for garbage in it were a quarter of that time.
gc.disable()

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "everyday")
NIGHTLY = PROFILE == "nightly" or os.environ.get("CNNVIZ_NIGHTLY") == "1"
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

# With CI=true the cases follow from the test alone, so that a commit has one verdict; else they are new each time.
CI = os.environ.get("CI") == "true"
settings.register_profile("everyday", max_examples=25, deadline=None, suppress_health_check=SLOW, derandomize=CI)
settings.register_profile("nightly", max_examples=10_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items):
    if PROFILE == "nightly":
        for item in items:
            item.add_marker(pytest.mark.timeout(0))


def pytest_collection_finish():
    gc.freeze()
    # As a server has it (cnnviz/engine/garbage.py): at Python's own thresholds searches took some percent.
    gc.set_threshold(10_000, 20, 50)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    # The same chance whichever tests this one's worker had before.
    random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(0)


def some(cases, every=3):
    """Return each `every`-th of the cases, the first among them; nightly all of them."""
    return [*cases][:: 1 if NIGHTLY else every]
