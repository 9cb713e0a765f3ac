"""Who owes which data: table × district × year, with what came and by when it was due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from jiqun.desk.owed import owing_firms
from jiqun.packs import TableContract
from jiqun.packs.models.table import Owers
from jiqun.web.kept import kept
from jiqun.web.ledger.models import Duty
from jiqun.web.ledger.queries import contract_of, fillable, in_scope, title_of
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, district_names, ledger, region
from jiqun.web.shell.language import both
from jiqun.web.told_results import LISTS

_FULL = Fraction(95, 100)


@dataclass(frozen=True)
class Square:
    """One field of the board: rows that came, firms expected (None where nobody can say), share of filled cells.

    `owed` are the rows that came of those expected; who applies beside them is no substitute for who owes.
    """

    table: str
    title: str
    district: str
    name: str
    rows: int
    owed: int
    expected: int | None
    filled: Fraction | None
    duty: Duty | None
    today: date

    @property
    def share(self) -> Fraction | None:
        """Rows that came among those expected."""
        return Fraction(min(self.owed, self.expected), self.expected) if self.expected else None

    @property
    def percent(self) -> Fraction | None:
        return None if self.share is None else 100 * self.share

    @property
    def filled_percent(self) -> Fraction | None:
        return None if self.filled is None else 100 * self.filled

    @property
    def state(self) -> str:
        """One of free, open, full, part, none, late: late is past its day and not full; free has nobody to report.

        Open has rows, and neither a list nor a duty says of how many: that is neither complete nor in part.
        """
        if not self.rows and (self.expected == 0 or (self.expected is None and self.duty is None)):
            return "free"
        if self.expected is None and self.duty is None:
            return "open"
        full = self.rows > 0 if self.share is None else self.share >= _FULL
        if full:
            return "full"
        if self.duty is not None and self.duty.due < self.today:
            return "late"
        return "part" if self.rows else "none"

    @property
    def shade(self) -> str:
        """How full the field is in five steps, for the colour that stands behind the number."""
        if self.state == "open":
            return ""
        if not self.rows:
            return "c0"
        if self.share is None or self.share >= _FULL:
            return "c4"
        return "c3" if self.share >= Fraction(4, 5) else "c2" if self.share >= Fraction(1, 2) else "c1"


def years() -> list[int]:
    """Return the years that the ledger or a duty has, the newest first."""
    owed = set(Duty.objects.values_list("year", flat=True).distinct())
    return sorted(owed | _years(ledger()), reverse=True)


@kept(2)
def _years(of: Ledger) -> frozenset[int]:
    tables = _yearly(of.view.tables)
    return frozenset(int(one) for table in tables for one in of.table(table)["year"].drop_nulls().unique())


def tables(scope: Scope) -> list[tuple[str, str]]:
    """Return the yearly tables that have rows or are owed, with their titles; to a firm not the lists about it."""
    owed = Duty.objects.values_list("table", flat=True).distinct()
    hidden = {LISTS} if scope.told_public_only else set()
    known = dict.fromkeys(one for one in (*ledger().view.tables, *owed) if one not in hidden)
    return [(one, title_of(one)) for one in _yearly(known)]


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
    named = district_names(date(year, 12, 31))
    return [(code, named.get(code, code)) for code in _districts(ledger(), scope)]


@kept(64)
def _districts(of: Ledger, scope: Scope) -> tuple[str, ...]:
    return tuple(in_scope(of.table("enterprise"), scope, of)["district"].drop_nulls().unique().sort())


def duties_of(year: int) -> list[Duty]:
    """Return who owes what of a year; asked once for all tables of a page."""
    return list(Duty.objects.filter(year=year))


def squares(table: str, year: int, scope: Scope, today: date, owed: Iterable[Duty]) -> list[Square]:
    """Return one field for each district of the scope; `owed` are the duties of the year."""
    expected, counted, told = _counted(ledger(), table, year, scope)
    duties = {one.district: one for one in owed if one.table == table}
    return [
        Square(
            table,
            title_of(table),
            code,
            name,
            counted.get(code, (0, 0, 0))[0],
            counted.get(code, (0, 0, 0))[1],
            expected.get(code, 0) if expected is not None else None,
            _filled(counted.get(code, (0, 0, 0)), told),
            duties.get(code),
            today,
        )
        for code, name in districts(scope, year)
    ]


def who_owes(table: str) -> tuple[str, bool]:
    """Say who owes a table, as its contract says, and whether that population can be counted at all."""
    contract = contract_of(table)
    owers = None if contract is None else contract.owed_by
    if owers is None:
        return both("表式没有写明由谁报", "the contract does not say who owes it"), False
    return both(owers.words, owers.words_en), owers.who not in ("applicants", "listed")


_Counted = tuple[dict[str, int] | None, dict[str, tuple[int, int, int]], int]


@kept(512)
def _counted(of: Ledger, table: str, year: int, scope: Scope) -> _Counted:
    """Count by district the rows expected, those that came (all, and of who owes them), filled cells, and columns."""
    register = in_scope(of.table("enterprise"), scope, of)
    frame = in_scope(of.table(table), scope, of).filter(pl.col("year") == year)
    key = of.view.key(table) if table in of.view.tables else contract_primary_key(table)
    contract = contract_of(table)
    owers = None if contract is None else contract.owed_by
    firms = None
    if "enterprise" in key:
        frame = frame.drop("district", strict=False).join(
            register.select("enterprise", "district"), on="enterprise", how="left"
        )
        firms = owing_firms(region().book, owers, of.table, register, year)
    told = [
        one for one in frame.columns if one not in (*key, "district", "name") and frame[one].null_count() < frame.height
    ]
    share = pl.sum_horizontal(pl.col(one).is_not_null().cast(pl.Int64) for one in told) if told else pl.lit(0)
    owing = pl.col("enterprise").is_in(firms.to_list()).sum() if firms is not None else pl.len()
    came = frame.group_by("district").agg(pl.len(), owing.alias("_owing"), share.sum().alias("_cells")).iter_rows()
    counted = {code: (rows, own, cells) for code, rows, own, cells in came}
    return _expected(owers, register, firms), counted, len(told)


def contract_primary_key(table: str) -> tuple[str, ...]:
    contract = contract_of(table)
    return () if contract is None else contract.primary_key


def _filled(counted: tuple[int, int, int], columns: int) -> Fraction | None:
    rows, _, cells = counted
    return Fraction(int(cells), rows * columns) if rows and columns else None


def _expected(owers: Owers | None, register: pl.DataFrame, firms: pl.Series | None) -> dict[str, int] | None:
    """Return the rows expected by district: one for each firm that owes one, or one for each district."""
    if owers is not None and owers.who == "districts":
        return dict.fromkeys(register["district"].drop_nulls().unique(), 1)
    if firms is None:
        return None
    owing = register.filter(pl.col("enterprise").is_in(firms.to_list()))
    return dict(owing.group_by("district").len().iter_rows())
