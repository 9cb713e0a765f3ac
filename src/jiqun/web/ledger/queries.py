"""What the pages of the ledger read: imports, what one of them changed, tables and rows within a user's scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from jiqun.ledger.log import Import
from jiqun.ledger.resolve import PART, is_internal
from jiqun.ledger.review import Question, open_questions
from jiqun.ledger.status import quarantine
from jiqun.packs import TableContract
from jiqun.web.enterprises.register import place_names
from jiqun.web.kept import kept
from jiqun.web.ledger.preview import CHANGES_SHOWN, figures_first, figures_of
from jiqun.web.people.models import AuditEntry, User
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import Ledger, ledger, region
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both
from jiqun.web.told_results import LISTS, adjustments_told


@dataclass(frozen=True)
class ImportLine:
    """An import in the history: its table's title, who brought it, whether rows of it still wait for a correction."""

    one: Import
    title: str
    who: str
    when: datetime
    waits: bool
    corrected_by: int | None
    undone_by: str = ""


def contract_of(table: str) -> TableContract | None:
    """Return a table's contract; None where no pack in force has one (an old table)."""
    return region().book.table(table) if region().book.has("table", table) else None


def title_of(table: str) -> str:
    """Return a table's title; its name where no pack in force knows it."""
    contract = contract_of(table)
    return table if contract is None else both(contract.title, contract.title_en)


def fillable() -> list[TableContract]:
    """Return the tables that departments fill in, those that have rows first."""
    found = [region().book.table(one.id) for one in region().book.objects("table")]
    tables = {one.id: one for one in found if not one.derived and not one.adds_to and one.primary_key}
    there = ledger().view.tables
    return sorted(tables.values(), key=lambda one: (one.id not in there, one.title))


def grouped_tables() -> list[tuple[str, list[TableContract]]]:
    """Return the tables that are filled in as a list to choose from: by what period they need, each group by name.

    Chinese names stand in the order of their pinyin, as in a telephone book; English ones by the alphabet.
    """
    from pypinyin import lazy_pinyin  # its dictionaries take a third of a second, in every process

    def place(one: TableContract) -> tuple[list[str], str]:
        name = both(one.title, one.title_en or one.title)
        return lazy_pinyin(name.casefold()), name

    heads = (
        ("year", both("年度表（写年份，如 2024）", "By year (write 2024)")),
        ("month", both("月度表（写月份，如 2024-05）", "By month (write 2024-05)")),
        ("day", both("日报（写日期，如 2024-05-31）", "By day (write 2024-05-31)")),
        ("none", both("登记类（可不写期间）", "Registers (no period needed)")),
    )
    found = sorted(fillable(), key=place)
    groups = [(title, [one for one in found if one.period == period]) for period, title in heads]
    return [(title, ones) for title, ones in groups if ones]


def import_lines(user: User) -> list[ImportLine]:
    """Return the imports that a user may know of, the newest first."""
    view = ledger().view
    waiting = {one.number for one in quarantine(view)}
    corrected = {one.corrects: one.number for one in view.log.valid() if one.corrects is not None}
    people, colleagues = {one.username: one for one in User.objects.all()}, _colleagues(user)
    return [
        _line(one, people, one.number in waiting, corrected.get(one.number))
        for one in reversed(view.log.imports)
        if _knows(user, one, colleagues)
    ]


def _line(one: Import, people: Mapping[str, User], waits: bool, corrected_by: int | None) -> ImportLine:
    def named(username: str) -> str:
        who = people.get(username)
        return username if who is None else f"{who} · {who.unit}" if who.unit else str(who)

    return ImportLine(
        one=one,
        title=title_of(one.table),
        who=named(one.who),
        when=datetime.fromisoformat(one.when),
        waits=waits,
        corrected_by=corrected_by,
        undone_by=named(one.undone_by),
    )


def _knows(user: User, one: Import, colleagues: Mapping[str, datetime]) -> bool:
    """Tell whether a user may know of an import: a limited one knows of those by people of the same place."""
    if scope_of(user).whole or one.who == user.get_username():
        return True
    return one.who in colleagues and colleagues[one.who] <= datetime.fromisoformat(one.when).astimezone(UTC)


def _colleagues(user: User) -> dict[str, datetime]:
    """Return who has the user's role and no other places than the user, and since when they have them.

    What they handed in elsewhere stays there, and so does what somebody hands in who has other places besides.
    """
    own = set(user.places)
    people = User.objects.filter(role=user.role, place__in=sorted(own))
    names = [one.username for one in people if set(one.places) <= own]
    found = dict.fromkeys(names, datetime.min.replace(tzinfo=UTC))
    for moved in AuditEntry.objects.filter(action="people.change", about__in=list(found)).order_by("id"):
        before, after = moved.details["before"], moved.details["after"]
        if any(before.get(each) != after.get(each) for each in ("role", "place", "other_places")):
            found[moved.about] = moved.at
    return found


def find_import(user: User, number: int) -> ImportLine | None:
    """Return an import by number; None where there is none, or none that the user may know of."""
    return next((line for line in import_lines(user) if line.one.number == number), None)


def may_take_original(user: User, one: Import) -> bool:
    """Tell whether a user may have the file: it holds every column, so restricted ones need the right to see them."""
    contract = contract_of(one.table)
    if one.who == user.get_username():
        return user.may("import")
    hidden = contract is None or any(
        column.sensitivity == "restricted" for column in contract.fields if one.column(column.name)
    )
    return user.may("export") and (scope_of(user).sees_restricted or not hidden)


@dataclass(frozen=True)
class Restated:
    """A figure that an import said differently than an earlier one."""

    key: str
    column: str
    before: str
    after: str
    by: int
    unit: str = ""
    name: str = ""


def restated(one: Import, scope: Scope) -> tuple[int, list[Restated]]:
    """Return how many figures of earlier imports an import said anew, and the first of them."""
    of = ledger()
    if one.table not in of.view.store.tables([one.table]) or not scope.sees_restricted:
        return 0, []
    count, first = _said_anew(of, one.table, one.number)
    contract = contract_of(one.table)
    known = contract.column_names if contract is not None else ()
    found, firms = [], named_keys(contract, (row["key"] for row in first))
    for row in first:
        name = row["column"]
        told = figures_of(contract.column(name), row) if contract is not None and name in known else {**row, "to": ""}
        title = column_title(contract, name)
        firm = firms.get(row["key"], "")
        found.append(Restated(row["key"], title, told["before"], told["after"], row["by"], told["to"], firm))
    return count, found


def named_keys(contract: TableContract | None, keys: Iterable[str]) -> dict[str, str]:
    """Return key → the name of its firm, where rows of the table are told by firm and the register knows it."""
    if contract is None or "enterprise" not in contract.primary_key:
        return {}
    at = list(contract.primary_key).index("enterprise")
    firms = {key: (*key.split(" "), *[""] * at)[at] for key in keys}
    rows = ledger().table("enterprise").filter(pl.col("enterprise").is_in(list(set(firms.values()))))
    names = {firm: name for firm, name in rows.select("enterprise", "name").iter_rows() if name}
    return {key: names[firm] for key, firm in firms.items() if firm in names}


@kept(64)
def _said_anew(of: Ledger, table: str, number: int) -> tuple[int, list[dict[str, Any]]]:
    view = of.view
    key = list(view.key(table))
    rows = view.reported(table, every=True).drop_nulls(key)
    if PART in rows.columns:  # a workshop's row says anew what was said of the workshop
        rows, key = rows.with_columns(pl.col(PART).fill_null("")), [*key, PART]
    earlier = [other.number for other in view.log.imports if other.number < number and not other.is_undone]
    mine = rows.filter(pl.col("_import") == number)
    before = rows.filter(pl.col("_import").is_in(earlier)).sort("_import", "_row")
    words = pl.concat_str([pl.col(name).cast(pl.String) for name in key], separator=" ").str.strip_chars()
    found = []
    said = [
        name
        for name in rows.columns
        if name not in key and not is_internal(name) and mine[name].null_count() < mine.height
    ]
    for column in said:
        last = before.drop_nulls(column).unique(key, keep="last").select(*key, "_import", column)
        pairs = mine.drop_nulls(column).select(*key, column).join(last, on=key, suffix="__before")
        found.append(
            pairs.filter(pl.col(column) != pl.col(f"{column}__before")).select(
                words.alias("key"),
                pl.lit(column).alias("column"),
                pl.col(f"{column}__before").cast(pl.String).alias("before"),
                pl.col(column).cast(pl.String).alias("after"),
                pl.col("_import").alias("by"),
            )
        )
    changed = pl.concat(found).sort("key", "column") if found else pl.DataFrame()
    contract = contract_of(table)
    if found and contract is not None:
        changed = figures_first(changed, contract.fields)
    return changed.height, changed.head(CHANGES_SHOWN).to_dicts()


def column_title(contract: TableContract | None, name: str) -> str:
    if contract is None or name not in contract.column_names:
        return name
    column = contract.column(name)
    return both(column.title, column.title_en)


def in_scope(frame: pl.DataFrame, scope: Scope, of: Ledger | None = None) -> pl.DataFrame:
    """Return the rows of any table that are of the scope: by their firm, else by the column of the place itself.

    Firms are those of the ledger `of`, else of the ledger of now.
    """
    if scope.whole:
        return frame
    if "enterprise" in frame.columns:
        return frame.filter(pl.col("enterprise").is_in(list((of or ledger()).firms(scope))))
    return scope.rows(frame)


def told_rows(table: str, scope: Scope, of: Ledger | None = None) -> pl.DataFrame:
    """Return the rows of a table that a reader is told: of the scope's firms, without results that are not public."""
    frame = in_scope((of or ledger()).table(table), scope, of)
    return adjustments_told(frame, scope) if table == LISTS else frame


def seen_of(of: Ledger, table: str, scope: Scope) -> tuple[int, tuple[int, ...]]:
    """Count the rows of a table within a scope, and name their years, the earliest first."""
    return _seen(told_rows(table, scope, of)) if scope.told_public_only else _seen_of(of, table, scope)


@kept(1024)
def _seen_of(of: Ledger, table: str, scope: Scope) -> tuple[int, tuple[int, ...]]:
    return _seen(told_rows(table, scope, of))


def _seen(frame: pl.DataFrame) -> tuple[int, tuple[int, ...]]:
    years = frame["year"].drop_nulls().unique().sort() if "year" in frame.columns else ()
    return frame.height, tuple(years)


def rows_of(table: str, scope: Scope, text: str = "", year: str = "", district: str = "") -> pl.DataFrame:
    """Return a table's rows of the scope, searched in key and name, restricted columns masked.

    A district is that of the register where the rows are of firms, as on the board.
    """
    frame = told_rows(table, scope)
    if district:
        frame = frame.filter(_lies_in(frame, table, district))
    if text:
        wanted = [one for one in (*ledger().view.key(table), "name") if frame.schema.get(one) == pl.String]
        frame = frame.filter(
            pl.any_horizontal(pl.col(one).str.contains(text, literal=True).fill_null(False) for one in wanted)
        )
    if (asked := whole_number(year)) is not None and "year" in frame.columns:
        frame = frame.filter(pl.col("year") == asked)
    contract = contract_of(table)
    return frame if contract is None else scope.masked(frame, contract)


def _lies_in(frame: pl.DataFrame, table: str, district: str) -> pl.Expr:
    """Tell the rows of a district: of firms by the register, as the board counts them, else by their own column."""
    if "enterprise" in ledger().view.key(table):
        firms = ledger().table("enterprise").filter(pl.col("district") == district)
        return pl.col("enterprise").is_in(firms["enterprise"].to_list())
    return pl.col("district") == district if "district" in frame.columns else pl.lit(False)


def restricted_columns(table: str) -> list[str]:
    """Return the restricted columns of a table; reading them is logged."""
    contract = contract_of(table)
    return [] if contract is None else [one.name for one in contract.fields if one.sensitivity == "restricted"]


def questions(of: Ledger, first: int, most: int, which: str) -> list[Question]:
    """Return a page of the reports whose firm is open, set aside or settled, with districts by name."""
    names = place_names()

    def named(code: str | None) -> str | None:
        return names.get(code or "", code)

    return [
        replace(
            one,
            district=named(one.district),
            candidates=tuple(replace(firm, district=named(firm.district)) for firm in one.candidates),
        )
        for one in _questions(of, first, most, which)
    ]


@kept(32)
def _questions(of: Ledger, first: int, most: int, which: str) -> tuple[Question, ...]:
    """Look for candidates once for a state of the ledger and its decisions."""
    return open_questions(of.view, first, most, which)
