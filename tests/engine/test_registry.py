"""The table of requests: what is asked in requests/NAME.py is computed in compute/NAME.py, once, and well typed."""

import importlib
import pkgutil
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from cnnviz.engine import compute, registry, requests
from cnnviz.engine.requests import Pool, Request


def names_in(package: Any) -> set[str]:
    return {module.name for module in pkgutil.iter_modules(package.__path__)}


def kinds() -> Iterator[type]:
    """Every request that is defined, found without the registry."""
    for name in sorted(names_in(requests)):
        module = importlib.import_module(f"cnnviz.engine.requests.{name}")
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, Request) and found.__module__ == module.__name__:
                yield found


KINDS = [kind for kind in kinds() if kind is not Request]


def test_every_folder_has_the_same_names() -> None:
    assert names_in(requests) - {"values"} == names_in(compute)


def test_every_request_and_nothing_else_is_computed() -> None:
    assert set(KINDS) == set(registry.ROWS)
    assert len(KINDS) > 40


def test_the_face_of_the_requests_has_them_all() -> None:
    assert {kind.__name__: kind for kind in KINDS}.items() <= vars(requests).items()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_request_is_computed_in_the_module_of_the_same_name(kind: type) -> None:
    function = registry.ROWS[kind].compute
    assert function.__module__.rpartition(".")[::2] == ("cnnviz.engine.compute", kind.__module__.rpartition(".")[2])
    assert [row.compute for row in registry.ROWS.values()].count(function) == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_computes_a_request_takes_it_and_gives_the_answer_that_it_says(kind: type) -> None:
    hints = typing.get_type_hints(registry.ROWS[kind].compute)
    assert hints["request"] is kind
    (answer,) = typing.get_args(kind.__orig_bases__[0])  # type: ignore[attr-defined]
    if isinstance(answer, typing.ForwardRef):
        # A string, whose names are imported where it is computed.
        module = importlib.import_module(registry.ROWS[kind].compute.__module__)
        answer = eval(answer.__forward_arg__, vars(module))
    assert hints["return"] == answer


def test_a_second_computation_of_a_request_is_refused() -> None:
    with pytest.raises(TypeError, match="Pool is computed by pool already"):
        registry.computes(Pool)(lambda request, run: None)  # type: ignore[arg-type,return-value]
