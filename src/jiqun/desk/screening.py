"""Screening the firms of a frozen ledger on the ladder of titles."""

from __future__ import annotations

from datetime import date

from jiqun.desk.context import Context
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods.ladder import Evaluated, evaluate_ladder, ladder_of, last_year_with_data
from jiqun.problems import Place, ProblemsError, problem

TABLES = (
    "enterprise", "enterprise_year", "sme_profile", "sme_application", "title", "ip_right", "award", "certified_score",
    "event", "grade_history",
)  # fmt: skip


def evaluated_ladder(
    context: Context, frozen: Snapshot, on: date, year: int | None = None, ladder_id: str | None = None
) -> Evaluated:
    """Evaluate the firms of a snapshot under every rule of a ladder (the region's where left out).

    LEDGER-056 where no yearly figures were imported.
    """
    book = context.book if ladder_id is None or context.book.has("ladder", ladder_id) else context.everything
    tables = {name: frozen.table(name) for name in TABLES if name in frozen.names}
    if "enterprise_year" not in tables:
        raise ProblemsError([problem("LEDGER-056", Place(item="enterprise_year"), table="enterprise_year")])
    asked = year if year is not None else last_year_with_data(tables, on)
    return evaluate_ladder(book, ladder_of(book, ladder_id), tables, on, year=asked)
