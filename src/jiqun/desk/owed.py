"""Who owes the rows of a table for a year: one answer for the board of who owes what, the first page and what is due.

The contract says who (`owed_by`); where the ledger cannot count them there is no rate, which is not a rate of nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from jiqun.methods.ladder.evaluations import ladder_of
from jiqun.methods.ladder.titles import holdings, title_events
from jiqun.packs import LawBook
from jiqun.packs.models.table import Owers

IN_OPERATION = ("正常",)
_REGISTER, _YEARLY, _TITLES = "enterprise", "enterprise_year", "title"


def owing_firms(
    book: LawBook, owers: Owers | None, table: Callable[[str], pl.DataFrame], register: pl.DataFrame, year: int
) -> pl.Series | None:
    """Return the firms of a register that owe a table for a year; None where the ledger cannot say who they are.

    `table` gives a table of the ledger by name, empty where it has none.
    """
    if owers is None or owers.who in ("applicants", "listed", "districts"):
        return None
    firms: pl.Series | None = register.filter(working())["enterprise"]
    if owers.who == "above_scale":
        firms = above_scale(table(_YEARLY), year)
    elif owers.who == "holders":
        firms = _holders(book, owers, table(_TITLES), year)
    if firms is None:
        return None
    owing = register.filter(pl.col("enterprise").is_in(firms.to_list()))
    for column, values in owers.where.items():
        owing = owing.filter(pl.col(column).cast(pl.String).is_in(values)) if column in owing.columns else owing.clear()
    return owing["enterprise"]


def working() -> pl.Expr:
    """Tell of the rows of the register which firms are expected to report: those that nobody said have ended."""
    return pl.col("status").is_null() | pl.col("status").is_in(IN_OPERATION)


def above_scale(yearly: pl.DataFrame, year: int) -> pl.Series | None:
    """Return the firms above scale by the newest list up to a year; None where no list tells of any.

    A year of which fewer firms than half of the longest list are told is still coming in: its few rows do not stand
    for all, and the list of the year before does.
    """
    if not {"scale", "year"} <= set(yearly.columns):
        return None
    told = yearly.filter((pl.col("year") <= year) & pl.col("scale").is_not_null())
    lists = told.group_by("year").len().sort("year", descending=True)
    if lists.is_empty():
        return None
    newest = lists.filter(pl.col("len") * 2 >= pl.col("len").max())["year"][0]
    return told.filter((pl.col("year") == newest) & (pl.col("scale") == "above"))["enterprise"]


def _holders(book: LawBook, owers: Owers, events: pl.DataFrame, year: int) -> pl.Series | None:
    if events.is_empty():
        return None
    held = holdings(title_events(events), ladder_of(book), date(year, 12, 31))
    firms = [one.enterprise for one in held if one.is_valid and one.title in owers.titles]
    return pl.Series(sorted(set(firms)), dtype=pl.String)
