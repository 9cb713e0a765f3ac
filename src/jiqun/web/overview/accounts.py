"""The yearly rows of a scope's firms, their accounts, and what of these is not told: made once for every page."""

from __future__ import annotations

import polars as pl

from jiqun.desk.accounts import GROUPINGS, Account, accounts, with_parks
from jiqun.desk.told_accounts import KeptBack, kept_back
from jiqun.web.kept import kept
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, region

YEARLY = "enterprise_year"


@kept(16)
def yearly_firms(of: Ledger, scope: Scope, year: int) -> pl.DataFrame:
    """Return the rows of the scope's firms in a year and the one before, with park and the land used in the year."""
    rows = with_parks(yearly_rows(of, scope, (year - 1, year)), of.table("enterprise"))
    land = pl.concat([of.land_use(year - 1), of.land_use(year)])
    land = land.select("enterprise", "year", pl.col("used").alias("land"))
    return rows.join(land, on=["enterprise", "year"], how="left")


def yearly_rows(of: Ledger, scope: Scope, years: tuple[int, ...]) -> pl.DataFrame:
    """Return what the scope's firms reported for some years."""
    rows = of.table(YEARLY).filter(pl.col("year").is_in(years))
    if scope.whole:
        return rows
    return rows.filter(pl.col("enterprise").is_in(list(of.firms(scope))))


@kept(32)
def found(of: Ledger, scope: Scope, year: int, by: str) -> tuple[Account, tuple[Account, ...]]:
    """Return the account of a scope's firms, and one for each group of a grouping."""
    return accounts(region().book, yearly_firms(of, scope, year), year, by if by in GROUPINGS else "district")


@kept(16)
def held(of: Ledger, scope: Scope, year: int) -> KeptBack:
    """Return what is not told of the accounts; nothing where the scope sees restricted columns."""
    if scope.sees_restricted:
        return KeptBack({}, {})
    made = {by: found(of, scope, year, by) for by in GROUPINGS}
    return kept_back(region().book, yearly_firms(of, scope, year), year, restricted_columns(), made)


def restricted_columns() -> frozenset[str]:
    """Name the columns of the yearly table that not everybody may see."""
    return frozenset(one.name for one in region().contract(YEARLY).fields if one.sensitivity == "restricted")
