"""Every worked example of every pack: published and hand-computed numbers come out digit for digit.

All of a rule are computed together, as `jiqun packs examples` does, on DuckDB those of every fourth rule; every sixth
example also by itself.
"""

from __future__ import annotations

import pytest

from jiqun import packs
from jiqun.methods.linting.examples import examples_of, run_example
from jiqun.methods.linting.examples_together import Group, groups, run_together
from jiqun.packs.models.example import Example

BOOK = packs.load(packs.builtin_root())
EXAMPLES = examples_of(BOOK)
GROUPS = groups(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES[::6], ids=lambda one: one.id)
def test_an_example_comes_out_as_expected_by_itself(example: Example) -> None:
    wrong = [one for one in run_example(BOOK, example) if not one.agrees]
    assert not wrong


def name_of(group: Group) -> str:
    return f"{group[0].method}-{group[0].id}-{len(group)}"


@pytest.mark.parametrize("group", GROUPS, ids=name_of)
def test_the_examples_of_a_rule_come_out_in_one_pass(group: Group) -> None:
    _comes_out(group, "polars")


@pytest.mark.parametrize("group", GROUPS[::4], ids=name_of)
def test_the_examples_of_every_fourth_rule_come_out_on_duckdb(group: Group) -> None:
    _comes_out(group, "duckdb")


def _comes_out(group: Group, engine: str) -> None:
    found = run_together(BOOK, group, engine)
    assert [one for one in found if not one.agrees] == []
    assert [(one.example, one.figure) for one in found] == [(one.id, name) for one in group for name in one.expected]


def test_what_is_expected_wrongly_is_told_of_the_example_that_expects_it() -> None:
    group = max(GROUPS, key=len)
    right = group[1]
    name = next(iter(right.expected))
    wrong = right.model_copy(update={"expected": {**right.expected, name: "nobody expects this"}})
    found = run_together(BOOK, (group[0], wrong, *group[2:]))
    assert [(one.example, one.figure) for one in found if not one.agrees] == [(right.id, name)]


def test_every_method_that_can_be_released_has_an_example() -> None:
    shown = {one.method for one in EXAMPLES}
    released = [one.id for one in BOOK.objects("method") if one.model.status == "in_force"]
    assert [one for one in released if one not in shown] == []
