"""The lists of fixed, raised and lowered firms (定档、提档、降档), read from the table adjustment and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from jiqun.methods.columns.tables import content_digest
from jiqun.methods.columns.work import Work
from jiqun.methods.compiling.plan import Plan
from jiqun.problems import Place, Problem, problem, stop_if_errors

TABLE = "adjustment"
COLUMNS = {
    "kind": pl.String, "grade": pl.String, "steps": pl.Int64, "reason": pl.String, "document": pl.String,
}  # fmt: skip


_KINDS = {"fix": "定档", "raise": "提档", "lower": "降档", "veto": "一票否决", "exempt": "免评"}


def kind_words(kind: str) -> dict[str, str]:
    """A kind of list as messages name it.

    >>> kind_words("raise")
    {'kind': 'raise', 'kind_zh': '提档'}
    """
    return {"kind": kind, "kind_zh": _KINDS.get(kind, kind)}


@dataclass(frozen=True)
class Listings:
    """The rows of the evaluated period: subject, kind, grade, steps, reason and document."""

    rows: pl.DataFrame

    def of(self, kind: str) -> pl.DataFrame:
        """Return the rows of one kind, one per subject."""
        return self.rows.filter(pl.col("kind") == kind)


def read_listings(work: Work) -> Listings:
    """Read the lists of the evaluated period; a table that was not given is an empty list.

    Raises ProblemsError with every row that cannot be applied. A kind that no move uses becomes a notice.
    """
    rows = _rows(work)
    stop_if_errors(_faults(work.plan, rows))
    for (kind,), group in rows.group_by("kind", maintain_order=True):
        if kind not in _kinds(work.plan) and not _read_by_an_input(work.plan, kind):
            work.notices.append(problem("METHOD-066", Place(sheet=TABLE), **kind_words(str(kind)), count=group.height))
    return Listings(rows)


def list_digests(work: Work) -> dict[str, str]:
    """Return the content hash of the lists, which are inputs of a run like the evaluated table."""
    rows = _rows(work)
    return {} if rows.is_empty() else {TABLE: content_digest(rows)}


def _kinds(plan: Plan) -> set[str]:
    return {one.listed for one in plan.method.moves.values() if one.listed is not None}


def _read_by_an_input(plan: Plan, kind: str) -> bool:
    """Tell whether a rollup over the lists looks at this kind, as an exemption by list does."""
    rollups = (one.rollup for one in plan.method.inputs.values() if one.rollup is not None)
    return any(one.table == TABLE and f'"{kind}"' in (one.where or "") for one in rollups)


def _rows(work: Work) -> pl.DataFrame:
    tables = work.tables
    if tables is None or not tables.has(TABLE) or not _kinds(work.plan):
        return pl.DataFrame(schema={work.subject: pl.String, **COLUMNS})
    given = tables.frame(TABLE)
    there = () if given is None else given.collect_schema().names()
    optional = [name for name in COLUMNS if name != "kind" and name in there]
    selected = tables.select(TABLE, [work.subject, "kind", *optional], work.plan.period)
    stop_if_errors(tables.faults)
    assert selected is not None
    found = work.collect(selected)
    missing = [pl.lit(None, kind).alias(name) for name, kind in COLUMNS.items() if name not in found.columns]
    casts = (pl.col(name).cast(kind) for name, kind in COLUMNS.items())
    return found.with_columns(*missing).select(work.subject, *casts).sort(work.subject, *COLUMNS, nulls_last=True)


def _faults(plan: Plan, rows: pl.DataFrame) -> Iterator[Problem]:
    moves = [one for one in plan.method.moves.values() if one.listed is not None]
    classes = {name for one in plan.method.grades.values() for name in one.classes}
    seen: set[tuple[str, str]] = set()
    for row in rows.iter_rows(named=True):
        users = [one for one in moves if one.listed == row["kind"]]
        place = Place(sheet=TABLE, item=str(row[plan.subject]))
        key = (row[plan.subject], row["kind"])
        if users and key in seen:
            yield problem("METHOD-062", place, **kind_words(row["kind"]))
        seen.add(key)
        if users and row["grade"] is not None and row["grade"] not in classes:
            yield problem("METHOD-063", place, grade=row["grade"], classes="、".join(sorted(classes)))
        if any(_needs_grade(one.move, one.to, row) for one in users):
            yield problem("METHOD-064", place, **kind_words(row["kind"]))
        if users and row["steps"] is not None and row["steps"] < 0:
            yield problem("METHOD-065", place, steps=row["steps"])


def _needs_grade(move: str, to: str | None, row: Mapping[str, Any]) -> bool:
    return move in ("fix", "veto", "not_below", "not_above") and to is None and row["grade"] is None
