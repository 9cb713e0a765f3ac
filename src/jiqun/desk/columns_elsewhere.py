"""Another place's rule on this place's ledger: its packs may have added columns to tables that nobody reports here."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from jiqun.methods.columns.tables import empty_table
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.reads import tables_read
from jiqun.packs import LawBook
from jiqun.problems import Place, Problem, problem


def lacking(plan: Plan, book: LawBook, table: str) -> tuple[str, ...]:
    """Return the columns of a table, as the rule's place has it, that the table does not have in this law book."""
    if table not in plan.contracts or not book.has("table", table):
        return ()
    ours = book.table(table).column_names
    return tuple(name for name in plan.contracts[table].column_names if name not in ours)


def with_columns_elsewhere(plan: Plan, book: LawBook, table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with the columns that only the rule's place has, empty: what was not asked here is unknown."""
    added = [name for name in lacking(plan, book, table) if name not in frame.columns]
    if not added:
        return frame
    kinds = empty_table(plan.contracts[table]).schema
    return frame.with_columns(pl.lit(None, kinds[name]).alias(name) for name in added)


def columns_elsewhere(plan: Plan, book: LawBook) -> Iterator[Problem]:
    """Say which columns that a rule reads are not asked for here; METHOD-043, a notice for each table."""
    for read in tables_read(plan, None):
        names = [name for name in lacking(plan, book, read.contract.id) if name in read.columns]
        titles = [read.contract.column(name) for name in names]
        if names:
            said = {"title": read.contract.title, "title_en": read.contract.title_en}
            said |= {"columns": "、".join(one.title for one in titles)}
            said |= {"columns_en": ", ".join(one.title_en for one in titles)}
            yield problem("METHOD-043", Place(item=plan.method.id), table=read.contract.id, **said)
