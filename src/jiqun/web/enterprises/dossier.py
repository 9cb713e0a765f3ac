"""The file of one firm (一企一档), part by part; each part is read only when its tab is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import polars as pl

from jiqun.ledger import lineage
from jiqun.ledger.resolve import IMPORT
from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.ladder.evaluations import ladder_of
from jiqun.methods.ladder.titles import Holding, holdings, title_events
from jiqun.methods.ladder.words import phrase, review_phrase, title_words
from jiqun.packs import TableContract
from jiqun.problems import Language, ProblemsError
from jiqun.values import from_scaled
from jiqun.web.enterprises.register import readable_runs
from jiqun.web.enterprises.sources import row_address
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, region, totals_restricted
from jiqun.web.told_results import LISTS, adjustments_told

YEARLY = "enterprise_year"
_IDENTITY = ("enterprise", "year", "name", "industry", "district")
_SHOWN_YEARS = 6


def of_firm(table: str, code: str, column: str = "enterprise") -> pl.DataFrame:
    """Return a table's rows of a firm."""
    frame = ledger().table(table)
    return frame.filter(pl.col(column) == code) if column in frame.columns else frame.clear()


def heading(field: Any, language: Language) -> str:
    """Return a column's name as the templates call it."""
    return str((field.title if language == "zh" else field.title_en) or field.name)


# --- identity


@dataclass(frozen=True)
class Name:
    """A name of the firm and where it is from."""

    name: str
    source: str


def names(code: str, row: Mapping[str, Any], language: Language) -> list[Name]:
    """List the names a firm has had: the registered one, those reported by year, former ones."""
    zh = language == "zh"
    years: dict[str, list[int]] = {}
    for year, name in of_firm(YEARLY, code).sort("year").select("year", "name").iter_rows():
        if name:
            years.setdefault(name, []).append(year)
    found = {str(row["name"] or code): "企业登记" if zh else "register"}
    for name, own in years.items():
        said = f"{'、'.join(map(str, own))} 年度报表" if zh else f"reports of {', '.join(map(str, own))}"
        found[name] = f"{found[name]}{'；' if zh else '; '}{said}" if name in found else said
    for name in str(row["former_names"] or "").split(";"):
        if name.strip():
            found.setdefault(name.strip(), "登记的曾用名" if zh else "registered former name")
    return [Name(*one) for one in found.items()]


# --- figures


@dataclass(frozen=True)
class Figure:
    """A figure in one year; a bar is as tall as its share of the largest."""

    year: int
    value: Any
    tall: float

    @property
    def top(self) -> float:
        """Where the bar begins in a field of 26."""
        return 26 - self.tall


@dataclass(frozen=True)
class Line:
    """A column of the yearly table over the years."""

    name: str
    title: str
    unit: str
    digits: int
    restricted: bool
    figures: tuple[Figure, ...]


def figure_lines(code: str, scope: Scope, language: Language) -> tuple[list[int], list[Line]]:
    """Return the years and, for every column that holds something, its figures; restricted ones masked by scope."""
    contract = region().contract(YEARLY)
    rows = of_firm(YEARLY, code).sort("year").tail(_SHOWN_YEARS)
    said, shown = (one.to_dict(as_series=False) for one in (rows, scope.masked(rows, contract)))
    years = said["year"]
    lines = []
    for field in contract.fields:
        if field.name in _IDENTITY or all(one is None for one in said.get(field.name, ())):
            continue
        values = [coded(field, value, language) for value in shown[field.name]]
        lines.append(
            Line(
                field.name,
                heading(field, language),
                field.unit or "",
                _digits(said[field.name]),
                field.sensitivity == "restricted",
                tuple(Figure(*one) for one in zip(years, values, _talls(values), strict=True)),
            )
        )
    return years, lines


def coded(field: Any, value: object, language: Language) -> object:
    """Say a value of a closed set by its title."""
    for one in field.categories:
        if one.value == value:
            return one.title if language == "zh" else one.title_en
    return value


def _digits(values: list[object]) -> int:
    """The decimals of a column, at most two, the same down and across; whole numbers and words have none."""
    texts = (repr(one).partition(".")[2].rstrip("0") for one in values if isinstance(one, float))
    return min(2, max((len(one) for one in texts), default=0))


def _talls(values: list[object]) -> list[float]:
    """The bars' heights in a field of 24: nothing for what is unknown or masked, a thin line for zero or less."""
    numbers = [float(one) if isinstance(one, (int, float)) and not isinstance(one, bool) else None for one in values]
    most = max((one for one in numbers if one is not None), default=0.0)
    return [0.0 if one is None else max(_THIN, round(24 * one / most, 2) if most > 0 else 0.0) for one in numbers]


_THIN = 0.6


# --- grades


@dataclass(frozen=True)
class Grade:
    """What a run gave the firm."""

    run: str
    official: bool
    title: str
    period: str
    grade: str | None
    total: str | None


def grades(code: str, scope: Scope, language: Language) -> list[Grade]:
    """List the grades of a firm by run: the newest year first, signed ones before trials, then the newest run.

    Totals are told as the scope may see them.
    """
    found = []
    for run in sorted(readable_runs(scope), key=lambda one: (one.period, one.official), reverse=True):
        rows = run.trace.filter(pl.col("enterprise") == code)
        if rows.is_empty():
            continue
        row, method = rows.row(0, named=True), run.plan.method
        title = method.title if language == "zh" else method.title_en
        untold = not scope.sees_restricted and code in totals_restricted(run.id)
        total = _total(run, row)
        shown = MASKED if untold and total is not None else total
        found.append(Grade(run.id, run.official, title, run.period, row["grade"], shown))
    return found


def _total(run: Any, row: Mapping[str, Any]) -> str | None:
    population = row["population"]
    total = run.plan.total(population) if population in run.plan.populations else None
    if total is None or row.get("total") is None:
        return None
    return f"{float(from_scaled(row['total'], total.digits)):,.{total.digits}f}"


# --- titles and events


@dataclass(frozen=True)
class HeldTitle:
    """A title with its term and what falls due."""

    holding: Holding
    title: str
    state: str
    light: str
    dues: tuple[tuple[str, date, int], ...]
    to: str


def held_titles(code: str, on: date, language: Language) -> list[HeldTitle]:
    """Return a firm's titles as they stand on a day, with the days left to each deadline (below zero: missed)."""
    ladder = ladder_of(region().book)
    profile = of_firm("sme_profile", code)
    updates = {code: cast("date | None", profile["updated_on"].max())} if not profile.is_empty() else None
    found = []
    for one in holdings(title_events(of_firm("title", code)), ladder, on, updates):
        dues = []
        if one.review_due is not None:
            dues.append((phrase(review_phrase(one), language), one.review_due, (one.review_due - on).days))
        if one.update_due is not None and one.update_state in ("open", "overdue", "unknown"):
            dues.append((phrase("deadline.update", language), one.update_due, (one.update_due - on).days))
        light = {"valid": "green", "lapsed": "yellow", "expired": "none"}.get(one.state, "red")
        state = phrase(f"state.{one.state}", language)
        said = title_words(ladder, one.title, language)
        found.append(HeldTitle(one, said, state, light, tuple(dues), _told_at(code, one)))
    return found


def _told_at(code: str, one: Holding) -> str:
    """Return the page of the title's newest event; '' where none of that day is in the ledger."""
    rows = of_firm("title", code).filter(pl.col("date") == one.granted)
    return "" if rows.is_empty() else row_address("title", rows.row(0, named=True))


def events(code: str, scope: Scope, language: Language) -> list[dict[str, Any]]:
    """Return a firm's events, the newest first, restricted columns masked by scope."""
    contract = region().contract("event")
    rows = scope.masked(of_firm("event", code).sort("date", descending=True), contract)
    return _told("event", rows, language)


def _told(table: str, rows: pl.DataFrame, language: Language) -> list[dict[str, Any]]:
    """Say rows in words, each with the address of its cells."""
    fields = {one.name: one for one in region().contract(table).fields}
    return [
        {name: coded(fields[name], value, language) for name, value in row.items() if name in fields}
        | {"to": row_address(table, row)}
        for row in rows.iter_rows(named=True)
    ]


def adjustments(code: str, scope: Scope, language: Language) -> list[dict[str, Any]]:
    """Return the lists that fixed, raised or lowered a firm's grade, as far as their result is told."""
    rows = adjustments_told(of_firm(LISTS, code), scope)
    return _told(LISTS, rows.sort("year", descending=True), language)


def scores(code: str, scope: Scope, language: Language) -> list[dict[str, Any]]:
    """Return the scores that others certified, the newest first, restricted columns masked by scope."""
    rows = of_firm("certified_score", code).sort("year", descending=True)
    return _told("certified_score", scope.masked(rows, region().contract("certified_score")), language)


# --- where it is from


@dataclass(frozen=True)
class Origin:
    """An import that says something of the firm."""

    table: str
    file: str
    sheet: str
    period: str
    rows: int
    who: str
    when: datetime | str
    undone: bool


def moment(text: str) -> datetime | str:
    """Return a time of the log as a time, so that a page shows it as the clock here does; the text where it is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def origins(code: str, scope: Scope, language: Language) -> list[Origin]:
    """List the imports a firm appears in, the newest first; undone ones too, lists only where their result is told."""
    found: list[tuple[int, Origin]] = []
    view = ledger().view
    for table in view.tables:
        if "enterprise" not in ledger().table(table).columns:
            continue
        rows = view.reported(table, every=True, where=pl.col("enterprise") == code)
        rows = adjustments_told(rows, scope) if table == LISTS else rows
        contract = region().contract(table)
        title = contract.title if language == "zh" else contract.title_en
        for number, count in rows.group_by(IMPORT).len().iter_rows():
            one = view.log.find(number)
            if one is not None:
                told = Origin(title, one.file, one.sheet, one.period, count, one.who, moment(one.when), one.is_undone)
                found.append((number, told))
    return [one for _, one in sorted(found, key=lambda each: -each[0])]


def cells_of(table: str, code: str, **key: Any) -> dict[str, lineage.Cell]:
    """Return the cells that a row of a firm was read from; nothing where none is known."""
    try:
        return lineage.cells(ledger().view, table, {"enterprise": code, **key})
    except ProblemsError:
        return {}


def restricted(contract: TableContract) -> Iterator[str]:
    """Name the restricted columns of a table."""
    return (one.name for one in contract.fields if one.sensitivity == "restricted")


__all__ = [
    "MASKED",
    "adjustments",
    "events",
    "figure_lines",
    "grades",
    "held_titles",
    "names",
    "origins",
    "scores",
]
