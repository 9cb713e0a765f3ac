"""Which rows of a file are of another place than that of the person who hands it in: they go back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from jiqun.desk.context import Context
from jiqun.ledger.identity import Resolution, resolve
from jiqun.ledger.intake import Checked, refuse
from jiqun.ledger.intake.raw import number_of
from jiqun.ledger.intake.reading import Fault
from jiqun.ledger.registered import REGISTER, register_of
from jiqun.ledger.resolve import PART
from jiqun.ledger.view import View, latest

_FIRM, _ROW = "enterprise", "_row"


@dataclass(frozen=True)
class Bounds:
    """The rows a person may hand in: those whose `column` (district, park) is one of `places`; `names` are theirs."""

    column: str
    places: tuple[str, ...]
    names: tuple[tuple[str, str], ...] = ()

    def name(self, place: str) -> str:
        return dict(self.names).get(place, place)


def within(context: Context, checked: Checked, bounds: Bounds) -> Checked:
    """Send back every row that is of none of the places: LEDGER-090 where it says another itself, else LEDGER-091.

    A row's place is what it says itself, what the register says of its firm and what the ledger says of its parcel;
    where several say something, all must say the same. What the ledger says of another place's firm is not told: a file
    of guesses would read out who is where.
    """
    if checked.good.is_empty():
        return checked
    said = _places(latest(context.workspace), checked, bounds.column)
    return refuse(checked, list(_foreign(checked, said, bounds)))


def _foreign(checked: Checked, said: pl.DataFrame, bounds: Bounds) -> Iterator[Fault]:
    own = "、".join(map(bounds.name, bounds.places))
    sources = [name for name in said.columns if name != _ROW]
    for row in said.iter_rows(named=True):
        known = {row[source] for source in sources if row[source]}
        itself = row.get(bounds.column)
        if itself and itself not in bounds.places:
            values = {"where": bounds.name(itself), "own": own}
            yield Fault(row[_ROW] - 1, _column(checked, bounds.column), "LEDGER-090", values)
        elif len(known) != 1 or not known <= {*bounds.places}:
            yield Fault(row[_ROW] - 1, _column(checked, _FIRM), "LEDGER-091", {"own": own})


def _column(checked: Checked, field: str) -> int | None:
    found = checked.header.of(field) or (checked.header.of("name") if field == _FIRM else None)
    return None if found is None else number_of(found.column)


def _places(view: View, checked: Checked, column: str) -> pl.DataFrame:
    """Return `_row` and, by source (the column itself, enterprise, parcel), the place each row is said to be of."""
    good = checked.good
    said = good.select(_ROW)
    if column in good.columns:
        said = said.with_columns(good[column].cast(pl.String).alias(column))
    if _FIRM in good.columns or "name" in good.columns:
        said = said.with_columns(_looked_up(view, REGISTER, column, firms_of_rows(view, checked)).alias(_FIRM))
    if "parcel" in good.columns:
        said = said.with_columns(_looked_up(view, "parcel", column, good["parcel"]).alias("parcel"))
    return said


def _looked_up(view: View, table: str, column: str, keys: pl.Series) -> pl.Series:
    key = _FIRM if table == REGISTER else table
    known: dict[str, str] = {}
    if table in view.tables:
        frame = view.table(table)
        if column in frame.columns:
            known = dict(frame.select(key, column).drop_nulls().iter_rows())
    return pl.Series([known.get(one) for one in keys.to_list()], dtype=pl.String)


def firms_of_rows(view: View, checked: Checked) -> pl.Series:
    """Return the firm of every good row as a commit would find it; null where it is open."""
    found = _found(view, checked)
    by_index = dict(found.matched.select("index", "enterprise").iter_rows())
    return pl.Series(_FIRM, [by_index.get(index) for index in range(checked.good.height)], dtype=pl.String)


def firms_to_claim(view: View, checked: Checked) -> int:
    """Count the reported firms that a commit would leave open: somebody has to say who they are before rows count.

    Those that were set aside are not asked about again.
    """
    if _FIRM not in checked.contract.column_names or checked.good.is_empty():
        return 0
    settled = view.standing.aside["reported"].implode()
    return _found(view, checked).open.filter(~pl.col("reported").is_in(settled))["reported"].n_unique()


def parts_of_rows(view: View, checked: Checked) -> pl.Series:
    """Return the report of every good row that is of a workshop which was added to its firm, "" of the others."""
    if not view.standing.parts:
        return pl.Series(PART, [""] * checked.good.height, dtype=pl.String)
    matched = _found(view, checked).matched.filter(pl.col("reason") == "decision")
    by_index = dict(
        matched.filter(pl.col("reported").is_in(sorted(view.standing.parts))).select("index", "reported").iter_rows()
    )
    return pl.Series(PART, [by_index.get(index, "") for index in range(checked.good.height)], dtype=pl.String)


def _found(view: View, checked: Checked) -> Resolution:
    good, nothing = checked.good, pl.lit(None, dtype=pl.String)
    told = {"code": _FIRM, "name": "name", "district": "district"}
    asked = good.select(
        (pl.col(name).cast(pl.String) if name in good.columns else nothing).alias(part) for part, name in told.items()
    )
    return resolve(asked, register_of(view), view.standing.decisions, registers=checked.contract_name == REGISTER)
