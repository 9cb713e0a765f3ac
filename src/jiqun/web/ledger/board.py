"""Who owes which data: table × district × year, with what came and by when it was due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from jiqun.packs import TableContract
from jiqun.web.ledger.models import Duty
from jiqun.web.ledger.queries import contract_of, fillable, in_scope, title_of
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, names_of

_WORKING = ("正常",)
_FULL = Fraction(95, 100)


@dataclass(frozen=True)
class Square:
    """One field of the board: rows that came, firms expected (None where nobody can say), share of filled cells."""

    table: str
    title: str
    district: str
    name: str
    rows: int
    expected: int | None
    filled: Fraction | None
    duty: Duty | None
    today: date

    @property
    def share(self) -> Fraction | None:
        """Rows that came among those expected."""
        return Fraction(min(self.rows, self.expected), self.expected) if self.expected else None

    @property
    def percent(self) -> Fraction | None:
        return None if self.share is None else 100 * self.share

    @property
    def filled_percent(self) -> Fraction | None:
        return None if self.filled is None else 100 * self.filled

    @property
    def state(self) -> str:
        """One of free, full, part, none, late: late is past its day and not full; free has nobody to report."""
        if not self.rows and (self.expected == 0 or (self.expected is None and self.duty is None)):
            return "free"
        full = self.rows > 0 if self.share is None else self.share >= _FULL
        if full:
            return "full"
        if self.duty is not None and self.duty.due < self.today:
            return "late"
        return "part" if self.rows else "none"

    @property
    def shade(self) -> str:
        """How full the field is in five steps, for the colour that stands behind the number."""
        if not self.rows:
            return "c0"
        if self.share is None or self.share >= _FULL:
            return "c4"
        return "c3" if self.share >= Fraction(4, 5) else "c2" if self.share >= Fraction(1, 2) else "c1"


def years() -> list[int]:
    """Return the years that the ledger or a duty has, the newest first."""
    found = set(Duty.objects.values_list("year", flat=True).distinct())
    for table in _yearly(ledger().view.tables):
        found |= {int(one) for one in ledger().table(table)["year"].drop_nulls().unique()}
    return sorted(found, reverse=True)


def tables() -> list[tuple[str, str]]:
    """Return the yearly tables that have rows or are owed, with their titles."""
    owed = Duty.objects.values_list("table", flat=True).distinct()
    return [(one, title_of(one)) for one in _yearly(dict.fromkeys([*ledger().view.tables, *owed]))]


def owable() -> list[TableContract]:
    """Return the tables that somebody can owe the rows of for a year; another one's duty could not be counted."""
    found = {one.id: one for one in fillable()}
    return [found[one] for one in _yearly(found)]


def _yearly(names: Iterable[str]) -> list[str]:
    """Keep the tables of a year whose rows can be assigned to a district."""
    found = []
    for name in names:
        contract = contract_of(name)
        if contract and "year" in contract.primary_key and {"enterprise", "district"} & set(contract.primary_key):
            found.append(name)
    return found


def districts(scope: Scope, year: int) -> list[tuple[str, str]]:
    """Return the districts that firms of the scope lie in, named as at the end of a year."""
    firms = in_scope(ledger().table("enterprise"), scope)
    named = names_of("districts", date(year, 12, 31))
    return [(code, named.get(code, code)) for code in firms["district"].drop_nulls().unique().sort()]


def duties_of(year: int) -> list[Duty]:
    """Return who owes what of a year; asked once for all tables of a page."""
    return list(Duty.objects.filter(year=year))


def squares(table: str, year: int, scope: Scope, today: date, owed: Iterable[Duty]) -> list[Square]:
    """Return one field for each district of the scope; `owed` are the duties of the year."""
    register = in_scope(ledger().table("enterprise"), scope)
    frame = in_scope(ledger().table(table), scope).filter(pl.col("year") == year)
    key = ledger().view.key(table) if table in ledger().view.tables else contract_primary_key(table)
    expected = _expected(register, key)
    if "enterprise" in key:
        frame = frame.drop("district", strict=False).join(
            register.select("enterprise", "district"), on="enterprise", how="left"
        )
    told = [
        one for one in frame.columns if one not in (*key, "district", "name") and frame[one].null_count() < frame.height
    ]
    share = pl.sum_horizontal(pl.col(one).is_not_null().cast(pl.Int64) for one in told) if told else pl.lit(0)
    counted = {
        code: (rows, cells) for code, rows, cells in frame.group_by("district").agg(pl.len(), share.sum()).iter_rows()
    }
    duties = {one.district: one for one in owed if one.table == table}
    return [
        Square(
            table,
            title_of(table),
            code,
            name,
            counted.get(code, (0, 0))[0],
            expected.get(code, 0) if expected is not None else None,
            _filled(*counted.get(code, (0, 0)), len(told)),
            duties.get(code),
            today,
        )
        for code, name in districts(scope, year)
    ]


def contract_primary_key(table: str) -> tuple[str, ...]:
    contract = contract_of(table)
    return () if contract is None else contract.primary_key


def _filled(rows: int, cells: int, columns: int) -> Fraction | None:
    return Fraction(int(cells), rows * columns) if rows and columns else None


def _expected(register: pl.DataFrame, key: tuple[str, ...]) -> dict[str, int] | None:
    """Return the rows expected by district: one for each working firm, or one for each district; None for lists."""
    if set(key) == {"enterprise", "year"}:
        working = register.filter(pl.col("status").is_null() | pl.col("status").is_in(_WORKING))
        return dict(working.group_by("district").len().iter_rows())
    if set(key) == {"district", "year"}:
        return dict.fromkeys(register["district"].drop_nulls().unique(), 1)
    return None
