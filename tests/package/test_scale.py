"""The queue of bench/scale.py against queueing theory."""

import importlib.util
import random
from pathlib import Path
from statistics import fmean, median

import pytest


@pytest.fixture(scope="module")
def scale():
    path = Path(__file__).parents[2] / "bench" / "scale.py"
    spec = importlib.util.spec_from_file_location("scale_of_bench", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("spread", [0.05, 0.6, 1.0])
def test_a_great_crowd_waits_as_pollaczek_and_khinchine_say(scale, spread):
    people, load = 5_000, 0.7
    every = people * scale.SERVICE / load
    chance = random.Random(3)
    gap, service = scale.gamma(every, 1, chance), scale.gamma(scale.SERVICE, spread, chance)
    starts = [gap() for _ in range(people)]
    spent = [*scale.answers(people, [gap] * people, service, acts=150_000, warm=20_000, starts=starts)]
    waited = fmean(spent) - scale.SERVICE
    assert waited == pytest.approx(load * scale.SERVICE * (1 + spread**2) / (2 * (1 - load)), rel=0.1)


def test_a_lone_person_waits_for_nobody(scale):
    taken = scale.at_will(1, 2.0, 20_000)
    assert fmean(taken) == pytest.approx(scale.LATENCY + scale.SERVICE, rel=0.02)


def test_regular_people_never_wait_where_acts_take_the_same_time(scale):
    gaps, starts = [lambda: 2.0] * 60, [2 * person / 60 for person in range(60)]
    spent = [*scale.answers(60, gaps, lambda: 0.023, acts=600, warm=60, starts=starts)]
    assert spent == pytest.approx([0.023] * 600, abs=1e-9)


def test_the_benchmarks_own_crowd_gets_what_was_measured(scale):
    taken = scale.in_step(scale.PEOPLE, scale.EVERY, 20_000)
    assert median(taken) == pytest.approx(scale.MEDIAN, abs=0.005)
    assert scale.p95(taken) == pytest.approx(scale.P95, abs=0.005)


def test_people_who_never_rest_wait_as_little_says(scale):
    service = scale.gamma(scale.SERVICE, 0.6, random.Random(5))
    spent = [*scale.answers(50, [lambda: 0.0] * 50, service, acts=20_000, warm=1_000, starts=[0.0] * 50)]
    # The processor never rests either, so 50 people = 1 / SERVICE acts a second x the time from one act to the next.
    assert fmean(spent) + scale.LATENCY == pytest.approx(50 * scale.SERVICE, rel=0.02)
