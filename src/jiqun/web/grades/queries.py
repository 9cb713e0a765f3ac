"""What the boards read: per rule its newest run or what it still needs, the firms of a run, who has which grade."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils import timezone

from jiqun.desk.context import Context
from jiqun.desk.running import Run
from jiqun.packs import LawBook, Method
from jiqun.packs.lawobject import LawObject
from jiqun.problems import Language, ProblemsError
from jiqun.reports.run import Evaluated
from jiqun.reports.summary import grade_words
from jiqun.web.enterprises.register import fits, place_names, register
from jiqun.web.grades.lines import line_of_id, own_table, rules
from jiqun.web.kept import kept
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, evaluated, ledger, names_of, region, run_of, totals_restricted
from jiqun.web.told_results import runs_for

SORTS = ("grade", "name", "district", "industry", "total")
OPEN = "-"
_WORD = re.compile(r"\w+", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """What a user picked in a list."""

    grade: str = ""
    district: str = ""
    industry: str = ""
    text: str = ""
    sort: str = "grade"
    down: bool = False


@dataclass(frozen=True)
class Need:
    """A column a rule reads of its own table, and how many subjects of the scope have it."""

    name: str
    title: str
    known: int


@dataclass(frozen=True)
class Board:
    """A rule on its line's board."""

    id: str
    title: str
    edition: str
    completeness: str
    place: str
    own: bool
    table: str
    table_title: str
    importable: bool
    rows: int
    years: tuple[int, ...]
    run: Run | None
    counts: tuple[tuple[str, int, str], ...]
    graded: int
    open: int


def boards(line: str, scope: Scope, language: Language) -> list[Board]:
    """Return a line's rules: those with a run first, then those that could be evaluated, then the rest."""
    return _boards(ledger(), region(), tuple(one.id for one in runs_for(scope)), line, scope, language)


@kept(64)
def _boards(
    of: Ledger, law: Context, made: tuple[str, ...], line: str, scope: Scope, language: Language
) -> list[Board]:
    last = _newest_runs(scope)
    found = [_board(one, last.get(one.id), scope, language) for one in rules(line)]
    return sorted(found, key=lambda one: (one.run is None, not one.rows, not one.own))


def _newest_runs(scope: Scope) -> dict[str, Run]:
    """The newest run of every rule that a reader is told and that can still be read."""
    found: dict[str, Run] = {}
    for one in runs_for(scope):
        if one.method_id not in found and readable(one.id) is not None:
            found[one.method_id] = one
    return found


def readable(id_: str) -> Run | None:
    """Return a run with its plan; None where its rule changed since."""
    try:
        run = run_of(id_)
        return run if run.plan is not None else None
    except ProblemsError:
        return None


def newest_run(method: str, scope: Scope, year: str = "") -> Run | None:
    """Return the newest run of a rule that a reader is told, of a data year where one is asked for."""
    for one in runs_for(scope):
        if one.method_id == method and year in ("", one.period) and readable(one.id) is not None:
            return run_of(one.id)
    return None


def years_run(method: str, scope: Scope) -> list[str]:
    """Return the data years a rule was evaluated for, the newest first."""
    return sorted({one.period for one in runs_for(scope) if one.method_id == method}, reverse=True)


def _board(one: LawObject, run: Run | None, scope: Scope, language: Language) -> Board:
    method, zh = one.model, language == "zh"
    assert isinstance(method, Method)
    table = own_table(method)
    book = _book(method.id)
    rows = _reported(table, scope)
    years = tuple(sorted(rows["year"].unique().to_list(), reverse=True)) if "year" in rows.columns else ()
    counts: tuple[tuple[str, int, str], ...] = ()
    graded = open_ = 0
    if run is not None:
        counts, graded, open_ = _mix(run, within(run.id, scope), language)
    pack = next((each for each in book.packs if each.id == one.pack), None)
    return Board(
        id=method.id,
        title=method.title if zh else method.title_en or method.title,
        edition=method.edition or "",
        completeness=method.completeness,
        place="" if pack is None else pack.manifest.title if zh else pack.manifest.title_en,
        own=region().book.has("method", method.id),
        table=table,
        table_title=_table_title(table, book, language),
        importable=table in region().book.tables,
        rows=rows.height,
        years=years,
        run=run,
        counts=counts,
        graded=graded,
        open=open_,
    )


def _book(id_: str) -> LawBook:
    return region().book if region().book.has("method", id_) else region().everything


def table_title(method: Method, language: Language) -> str:
    """Return the name of the table of its line that a rule reads."""
    return _table_title(own_table(method), _book(method.id), language)


def _table_title(table: str, book: LawBook, language: Language) -> str:
    contract = book.table(table)
    return contract.title if language == "zh" else contract.title_en or contract.title


def _reported(table: str, scope: Scope) -> pl.DataFrame:
    """The rows of a table that are of the scope's firms."""
    if table not in region().book.tables:
        return pl.DataFrame()
    rows = ledger().table(table)
    if scope.whole:
        return rows
    if "enterprise" not in rows.columns:
        return scope.rows(rows)
    mine = ledger().firms(scope)
    return rows.filter(pl.col("enterprise").is_in(list(mine)))


def _mix(run: Run, rows: pl.DataFrame, language: Language) -> tuple[tuple[tuple[str, int, str], ...], int, int]:
    counted = dict(rows.drop_nulls("grade").group_by("grade").len().iter_rows())
    graded = sum(counted.values())
    letters = grade_words(evaluated(run.id, language))
    shares = tuple(
        (one, counted.get(one, 0), f"{100 * counted.get(one, 0) / graded:.1f}" if graded else "0") for one in letters
    )
    return shares, graded, rows.height - graded


def needs(method: Method, scope: Scope, language: Language) -> list[Need]:
    """Return the columns of its own table that a rule reads, and how many rows of the scope know them."""
    table = own_table(method)
    contract, rows = _book(method.id).table(table), _reported(table, scope)
    read = _columns_read(method)
    return [
        Need(
            one.name,
            str((one.title if language == "zh" else one.title_en) or one.name),
            rows.height - rows[one.name].null_count() if one.name in rows.columns else 0,
        )
        for one in contract.fields
        if one.name in read
    ]


def _columns_read(method: Method) -> frozenset[str]:
    """Every word of a rule's formulas and columns; its own table's columns are among them."""
    texts = _texts(method.model_dump(mode="json", exclude_defaults=True))
    return frozenset(word for text in texts for word in _WORD.findall(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


# --- the firms of a run


def firms_of(id_: str) -> pl.DataFrame:
    """Return a run's evaluated subjects with grade and total, and the firm of the register each belongs to."""
    return _firms_of(id_, ledger())


@kept(16)
def _firms_of(id_: str, at: Ledger) -> pl.DataFrame:
    run = run_of(id_)
    key, trace = run.subject, run.trace
    known = [name for name in ("population", "grade", "total", "status") if name in trace.columns]
    rows = trace.select(pl.col(key).cast(pl.String).alias("subject"), *(pl.col(one) for one in known))
    rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(one) for one in ("grade",) if one not in known)
    rows = rows.with_columns(pl.col("grade").cast(pl.String))
    if "total" not in known:
        rows = rows.with_columns(total=pl.lit(None, dtype=pl.Int64))
    if "population" in known:
        rows = rows.drop_nulls("population")
    rows = (
        rows.join(_owners(run, at), on="subject", how="left")
        if key != "enterprise"
        else rows.with_columns(enterprise=pl.col("subject"))
    )
    firms = register(Scope())[0].select("enterprise", "name", "district", "industry", "park", "_text", "_initials")
    return rows.join(firms.unique("enterprise"), on="enterprise", how="left", maintain_order="left")


def _owners(run: Run, at: Ledger) -> pl.DataFrame:
    """Which firm a subject that is no firm (a line, a park) belongs to."""
    table, key = run.plan.method.evaluates.table, run.subject
    rows = at.table(table) if table in region().book.tables else pl.DataFrame({key: []})
    owner = pl.col("enterprise") if "enterprise" in rows.columns else pl.lit(None, dtype=pl.String).alias("enterprise")
    return rows.select(pl.col(key).cast(pl.String).alias("subject"), owner).unique("subject", keep="last")


def within(id_: str, scope: Scope) -> pl.DataFrame:
    """Return the subjects of a run that are of the scope's firms; what belongs to no firm is only the region's.

    `untold` marks the subjects whose total the scope may not see; it is not there to be sorted by either.
    """
    rows = scope.rows(firms_of(id_))
    untold = frozenset[str]() if scope.sees_restricted else totals_restricted(id_)
    rows = rows.with_columns(untold=pl.col("subject").is_in(list(untold)) & pl.col("total").is_not_null())
    return rows.with_columns(total=pl.when(~pl.col("untold")).then("total"))


def chosen(rows: pl.DataFrame, wanted: Wanted, letters: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows that a user picked, sorted; what is missing comes last both ways."""
    if wanted.grade:
        rows = rows.filter(pl.col("grade").is_null() if wanted.grade == OPEN else pl.col("grade") == wanted.grade)
    if wanted.district:
        rows = rows.filter(pl.col("district") == wanted.district)
    if wanted.industry:
        rows = rows.filter(pl.col("industry").str.starts_with(wanted.industry))
    if wanted.text:
        rows = rows.filter(fits(wanted.text) | pl.col("subject").str.contains(wanted.text, literal=True))
    ranks = {one: at for at, one in enumerate(letters)}
    place = pl.col("grade").replace_strict(ranks, default=None, return_dtype=pl.Int64)
    by = wanted.sort if wanted.sort in SORTS else "grade"
    rows = rows.with_columns(_place=place)
    first = "_place" if by == "grade" else by
    return rows.sort(first, "subject", descending=[wanted.down, False], nulls_last=True, maintain_order=True)


@dataclass(frozen=True)
class Cross:
    """Grades by a group: the group's code and name, a count per grade, those without a grade, all."""

    code: str
    name: str
    counts: tuple[tuple[str, int], ...]
    open: int
    all: int


def cross(rows: pl.DataFrame, by: str, letters: tuple[str, ...]) -> list[Cross]:
    """Count grades by district or by industry division, the largest group first."""
    names = place_names() if by == "district" else names_of("gbt4754", timezone.localdate())
    group = pl.col("district") if by == "district" else pl.col("industry").str.slice(0, 2)
    counted = rows.with_columns(_group=group.fill_null("")).group_by("_group", "grade").len()
    table: dict[str, dict[str | None, int]] = {}
    for code, letter, count in counted.iter_rows():
        table.setdefault(code, {})[letter] = count
    found = [
        Cross(
            code,
            names.get(code, code),
            tuple((one, of.get(one, 0)) for one in letters),
            of.get(None, 0),
            sum(of.values()),
        )
        for code, of in table.items()
    ]
    return sorted(found, key=lambda one: (-one.all, one.code))


def total_digits(data: Evaluated) -> int | None:
    """Return the decimals a rule's totals have; None where it has none."""
    found = [data.plan.total(one) for one in data.plan.populations]
    return max((one.digits for one in found if one is not None), default=None)


def grades_of(code: str, scope: Scope, language: Language) -> list[dict[str, Any]]:
    """Return what the newest run of every green and digital rule says of a firm."""
    found = []
    for run in _newest_runs(scope).values():
        line = line_of_id(run.method_id)
        if not line:
            continue
        method = run.plan.method
        rows = firms_of(run.id).filter(pl.col("enterprise") == code)
        found += [
            {
                "line": line,
                "method": run.method_id,
                "title": method.title if language == "zh" else method.title_en or method.title,
                "run": run.id,
                "period": run.period,
                "official": run.official,
                "subject": row["subject"],
                "grade": row["grade"],
                "completeness": method.completeness,
            }
            for row in rows.iter_rows(named=True)
        ]
    return found
