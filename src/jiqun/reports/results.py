"""The sheets 结果 (results), 调整 (moves) and 问题 (problems)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from jiqun.methods.columns.grade import GROUP_FULL
from jiqun.methods.explanation.restricted import MASKED
from jiqun.reports.items import unusual
from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.run import Evaluated
from jiqun.values import unit_said

_READ = (
    *(f"fact__{name}" for name in ("name", "district", "industry")),
    *("population", "status", "total", "pool", "rank", "grade", "treated_as", "exception", "grade__reason"),
)
_TOTAL, _RANK, _POOL_SIZE, _ITEMS = 7, 8, 9, 14  # places in a row of the sheet
_MOVED = ("rule", "unknown", "locked", "protected")


def results_sheet(run: Evaluated) -> Sheet:
    """One row per firm: who it is, total, rank, grade, what moved it and what follows from it."""
    return _Results(run).sheet()


class _Results:
    def __init__(self, run: Evaluated) -> None:
        self.run = run
        method = run.plan.method
        self.entitlements = list(method.entitlements.items())
        self.digits = {
            name: total.digits for name in run.plan.populations if (total := run.plan.total(name)) is not None
        }
        everybody = run.trace if run.everybody is None else run.everybody
        ranked = everybody.filter(pl.col("rank").is_not_null()).group_by("population", "pool").len()
        self.pool_sizes = {(str(population), str(pool)): size for population, pool, size in ranked.iter_rows()}
        self.moved = moves_in_words(run)
        self.unusual = unusual(run)

    def sheet(self) -> Sheet:
        run = self.run
        fields = (
            Field(run.say("subject"), kind="code", widest=20),
            Field(run.say("name"), widest=40),
            Field(run.say("district"), widest=16),
            Field(run.say("industry_code"), kind="code"),
            Field(run.say("industry"), widest=26),
            Field(run.say("population"), widest=26),
            Field(run.say("status"), widest=16),
            Field(run.say("total"), run.say("points_unit"), "number", max(self.digits.values(), default=2)),
            Field(run.say("rank"), kind="number"),
            Field(run.say("pool_size"), run.say("households"), "number"),
            Field(run.say("grade"), kind="code"),
            Field(run.say("treated_as"), kind="code"),
            Field(run.say("reason"), widest=40),
            Field(run.say("moves"), widest=40),
            Field(run.say("items"), wrap=True, widest=60),
            *(
                Field(run.voice.pick(one.title, one.title_en), unit_said(one.unit, run.language), "number", one.digits)
                for _, one in self.entitlements
            ),
        )
        idle = set(self._idle())
        kept = [place for place in range(len(fields)) if place not in idle]
        whole = (self._row(row) for row in self._shown().iter_rows(named=True))
        rows = [[row[place] for place in kept] for row in whole]
        notes = (run.say("unknown_not_zero"),)
        shown = tuple(fields[place] for place in kept)
        return Sheet(run.say("sheet.results"), run.say("title.results"), shown, rows, notes, frozen=2)

    def _idle(self) -> Iterator[int]:
        """The columns that the rule has no use for: a total where it scores nothing, places where it ranks nobody."""
        plan = self.run.plan
        if not self.digits:
            yield _TOTAL
        if not plan.items():
            yield _ITEMS
        if not any(part.quota for name in plan.populations for part in plan.graded_parts(name)):
            yield from (_RANK, _POOL_SIZE)

    def _shown(self) -> pl.DataFrame:
        """The rows with the columns that are shown: a wide trace has many more, and each would be read for each row."""
        rows = self.run.rows
        shown = [self.run.plan.subject, *_READ, *(f"entitlement__{name}" for name, _ in self.entitlements)]
        return rows.select(name for name in shown if name in rows.columns)

    def _row(self, row: Mapping[str, Any]) -> list[Value]:
        run = self.run
        population = str(row["population"] or "")
        pool = (population, str(row.get("pool")))
        return [
            row[run.plan.subject],
            row["fact__name"],
            run.district(row["fact__district"]) or row["fact__district"],
            row["fact__industry"],
            run.industry(row["fact__industry"]),
            run.voice.label(population) if population else "",
            run.voice.status(row["status"], population, row.get("grade")),
            run.total(row, self.digits.get(population)),
            row.get("rank"),
            self.pool_sizes.get(pool) if row.get("rank") is not None else None,
            row.get("grade"),
            row.get("treated_as"),
            self._reason(row),
            self.moved.get(str(row[run.plan.subject]), ""),
            self.unusual.get(str(row[run.plan.subject]), ""),
            *(self._amount(name, row.get(f"entitlement__{name}"), one.digits) for name, one in self.entitlements),
        ]

    def _amount(self, name: str, value: int | None, digits: int) -> Value:
        path = f"entitlements.{name}.amount"
        reads = self.run.plan.formulas[path].names if path in self.run.plan.formulas else frozenset()
        hidden = value is not None and not self.run.hidden.isdisjoint(reads)
        return MASKED if hidden else _unscaled(value, digits)

    def _reason(self, row: Mapping[str, Any]) -> str:
        """Say why a firm is treated specially, why it has no grade or no total, or why others went before it."""
        run = self.run
        exception = run.plan.method.exceptions.get(str(row.get("exception") or ""))
        if exception is not None:
            return run.voice.pick(exception.title, exception.title_en)
        reason = row.get("grade__reason")
        said = run.voice.grade_reason(reason)
        if said and (row.get("grade") is None or reason == GROUP_FULL):
            return said
        population = str(row.get("population") or "")
        is_open = row.get("total") is None and row["status"] in ("graded", "scored")
        has_total = bool(population) and run.plan.total(population) is not None
        return run.voice.say("why.total_unknown") if has_total and is_open and not reason else ""


def _unscaled(value: int | None, digits: int | None) -> float | None:
    return None if value is None or digits is None else value / 10**digits


def moves_in_words(run: Evaluated) -> dict[str, str]:
    """Say every firm's moves in one line: `定档 A→B；一票否决 B→D`."""
    said: dict[str, list[str]] = {}
    for row in _changes(run):
        change = f"{row['from'] or '—'}→{row['to'] or '—'}"
        said.setdefault(str(row[run.plan.subject]), []).append(f"{_move_title(run, str(row['move']))} {change}")
    return {subject: "；".join(parts) for subject, parts in said.items()}


def _changes(run: Evaluated) -> list[dict[str, Any]]:
    return [] if run.moves.is_empty() else run.moves.sort(run.plan.subject, "order").to_dicts()


def _move_title(run: Evaluated, name: str) -> str:
    part = run.plan.method.moves.get(name) or run.plan.method.exceptions.get(name)
    return name if part is None else run.voice.pick(part.title, part.title_en, name)


def moves_sheet(run: Evaluated) -> Sheet:
    """Every change of grade after the ranking, apart from the ranking itself."""
    fields = (
        Field(run.say("subject"), kind="code", widest=20),
        Field(run.say("name"), widest=40),
        Field(run.say("order"), kind="number"),
        Field(run.say("move"), widest=40),
        Field(run.say("from"), kind="code"),
        Field(run.say("to"), kind="code"),
        Field(run.say("basis"), widest=50),
        Field(run.say("document"), widest=40),
        Field(run.say("clause"), widest=40),
    )
    rows = [_move_row(run, row) for row in _changes(run)]
    notes = () if rows else (run.say("no_moves"),)
    return Sheet(run.say("sheet.moves"), run.say("title.moves"), fields, rows, notes, frozen=2)


def _move_row(run: Evaluated, row: Mapping[str, Any]) -> list[Value]:
    name, reason = str(row["move"]), str(row["reason"] or "")
    part = run.plan.method.moves.get(name) or run.plan.method.exceptions.get(name)
    clause = run.voice.clause(part.clause if part is not None else None)
    return [
        row[run.plan.subject],
        run.names.get(str(row[run.plan.subject])),
        row["order"],
        _move_title(run, name),
        row["from"],
        row["to"],
        run.voice.say(f"moved.{reason}", to=row["to"]) if reason in _MOVED else reason,
        row.get("document"),
        "" if clause is None else str(clause),
    ]


def problems_sheet(run: Evaluated) -> Sheet:
    """Notices and problems with their codes, places and what to do."""
    fields = (
        Field(run.say("severity"), kind="code"),
        Field(run.say("problem_code"), kind="code", widest=16),
        Field(run.say("place"), widest=44),
        Field(run.say("what"), wrap=True, widest=60),
        Field(run.say("why"), wrap=True, widest=50),
        Field(run.say("fix"), wrap=True, widest=50),
    )
    rows: list[list[Value]] = [
        [
            run.say(f"severity.{one.severity}"),
            one.code,
            str(one.place),
            one.what(run.language),
            one.why(run.language),
            one.fix(run.language),
        ]
        for one in run.notices
    ]
    notes = () if rows else (run.say("no_problems"),)
    return Sheet(run.say("sheet.problems"), run.say("title.problems"), fields, rows, notes)
