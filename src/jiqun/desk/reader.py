"""What of the ledger a file is held against: a check quotes figures and names, so it says no more than a page would."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jiqun.desk.bounds import Bounds
from jiqun.ledger.registered import REGISTER
from jiqun.ledger.resolve import PART
from jiqun.ledger.view import View

_FIRM = "enterprise"


@dataclass(frozen=True)
class Reader:
    """Who hands a file in: the places that limit their rows (None: the whole region), the columns hidden from them."""

    who: str
    bounds: Bounds | None = None
    hidden: frozenset[str] = frozenset()

    def sees(self, view: View, table: str, apart: bool = False) -> pl.DataFrame:
        """Return a table's rows of the reader's place; of a hidden column only what the reader reported.

        With `apart` workshops that were added to their firm have rows of their own.

        Who handed a figure in knows it, and needs it beside the next one to see a wrong unit. The same of what somebody
        else reported would be read out by a file of guesses.
        """
        key = [*view.key(table), PART] if apart else list(view.key(table))
        rows = self._of_place(view, view.told_by(table, view.log.valid(table), apart))
        hidden = [one for one in rows.columns if one in self.hidden and one not in key]
        if not hidden:
            return rows
        told = reported_by(view, table, self.who, apart)
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


def reported_by(view: View, table: str, who: str, apart: bool = False) -> pl.DataFrame:
    """Return what a table would say if there were only the imports of one person."""
    return view.told_by(table, [one for one in view.log.valid(table) if one.who == who], apart)
