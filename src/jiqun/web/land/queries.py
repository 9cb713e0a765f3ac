"""What the pages of per-mu evaluations read: runs, their rows within a user's scope, one firm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from jiqun.desk.running import Run
from jiqun.methods.explanation.restricted import MASKED, points_hidden, total_hidden
from jiqun.methods.wording.voice import Voice
from jiqun.problems import Language
from jiqun.reports.run import Evaluated
from jiqun.reports.summary import grade_words
from jiqun.web.grades.lines import line_of_id
from jiqun.web.kept import kept
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, evaluated, ledger, restricted_in, run_of
from jiqun.web.shell.language import spoken
from jiqun.web.told_results import runs_for, untold_inputs

SORTS = ("rank", "total", "name", "district", "industry", "grade")


@dataclass(frozen=True)
class Item:
    """A column of points in the grid."""

    name: str
    title: str
    weight: str
    digits: int
    hidden: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a user picked in the grid."""

    population: str = ""
    district: str = ""
    grade: str = ""
    moved: bool = False
    text: str = ""
    sort: str = "rank"
    down: bool = False


@dataclass(frozen=True)
class RunLine:
    """A run in the list: what was evaluated, under which rule, and how many firms have which grade."""

    run: Run
    title: str
    counts: tuple[tuple[str, int, str], ...]
    graded: int
    open: int


def run_lines(scope: Scope, language: Language) -> list[RunLine]:
    """List the runs of rules that give firms grades, newest first, counted within the scope."""
    return [
        _line(ledger(), run.id, scope, language)
        for run in runs_for(scope)
        if not line_of_id(run.method_id) and run_of(run.id).subject == "enterprise"
    ]


def standing_lines(lines: Iterable[RunLine]) -> list[RunLine]:
    """Keep of every rule and year the run that stands: the newest signed one, else the newest trial."""
    found: dict[tuple[str, str], RunLine] = {}
    for one in lines:
        key = one.run.method_id, one.run.period
        if key not in found or (one.run.official and not found[key].run.official):
            found[key] = one
    return list(found.values())


@kept(1024)
def _line(of: Ledger, id_: str, scope: Scope, language: Language) -> RunLine:
    data = evaluated(id_, language)
    rows = within(data, scope)
    counted = dict(rows.drop_nulls("grade").group_by("grade").len().iter_rows()) if "grade" in rows.columns else {}
    graded = sum(counted.values())
    widths = tuple(
        (letter, counted.get(letter, 0), f"{100 * counted.get(letter, 0) / graded:.2f}" if graded else "0")
        for letter in grade_words(data)
    )
    method = data.plan.method
    return RunLine(run_of(id_), data.voice.pick(method.title, method.title_en), widths, graded, rows.height - graded)


def within(data: Evaluated, scope: Scope) -> pl.DataFrame:
    """Return the rows of a run that are of the scope's firms, by the register of enterprises as it stands."""
    if scope.whole:
        return data.rows
    firms = ledger().firms(scope)
    return data.rows.filter(pl.col(data.plan.subject).is_in(list(firms)))


@kept(64)
def subjects(of: Ledger, id_: str, scope: Scope) -> frozenset[str]:
    """Return the subjects of a run that are of the scope's firms."""
    data = evaluated(id_, spoken())
    return frozenset(within(data, scope)[data.plan.subject].to_list())


def hidden_from(data: Evaluated, scope: Scope) -> frozenset[str]:
    """Return the names of a run's rule whose figures a scope may not see: restricted ones, results not told to it."""
    return untold_inputs(run_of(data.run), scope) | (frozenset() if scope.sees_restricted else restricted_in(data.run))


def narrowed(data: Evaluated, scope: Scope) -> Evaluated:
    """Return a run as a report may show it to the scope: only its firms' rows, inputs and moves, restricted masked."""
    hidden = hidden_from(data, scope)
    if scope.whole:
        return replace(data, hidden=hidden)
    key = data.plan.subject
    mine = within(data, scope)[key].to_list()

    def kept(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col(key).is_in(mine)) if key in frame.columns else frame

    facts = None if data.facts is None else kept(data.facts)
    return replace(
        data,
        trace=kept(data.trace),
        gathered=kept(data.gathered),
        moves=kept(data.moves),
        facts=facts,
        hidden=hidden,
        everybody=data.trace,
        all_gathered=data.gathered,
    )


def items_of(data: Evaluated, population: str, hidden: frozenset[str] = frozenset()) -> list[Item]:
    """Return the scored items of a population as columns of the grid; by a hidden one nothing can be sorted."""
    voice, plan = data.voice, data.plan
    scores = plan.scores(population)
    return [
        Item(name, voice.label(name), _weight(score), score.digits, points_hidden(hidden, name))
        for name, score in scores.items()
        if f"points__{name}" in data.rows.columns
    ]


def _weight(score: Any) -> str:
    weight = getattr(score, "weight", None)
    return "" if weight is None else str(weight)


def chosen(data: Evaluated, scope: Scope, wanted: Wanted) -> pl.DataFrame:
    """Return the rows that a user picked, sorted as asked; missing values come last both ways."""
    rows = within(data, scope)
    if wanted.population:
        rows = rows.filter(pl.col("population") == wanted.population)
    if wanted.district:
        rows = rows.filter(pl.col("fact__district") == wanted.district)
    if wanted.grade:
        rows = rows.filter(pl.col("grade").is_null() if wanted.grade == "-" else pl.col("grade") == wanted.grade)
    if wanted.moved:
        rows = rows.filter(pl.col(data.plan.subject).is_in(list(moved_firms(data))))
    if wanted.text:
        rows = rows.filter(_fits(data, wanted.text))
    return _sorted(rows, data.plan.subject, wanted, hidden_from(data, scope))


def moved_firms(data: Evaluated) -> frozenset[str]:
    """Return the firms whose grade a list or a veto touched after the ranking."""
    if data.moves.is_empty():
        return frozenset()
    return frozenset(data.moves[data.plan.subject].to_list())


def _fits(data: Evaluated, text: str) -> pl.Expr:
    name = pl.col("fact__name").fill_null("").str.contains(text, literal=True)
    return name | pl.col(data.plan.subject).str.contains(text.upper(), literal=True)


def _sorted(rows: pl.DataFrame, subject: str, wanted: Wanted, hidden: frozenset[str]) -> pl.DataFrame:
    """Sort as asked; by rank where that would put hidden figures in their order."""
    columns = {
        "rank": ["population", "pool", "rank"],
        "total": ["total"],
        "name": ["fact__name"],
        "district": ["fact__district"],
        "industry": ["fact__industry"],
        "grade": ["grade"],
    }
    told = wanted.sort in SORTS and not (wanted.sort == "total" and total_hidden(hidden, wanted.population))
    by = [name for name in columns[wanted.sort if told else "rank"] if name in rows.columns]
    points = [name for name in rows.columns if name == f"points__{wanted.sort}"]
    points = [] if points_hidden(hidden, wanted.sort) else points
    return rows.sort(*(points or by), subject, descending=wanted.down, nulls_last=True, maintain_order=True)


@dataclass(frozen=True)
class Earned:
    """The points of an item in the grid; `mean`: no figure was reported and the rule gives the mean of the others."""

    said: str | None
    mean: bool = False


@dataclass(frozen=True)
class GridRow:
    """A row of the grid, ready to show; `cut` is said before the row where another grade begins."""

    subject: str
    name: str
    district: str
    industry: str
    industry_name: str
    points: tuple[Earned, ...]
    total: str | None
    rank: int | None
    ranked: str | None
    grade: str | None
    treated_as: str | None
    moved: bool
    why_open: str
    cut: str


def grid_rows(
    data: Evaluated, rows: pl.DataFrame, items: list[Item], with_cuts: bool, hidden: frozenset[str] = frozenset()
) -> list[GridRow]:
    """Make rows for the grid; cut lines are said where rows are in the order of one ranking."""
    moved, before, shown = moved_firms(data), None, []
    points = [_earned(rows, one, points_hidden(hidden, one.name)) for one in items]
    told = rows.select(one for one in (data.plan.subject, *_OF_A_ROW) if one in rows.columns)
    for at, row in enumerate(told.iter_rows(named=True)):
        cut = _cut(data, before, row, hidden) if with_cuts and before is not None else ""
        earned = tuple(column[at] for column in points)
        shown.append(_grid_row(data, row, earned, row[data.plan.subject] in moved, cut, hidden))
        before = row
    return shown


_OF_A_ROW = (
    "population", "pool", "status", "fact__name", "fact__district", "fact__industry", "total", "rank", "grade",
    "grade__ranked", "grade__reason", "treated_as",
)  # fmt: skip


def _grid_row(
    data: Evaluated, row: Mapping[str, Any], points: tuple[Earned, ...], moved: bool, cut: str, hidden: frozenset[str]
) -> GridRow:
    population = str(row["population"] or "")
    return GridRow(
        subject=row[data.plan.subject],
        name=row["fact__name"] or row[data.plan.subject],
        district=data.district(row["fact__district"]) or row["fact__district"] or "",
        industry=row["fact__industry"] or "",
        industry_name=data.industry(row["fact__industry"]),
        points=points,
        total=_told(unscaled(row.get("total"), total_digits(data, population)), total_hidden(hidden, population)),
        rank=row.get("rank"),
        ranked=row.get("grade__ranked"),
        grade=row.get("grade"),
        treated_as=row.get("treated_as"),
        moved=moved,
        why_open="" if row.get("grade") else _why_open(data.voice, row),
        cut=cut,
    )


def _earned(rows: pl.DataFrame, item: Item, is_hidden: bool) -> list[Earned]:
    """Say the points of an item for some rows, column by column: a page has some hundred cells."""
    points, reasons = (_cells(rows, f"{part}__{item.name}") for part in ("points", "reason"))
    told = (_told(unscaled(one, item.digits), is_hidden) for one in points)
    return [
        Earned(said, not is_hidden and said is not None and reason == "cohort_mean")
        for said, reason in zip(told, reasons, strict=True)
    ]


def _cells(rows: pl.DataFrame, name: str) -> list[Any]:
    return rows[name].to_list() if name in rows.columns else [None] * rows.height


def _told(shown: str | None, is_hidden: bool) -> str | None:
    return MASKED if is_hidden and shown is not None else shown


def _why_open(voice: Voice, row: Mapping[str, Any]) -> str:
    said = voice.grade_reason(row.get("grade__reason"))
    return said or voice.status(row["status"], str(row.get("population") or ""), row.get("grade"))


def _cut(data: Evaluated, before: Mapping[str, Any], row: Mapping[str, Any], hidden: frozenset[str]) -> str:
    same = before["population"] == row["population"] and before.get("pool") == row.get("pool")
    ranked, next_ranked = before.get("grade__ranked"), row.get("grade__ranked")
    if not same or ranked is None or next_ranked is None or ranked == next_ranked:
        return ""
    return cut_words(data, before, hidden)


def cut_words(data: Evaluated, last: Mapping[str, Any], hidden: frozenset[str]) -> str:
    """Say where the line of a grade is: rank and points of the last row that has it."""
    population, ranked = str(last["population"]), last["grade__ranked"]
    points = _told(unscaled(last.get("total"), total_digits(data, population)), total_hidden(hidden, population))
    if data.language == "en":
        return f"{ranked} line: rank {last['rank']}, {points} points"
    return f"{ranked} 档线　第 {last['rank']} 名，{points} 分"


def total_digits(data: Evaluated, population: str) -> int:
    total = data.plan.total(population) if population in data.plan.populations else None
    return 2 if total is None else total.digits


def unscaled(value: int | None, digits: int) -> str | None:
    """Write a scaled figure with all its decimals; None for a missing one."""
    if value is None:
        return None
    return f"{'−' if value < 0 else ''}{abs(value) // 10**digits:,}" + (
        f".{abs(value) % 10**digits:0{digits}d}" if digits else ""
    )
