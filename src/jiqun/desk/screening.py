"""Screening the firms of a frozen ledger on the ladder of titles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jiqun.desk.context import Context
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods.ladder import Evaluated, evaluate_ladder, ladder_of, last_year_with_data, title_events
from jiqun.methods.ladder.titles import misspelt
from jiqun.packs import LawBook
from jiqun.packs.models import Ladder
from jiqun.problems import Place, Problem, ProblemsError, problem

TABLES = (
    "enterprise", "enterprise_year", "sme_profile", "sme_application", "title", "ip_right", "award", "certified_score",
    "event", "grade_history",
)  # fmt: skip


def ladder_in_use(context: Context, ladder_id: str | None = None) -> tuple[LawBook, Ladder]:
    """Return a ladder (the region's where left out) with the law book it stands in: the workspace's, else all packs."""
    book = context.book if ladder_id is None or context.book.has("ladder", ladder_id) else context.everything
    return book, ladder_of(book, ladder_id)


def evaluated_ladder(
    context: Context,
    frozen: Snapshot,
    on: date,
    year: int | None = None,
    ladder_id: str | None = None,
    every_edition_of: str | None = None,
) -> Evaluated:
    """Evaluate the firms of a snapshot under every rule of a ladder, one rung under all its editions where asked.

    Without a year, the last one with data before `on` is taken. LEDGER-056 where no yearly figures were imported.
    """
    tables = {name: frozen.table(name) for name in TABLES if name in frozen.names}
    if "enterprise_year" not in tables:
        raise ProblemsError([problem("LEDGER-056", Place(item="enterprise_year"), table="enterprise_year")])
    book, ladder = ladder_in_use(context, ladder_id)
    asked = year if year is not None else last_year_with_data(tables, on)
    return evaluate_ladder(book, ladder, tables, on, year=asked, every_edition_of=every_edition_of)


def misspelt_titles(ladder: Ladder, frozen: Snapshot) -> Iterator[Problem]:
    """Say which recorded titles are close to a name of the ladder but none; METHOD-045, notices."""
    if "title" not in frozen.names:
        return
    for written, close in misspelt(title_events(frozen.table("title")), ladder).items():
        said = {"ladder": ladder.title, "ladder_en": ladder.title_en, "written": written, "nearest": close}
        yield problem("METHOD-045", Place(item="title"), **said)
