"""Where a firm lies and what trade it is of, where its yearly report does not say so but the register does."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from jiqun.ledger.content import content_hash
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.reads import tables_read
from jiqun.problems import Place, Problem, problem

YEARLY, REGISTER = "enterprise_year", "enterprise"
COLUMNS = ("district", "industry")


def by_register(rows: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return yearly rows with district and industry of the register where nobody reported them for the year.

    What was reported for a year stands: a firm may have moved since.

    >>> rows = pl.DataFrame({"enterprise": ["a", "b"], "district": [None, "500112"]})
    >>> register = pl.DataFrame({"enterprise": ["a", "b"], "district": ["500109", "500107"]})
    >>> by_register(rows, register)["district"].to_list()
    ['500109', '500112']
    """
    names = [name for name in COLUMNS if name in rows.columns and name in register.columns and rows[name].has_nulls()]
    if not names:
        return rows
    said = register.select("enterprise", *(pl.col(name).alias(f"{name}__register") for name in names))
    filled = [pl.coalesce(name, f"{name}__register").alias(name) for name in names]
    return rows.join(said, on="enterprise", how="left", maintain_order="left").with_columns(filled).select(rows.columns)


def filled_for(plan: Plan, snapshot: Snapshot) -> dict[str, int]:
    """Return the columns that a rule reads of the yearly table → rows of the period that the register fills."""
    if not {YEARLY, REGISTER} <= set(snapshot.tables):
        return {}
    read = {name for one in tables_read(plan, None) if one.contract.id == YEARLY for name in one.columns}
    rows = snapshot.table(YEARLY).filter(pl.col("year") == plan.period.year)
    after = by_register(rows, snapshot.table(REGISTER))
    counts = {name: rows[name].null_count() - after[name].null_count() for name in COLUMNS if name in read}
    return {name: count for name, count in counts.items() if count}


def filled_digest(before: pl.DataFrame, after: pl.DataFrame) -> str | None:
    """Return the hash of what the register filled, so that a run's id tells it; None where it filled nothing."""
    key, names = ("enterprise", "year"), [name for name in COLUMNS if name in before.columns]
    blank = [before[name].is_null() & after[name].is_not_null() for name in names]
    filled = after.filter(pl.any_horizontal(blank)) if blank else after.clear()
    return None if filled.is_empty() else content_hash(filled.select(*key, *names), key)


def told_by_register(plan: Plan, snapshot: Snapshot) -> Iterator[Problem]:
    """Say for how many rows the register was asked; METHOD-148, a notice for each column."""
    for name, rows in filled_for(plan, snapshot).items():
        column = plan.contracts[YEARLY].column(name)
        said = {"column": column.title, "column_en": column.title_en, "rows": rows}
        yield problem("METHOD-148", Place(item=plan.method.id), **said)
