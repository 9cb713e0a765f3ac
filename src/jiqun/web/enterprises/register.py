"""The register of firms as the list and the search read it: one row per firm, made once per state of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl
from django.utils import timezone

from jiqun.desk.context import Context
from jiqun.desk.leading import leads
from jiqun.desk.running import Run
from jiqun.problems import ProblemsError
from jiqun.values import comparable, narrow
from jiqun.web.grades.lines import line_of_id
from jiqun.web.kept import kept
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, district_names, ledger, names_of, region, run_of
from jiqun.web.shell.asked import whole_number
from jiqun.web.told_results import runs_for

SORTS = {
    "name": "name",
    "code": "enterprise",
    "district": "district",
    "industry": "industry",
    "park": "park",
    "scale": "scale",
    "grade": "grade",
}
_NAMES_KEPT = 200_000


def place_names() -> Mapping[str, str]:
    """Return the names of districts: today's, and those that reported before a merger as they were then called."""
    return _place_names(ledger(), region(), timezone.localdate())


def named(column: str, value: object) -> object:
    """Say a code of the register with the name it stands for; any other value as it is."""
    if column not in ("industry", "district") or value is None:
        return value
    names = place_names() if column == "district" else names_of("gbt4754", timezone.localdate())
    return f"{names[str(value)]}（{value}）" if str(value) in names else value


@kept(4)
def _place_names(of: Ledger, law: Context, today: date) -> Mapping[str, str]:
    years = of.table("enterprise_year")["year"]
    first = date(int(years.min()), 12, 31) if len(years) else today  # type: ignore[arg-type]
    return {**district_names(first), **names_of("districts", today)}


@dataclass(frozen=True)
class Wanted:
    """What a user picked in the list."""

    text: str = ""
    district: str = ""
    industry: str = ""
    park: str = ""
    scale: str = ""
    grade: str = ""
    year: str = ""
    sort: str = "name"
    down: bool = False


@lru_cache(maxsize=_NAMES_KEPT)
def initials(name: str) -> str:
    """Return the pinyin initials of a name, in capitals; letters and figures stay, signs do not.

    >>> initials("示范机械A厂")
    'SFJXAC'
    """
    from pypinyin import Style, lazy_pinyin  # its dictionaries take a third of a second, in every process

    letters = "".join(lazy_pinyin(narrow(name), style=Style.FIRST_LETTER)).upper()
    return "".join(one for one in letters if one.isalnum())


def readable_runs(scope: Scope) -> list[Run]:
    """Return the told runs that grade firms by the mu, newest first; without those whose rule changed since."""
    return list(_readable(region(), tuple(one.id for one in runs_for(scope))))


@kept(64)
def _readable(law: Context, told: tuple[str, ...]) -> tuple[Run, ...]:
    return tuple(run for one in told if (run := _grading(one)) is not None)


def _grading(id_: str) -> Run | None:
    """Return a run that grades firms by the mu; None for any other, and for one whose rule changed since."""
    try:
        run = run_of(id_)
        grades = not line_of_id(run.method_id) and run.subject == "enterprise" and "grade" in run.trace.columns
        return run if grades else None
    except ProblemsError:
        return None


def leading_run(scope: Scope) -> Run | None:
    """Return the told run whose grades the region's pages show, where there are several of several rules."""
    return max(readable_runs(scope), key=leads, default=None)


def register(scope: Scope) -> tuple[pl.DataFrame, Run | None]:
    """Return every firm with its newest scale and the grade that a reader is told, and the run that this is from."""
    run = leading_run(scope)
    return _register(ledger(), "" if run is None else run.id), run


def registered(code: str, scope: Scope) -> dict[str, Any] | None:
    """Return the row of a firm of the register; None outside the scope."""
    rows, run = register(scope)
    at = _lines(ledger(), "" if run is None else run.id).get(code)
    row = None if at is None else rows.row(at, named=True)
    return row if row is not None and scope.holds(row) else None


@kept(4)
def _lines(at: Ledger, run: str) -> Mapping[str, int]:
    return {code: number for number, code in enumerate(_register(at, run)["enterprise"].to_list())}


@kept(4)
def _register(at: Ledger, run: str) -> pl.DataFrame:
    firms = at.table("enterprise")
    years = at.table("enterprise_year")
    scales = years.drop_nulls("scale").sort("year").group_by("enterprise").agg(pl.col("scale").last())
    if run:
        grades = run_of(run).trace.select("enterprise", pl.col("grade").cast(pl.String))
    else:
        grades = pl.DataFrame(schema={"enterprise": pl.String, "grade": pl.String})
    former = pl.col("former_names").fill_null("")
    return (
        firms.join(scales, on="enterprise", how="left")
        .join(grades.unique("enterprise"), on="enterprise", how="left")
        .with_columns(
            _text=pl.concat_str(pl.col("name").fill_null(""), former, separator=";").map_elements(
                comparable, return_dtype=pl.String
            ),
            _initials=pl.col("name").fill_null("").map_elements(initials, return_dtype=pl.String),
        )
    )


def chosen(rows: pl.DataFrame, scope: Scope, wanted: Wanted) -> pl.DataFrame:
    """Return the firms of a scope that a user picked, sorted; what is missing comes last both ways.

    A year picks the firms that reported for it, by the scale that they had in it; without one the newest scale counts.
    """
    rows = scope.rows(rows)
    if (year := whole_number(wanted.year)) is not None:
        told = ledger().table("enterprise_year").filter(pl.col("year") == year).select("enterprise", "scale")
        rows = rows.drop("scale").join(told, on="enterprise", how="inner", maintain_order="left")
    for column in ("district", "park", "scale"):
        if value := getattr(wanted, column):
            rows = rows.filter(pl.col(column) == value)
    if wanted.industry:
        rows = rows.filter(pl.col("industry").str.starts_with(wanted.industry))
    if wanted.grade:
        rows = rows.filter(pl.col("grade").is_null() if wanted.grade == "-" else pl.col("grade") == wanted.grade)
    if wanted.text:
        rows = rows.filter(fits(wanted.text))
    by = SORTS.get(wanted.sort, "name")
    return rows.sort(by, "enterprise", descending=[wanted.down, False], nulls_last=True, maintain_order=True)


def fits(text: str) -> pl.Expr:
    """Tell which firms a search text means: a part of a present or former name, of the code, or pinyin initials."""
    asked = comparable(text)
    if not asked:
        return pl.lit(False)
    found = pl.col("_text").str.contains(asked, literal=True)
    found |= pl.col("enterprise").str.contains(text.strip().upper(), literal=True)
    letters = text.strip().upper()
    if letters.isascii() and letters.isalnum():
        found |= pl.col("_initials").str.contains(letters, literal=True)
    return found
