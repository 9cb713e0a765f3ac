"""Every worked example of every pack, on both engines: published and hand-computed numbers come out digit for digit."""

from __future__ import annotations

import pytest

from jiqun import packs
from jiqun.methods.examples import examples_of, run_example
from jiqun.packs.models.example import Example

BOOK = packs.load(packs.builtin_root())
EXAMPLES = examples_of(BOOK)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.id)
def test_an_example_comes_out_as_expected(example: Example, engine: str) -> None:
    wrong = [one for one in run_example(BOOK, example, engine) if not one.agrees]
    assert not wrong


def test_every_method_that_can_be_released_has_an_example() -> None:
    shown = {one.method for one in EXAMPLES}
    released = [one.id for one in BOOK.objects("method") if one.model.status == "in_force"]
    assert [one for one in released if one not in shown] == []
