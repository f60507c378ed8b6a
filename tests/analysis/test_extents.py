"""Sizes that remember where they come from: they calculate as ints do, and their formulas tell the same elsewhere."""

import operator
import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.analysis.extents import Conditions, Extent, Extents, evaluate, extents_of
from cnnviz.analysis.operations import Value

NAMES = ("add", "sub", "mul", "floordiv", "mod")
SIZES = st.tuples(*[st.integers(1, 40)] * 3)


def calculate(sizes, seed):
    """Return a number calculated from sizes, the same way for the same seed."""
    chance = random.Random(seed)
    known = list(sizes)
    for _ in range(6):
        function = getattr(operator, chance.choice(NAMES))
        one, other = chance.choice(known), chance.choice([*known, chance.randint(1, 9)])
        pair = (one, other) if chance.random() < 0.8 else (other, one)
        if function in (operator.floordiv, operator.mod) and pair[1] == 0:
            continue
        known.append(function(*pair))
    return -known[-1] if chance.random() < 0.3 else divmod(known[-1], 3)[chance.randint(0, 1)]


@given(SIZES, SIZES, st.integers())
def test_a_formula_gives_at_another_size_what_ints_give(sizes, others, seed):
    conditions = Conditions()
    found = calculate(extents_of(Value(0, sizes, 4), conditions), seed)
    assert type(found) is Extent
    assert found.number == calculate(sizes, seed)
    # A division by 0 is looked for, and so is a condition: only where it holds elsewhere the formula does.
    if all(evaluate(formula, lambda _: others) == made for formula, made in conditions.formulas().items()):
        assert evaluate(found.origin, lambda _: others) == calculate(others, seed)


@given(SIZES, SIZES, st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]))
def test_comparisons_are_conditions(sizes, others, name):
    conditions = Conditions()
    one, other, _ = extents_of(Value(0, sizes, 4), conditions)
    compare = getattr(operator, name)
    assert compare(one, other) == compare(*sizes[:2])
    ((formula, made),) = conditions.formulas().items()
    assert (evaluate(formula, lambda _: others) == made) == (compare(*others[:2]) == compare(*sizes[:2]))


@pytest.mark.parametrize(
    "use",
    [
        lambda size: list(range(size)),
        lambda size: [0] * size,
        lambda size: "abcdefgh"[:size],
        lambda size: size / 2,
        lambda size: size * 0.5,
        lambda size: int(size),
        lambda size: float(size),
        lambda size: {size: 1},
        lambda size: round(size / 3),
        lambda size: f"{size:d} {size}" and hex(size),
    ],
)
def test_any_other_use_fixes_the_size(use):
    conditions = Conditions()
    size = extents_of(Value(0, (5,), 4), conditions)[0]
    assert use(size) == use(5)
    assert all(evaluate(formula, lambda _: (5,)) == made for formula, made in conditions.formulas().items())
    assert any(evaluate(formula, lambda _: (6,)) != made for formula, made in conditions.formulas().items())


def test_extents_look_like_the_sizes_they_stand_for():
    sizes = extents_of(Value(0, (2, 3, 5), 4), Conditions())
    assert isinstance(sizes[0], int)
    assert str(sizes) == str(torch.Size((2, 3, 5)))
    assert f"{sizes[1]:03d}" == "003"
    assert sizes == (2, 3, 5)
    assert type(sizes[1:]) is type(sizes.__add__((7,))) is Extents
    assert sizes.numel() == 30
    assert min(sizes) == 2
    assert sum(sizes) == 10
