"""What of the ledger a file is held against: a check quotes figures and names, so it says no more than a page would."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jiqun.desk.bounds import Bounds
from jiqun.ledger.registered import REGISTER
from jiqun.ledger.resolve import IMPORT, resolve
from jiqun.ledger.view import View, clears

_FIRM = "enterprise"


@dataclass(frozen=True)
class Reader:
    """Who hands a file in: the places that limit their rows (None: the whole region), the columns hidden from them."""

    who: str
    bounds: Bounds | None = None
    hidden: frozenset[str] = frozenset()

    def sees(self, view: View, table: str) -> pl.DataFrame:
        """Return a table's rows of the reader's place; of a hidden column only what the reader reported.

        Who handed a figure in knows it, and needs it beside the next one to see a wrong unit. The same of what somebody
        else reported would be read out by a file of guesses.
        """
        key, rows = list(view.key(table)), self._of_place(view, view.table(table))
        hidden = [one for one in rows.columns if one in self.hidden and one not in key]
        if not hidden:
            return rows
        told = reported_by(view, table, self.who)
        return rows.drop(hidden).join(told.select(*key, *hidden), on=key, how="left").select(rows.columns)

    def _of_place(self, view: View, rows: pl.DataFrame) -> pl.DataFrame:
        if self.bounds is None:
            return rows
        is_own = pl.col(self.bounds.column).is_in(self.bounds.places)
        if _FIRM in rows.columns and REGISTER in view.tables:
            register = view.table(REGISTER)
            there = self.bounds.column in register.columns
            return rows.join(register.filter(is_own), on=_FIRM, how="semi") if there else rows.clear()
        return rows.filter(is_own) if self.bounds.column in rows.columns else rows.clear()


def reported_by(view: View, table: str, who: str) -> pl.DataFrame:
    """Return what a table would say if there were only the imports of one person."""
    mine = tuple(one for one in view.log.valid(table) if one.who == who)
    key = view.key(table)
    rows = view.reported(table, where=pl.col(IMPORT).is_in([one.number for one in mine]))
    return resolve(rows.drop_nulls(list(key)), key, clears(mine))
