"""How many bytes of results the engine in this process keeps: by default, by its argument and by the environment."""

from typing import Any

import pytest

from cnnviz.engine import Engine, local
from cnnviz.errors import CnnvizError


def test_many_distinct_requests_stay_within_the_bound(desk: Any, build: Any) -> None:
    engine: Engine = build(result_cache_mb=1)
    for number in range(300):
        assert engine.ask(desk.Probe(number, 25_000)).values[-1] == number
        assert engine.statistics().result_bytes <= 2**20 / 3 + 1
    assert engine.statistics().result_bytes > 2**20 / 4
    assert engine.statistics().computed == 300


def test_a_result_larger_than_the_cache_is_served_and_not_kept(desk: Any, build: Any) -> None:
    engine: Engine = build(result_cache_mb=0.01)
    for _ in range(2):
        assert engine.ask(desk.Probe(5, 10_000)).values.sum() == 50_000
    assert desk.ran == [5, 5]
    assert engine.statistics().result_bytes == 0


def test_the_environment_sets_the_bounds(desk: Any, build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_RESULT_CACHE_MB", "0.5")
    engine: Engine = build()
    for number in range(30):
        engine.ask(desk.Probe(number, 25_000))
    # Two thirds are for recorded runs.
    assert 2**16 < engine.statistics().result_bytes <= 2**19 / 3 + 1
    monkeypatch.setenv("CNNVIZ_RESULT_CACHE_MB", "lots")
    with pytest.raises(CnnvizError, match="'lots'"):
        build()


def test_the_defaults_follow_the_memory_that_is_left(desk: Any, build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "available_memory", lambda: 20 * 2**20)
    engine: Engine = build()
    for number in range(60):
        engine.ask(desk.Probe(number, 25_000))
    # A quarter of 20 MB, of which results have two fifths, and those that are no recorded runs a third of these.
    assert 2**19 < engine.statistics().result_bytes <= 2 / 3 * 2**20 + 1
