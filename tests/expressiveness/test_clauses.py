"""Real kinds of clauses, each said as data alone: the figures were worked out by hand from the clause's own words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from jiqun import packs
from jiqun.methods import exact
from jiqun.methods.compiling.compile import Plan, compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.methods.linting.examples import figure_text, frame_of
from jiqun.methods.result import Result
from jiqun.methods.wording.rule import plan_text
from jiqun.packs import LawBook
from jiqun.packs.models.method import Method

CLAUSES = {path.stem: path for path in sorted((Path(__file__).parent / "clauses").glob("*.yaml"))}
NOT_COMPARED = ("entitled__", "amount__", "budget__")


@pytest.fixture(scope="module")
def book() -> LawBook:
    """The national pack and the numbers that some clauses look up."""
    return packs.load(packs.builtin_root(), Path(__file__).parent / "pack", pack_ids=["clauses"])


def _rows(text: str, period: str) -> tuple[Mapping[str, Any], ...]:
    """Read a table written in columns; `-` is missing, the year is the evaluated one where it is not written."""
    head, *lines = (line.split() for line in text.strip().splitlines())
    year = int(period[:4])
    rows = [dict(zip(head, (None if cell == "-" else cell for cell in line), strict=True)) for line in lines]
    truth = {"true": True, "false": False}
    return tuple({"year": year, **{name: truth.get(str(cell), cell) for name, cell in row.items()}} for row in rows)


def _frames(book: LawBook, written: Mapping[str, str], period: str) -> dict[str, pl.DataFrame]:
    frames = {}
    for name, text in written.items():
        contract = book.table(name)
        own = contract.column_names
        rows = tuple({column: cell for column, cell in row.items() if column in own} for row in _rows(text, period))
        frames[name] = frame_of(contract, rows)
    return frames


def _plan(book: LawBook, clause: Mapping[str, Any], stem: str) -> Plan:
    head = {"id": stem, "title": clause["title"], "title_en": stem}
    method = Method.model_validate({**head, **clause["method"]})
    return compile_method(method, str(clause.get("period", 2024)), book=book, contracts=book.tables)


def _figures(result: Result, subject: str, names: Mapping[str, Any]) -> dict[str, str | None]:
    row = result.trace.filter(pl.col(result.plan.subject) == subject).row(0, named=True)
    return {name: figure_text(result, row, name) for name in names}


@pytest.mark.parametrize("stem", CLAUSES)
def test_a_clause_is_said_by_data_and_gives_what_was_worked_out_by_hand(stem: str, book: LawBook) -> None:
    clause = yaml.load(CLAUSES[stem].read_text("utf-8"), yaml.CSafeLoader)
    plan = _plan(book, clause, stem)
    frames = _frames(book, clause["tables"], str(clause.get("period", 2024)))
    # that both engines agree is held for every step kind by random methods (test_equality); here every tenth clause
    engines = ("polars", "duckdb") if int(stem[: stem.index("-")]) % 10 == 0 else ("polars",)
    results = [evaluate(plan, frames, engine=engine) for engine in engines]
    for result in results:
        found = {subject: _figures(result, subject, expected) for subject, expected in clause["expected"].items()}
        wanted = {
            subject: {name: None if value is None else str(value) for name, value in expected.items()}
            for subject, expected in clause["expected"].items()
        }
        assert found == wanted
    _equal_exactly(results[0], frames)
    words = plan_text(plan, book, "zh")
    for said in clause["says"]:
        assert said in words, words


def _equal_exactly(result: Result, frames: Mapping[str, pl.DataFrame]) -> None:
    before = None if result.plan.previous is None else evaluate(result.plan.previous, frames).gathered
    again = exact.evaluate(result.plan, result.gathered, previous=before, adjustments=frames.get("adjustment"))
    for row in result.trace.iter_rows(named=True):
        other = again[row[result.plan.subject]].row
        assert {name: row[name] for name in other} == dict(other)
