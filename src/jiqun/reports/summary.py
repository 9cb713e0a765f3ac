"""The sheet 汇总: how many firms have which grade, by district, industry division and size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.run import Evaluated

_COUNTED = ("firms", "graded", "scored", "ungraded", "exempt", "outside")
_COUNTED_WITHOUT_GRADES = ("firms", "evaluated", "exempt", "outside")


def grade_words(run: Evaluated) -> tuple[str, ...]:
    """Return every grade of the method, best first."""
    return tuple(dict.fromkeys(name for one in run.plan.method.grades.values() for name in one.classes))


def summary_sheet(run: Evaluated) -> Sheet:
    """Counts of firms and grades, and the grades' shares among those graded; one block of rows for each grouping."""
    grades = grade_words(run)
    counts = _COUNTED if grades else _COUNTED_WITHOUT_GRADES
    fields = (
        Field(run.say("group"), widest=18),
        Field(run.say("member"), widest=40),
        *(Field(run.say(name), run.say("households"), "number") for name in counts),
        *(Field(run.say("grade_count", grade=one), run.say("households"), "number") for one in grades),
        *(Field(run.say("grade_share", grade=one), run.say("of_graded"), "share", 1) for one in grades),
    )
    title = run.say("title.summary" if grades else "title.counts")
    return Sheet(run.say("sheet.summary"), title, fields, list(_rows(run, grades)), frozen=2)


def _rows(run: Evaluated, grades: Sequence[str]) -> Iterator[list[Value]]:
    rows = run.rows.with_columns(
        _all=pl.lit(run.say("by_all")),
        _population=_said(run, "population", run.voice.label),
        _district=_said(run, "fact__district", lambda code: f"{code} {run.district(code)}".strip()),
        _division=_said(run, "fact__industry", run.division),
        _scale=_said(run, "fact__scale", run.scale),
    )
    for key in ("all", "population", "scale", "district", "division"):
        if key in ("district", "division", "scale") and rows[f"_{key}"].n_unique() == 1 and not _known(rows, key):
            continue
        counted = rows.group_by(f"_{key}").agg(*_counts(run, grades)).sort(f"_{key}", nulls_last=True)
        for group, *numbers in counted.iter_rows():
            counts, by_grade = numbers[: len(numbers) - len(grades)], numbers[len(numbers) - len(grades) :]
            graded = counts[1]
            shares = [one / graded if graded else None for one in by_grade]
            yield [run.say(f"by_{key}"), group or run.say("nobody_said"), *counts, *by_grade, *shares]


def _known(rows: pl.DataFrame, key: str) -> bool:
    return rows[f"_{key}"].null_count() < rows.height


def _said(run: Evaluated, column: str, speak: object) -> pl.Series:
    assert callable(speak)
    codes = run.rows[column].cast(pl.String)
    words = {code: speak(code) or None for code in codes.unique().drop_nulls().to_list()}
    return codes.replace_strict(words, default=None, return_dtype=pl.String)


def _counts(run: Evaluated, grades: Sequence[str]) -> Iterator[pl.Expr]:
    """How many there are of each kind; nobody lacks a grade in a population for which the rule has none."""
    status, grade = pl.col("status").cast(pl.String), pl.col("grade").cast(pl.String)
    yield pl.len().alias("firms")
    if grades:
        with_grades = [one for one in run.plan.populations if run.plan.grade(one) is not None]
        here = pl.col("population").cast(pl.String).is_in(with_grades)
        yield grade.is_not_null().sum().alias("graded")
        yield ((status == "scored") | ((status == "graded") & ~here)).sum().alias("scored")
        yield ((status == "graded") & grade.is_null() & here).sum().alias("ungraded")
    else:
        yield status.is_in(["graded", "scored"]).sum().alias("evaluated")
    yield (status == "exempt").sum().alias("exempt")
    yield status.is_in(["outside", "population_unknown"]).sum().alias("outside")
    for one in grades:
        yield (grade == one).sum().alias(f"grade__{one}")
