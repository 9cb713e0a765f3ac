"""How many firms of a run lie where and have which grade: counted once for a state of the ledger and a scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from jiqun.reports.run import Evaluated
from jiqun.reports.summary import grade_words
from jiqun.web.kept import kept
from jiqun.web.land import queries
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, evaluated, ledger
from jiqun.web.shell.language import spoken


@dataclass(frozen=True)
class District:
    code: str
    name: str


def districts_of(data: Evaluated, scope: Scope) -> list[District]:
    """Return the districts that rows of the scope lie in, by code."""
    codes = sorted({one for one, _, _ in counted(ledger(), data.run, scope) if one is not None})
    return [District(code, data.district(code) or code) for code in codes]


@kept(64)
def counted(of: Ledger, id_: str, scope: Scope) -> Mapping[tuple[str | None, str | None, str | None], int]:
    """Count the rows of a run that are of the scope's firms by district, population and grade."""
    rows = queries.within(evaluated(id_, spoken()), scope)
    grade = pl.col("grade") if "grade" in rows.columns else pl.lit(None, dtype=pl.String).alias("grade")
    groups = rows.group_by("fact__district", pl.col("population").cast(pl.String), grade.cast(pl.String)).len()
    return {(district, population, grade): count for district, population, grade, count in groups.iter_rows()}


def grades_of(data: Evaluated, scope: Scope, population: str, district: str) -> Counter[str | None]:
    """Count the grades of a population, of a district where one is named; None is the grade that is open."""
    found: Counter[str | None] = Counter()
    for (lies_in, belongs_to, grade), count in counted(ledger(), data.run, scope).items():
        if belongs_to == population and district in ("", lies_in):
            found[grade] += count
    return found


def letters_of(data: Evaluated, scope: Scope, population: str, district: str) -> list[tuple[str, int]]:
    """Count every grade of a population, the best first, and under '' those whose grade is open."""
    has_grades = "grade" in data.rows.columns
    found = grades_of(data, scope, population, district) if has_grades else Counter[str | None]()
    return [*((letter, found[letter]) for letter in grade_words(data)), ("", found[None])]
