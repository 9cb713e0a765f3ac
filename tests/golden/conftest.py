"""Rows under a method of the packs, computed on Polars and exactly, and on DuckDB every third time; all must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from jiqun import packs
from jiqun.methods import exact
from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.methods.linting.examples import figure_text, frame_of
from jiqun.methods.result import Result
from jiqun.packs import LawBook

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Computed:
    """The results of one evaluation by subject."""

    result: Result
    rows: Mapping[str, Mapping[str, Any]]

    @property
    def grades(self) -> dict[str, str | None]:
        return {subject: row["grade"] for subject, row in self.rows.items()}

    def figure(self, subject: str, name: str) -> str | None:
        """Return a figure as exact text by the name it has in formulas."""
        return figure_text(self.result, self.rows[subject], name)


@pytest.fixture(scope="session")
def book() -> LawBook:
    """The packs that come with Jiqun."""
    return packs.load(packs.builtin_root())


@pytest.fixture(scope="session")
def computed(book: LawBook) -> Callable[..., Computed]:
    """Evaluate rows under a method; the engines and the exact reading must give the same row for every subject.

    DuckDB, which takes most of the time, computes every third population of a rule; worked examples and clauses pass through
    it too.
    """
    turns: Counter[str] = Counter()

    def compute(method: str, period: str, tables: Mapping[str, Rows], edition: str | None = None) -> Computed:
        plan = compile_method(book.method(method, edition), period, book=book, contracts=book.tables)
        frames = {name: frame_of(book.table(name), tuple(rows)) for name, rows in tables.items()}
        result = evaluate(plan, frames, engine="polars")
        rows = {row[plan.subject]: row for row in result.trace.iter_rows(named=True)}
        turns[method] += 1
        if turns[method] % 3 == 1:
            again = evaluate(plan, frames, engine="duckdb").trace
            assert rows == {row[plan.subject]: row for row in again.iter_rows(named=True)}
        for subject, one in exact.evaluate(plan, result.gathered).items():
            found = {name: rows[subject].get(name) for name in one.row}
            assert found == one.row, f"{subject}: columnar and exact differ"
        return Computed(result, rows)

    return compute
