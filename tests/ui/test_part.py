"""The pause in which the browser paints a stage."""

from types import SimpleNamespace

import pytest

from cnnviz.ui import part


class MovedOnError(Exception):
    """What Streamlit ends a run with."""


def test_a_pause_ends_when_the_person_has_moved_on(monkeypatch):
    looks = []

    def look():
        looks.append(1)
        if len(looks) == 2:
            raise MovedOnError

    context = SimpleNamespace(fragment_ids_this_run=["a"], yield_check=look)
    monkeypatch.setattr(part, "get_script_run_ctx", lambda suppress_warning: context)
    monkeypatch.setattr(part, "_PAINT", 60.0)
    with pytest.raises(MovedOnError):
        part.let_paint()


def test_there_is_no_pause_where_the_whole_page_runs(monkeypatch):
    context = SimpleNamespace(fragment_ids_this_run=None)
    monkeypatch.setattr(part, "get_script_run_ctx", lambda suppress_warning: context)
    monkeypatch.setattr(part, "time", None)
    part.let_paint()
