"""Gathering: the rows of the evaluated period with every column and input that the method uses (S1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from math import inf
from operator import and_
from typing import Any, cast

import narwhals as nw
import polars as pl

from jiqun.engines import Frame, open_engine
from jiqun.expressions import BooleanType, DateType, NumberType
from jiqun.expressions.nearest import NONE, nearest
from jiqun.methods.columns.rollups import of_nobody, rolled_up
from jiqun.methods.columns.tables import Tables
from jiqun.methods.compiling.inputs import split_column, stated_value
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.compiling.references import used_columns
from jiqun.packs.models.method import Input, Method, Streak
from jiqun.packs.models.method.subjects import ResultOf
from jiqun.problems import Place, Problem, problem, stop_if_errors
from jiqun.values import Period

SHOWN = 5
QUARTERS = "grade_quarter"


def history_of(method: Method) -> str:
    """The table with the grades of earlier periods of a method's kind: of quarters, or of years."""
    return QUARTERS if method.evaluates.per == "quarter" else "grade_history"


def gather(plan: Plan, tables: Tables, cohort_only: bool = False) -> pl.DataFrame:
    """Return one row per subject of the period: subject, columns, inputs.

    The engine reads, filters and rolls up; what is one row per subject then is joined here.

    `cohort_only` leaves out what a cohort of an earlier period does not need. Raises ProblemsError with every fault of
    the tables.
    """
    frame = tables.select(plan.method.evaluates.table, used_columns(plan), plan.period)
    stop_if_errors(tables.faults)
    assert frame is not None
    rows = tables.engine.collect(frame)
    _check(plan, tables, rows, empty_is_fine=cohort_only)
    read = {name for path, typed in plan.formulas.items() if not path.startswith("inputs.") for name in typed.names}
    inputs = {
        name: one
        for name, one in plan.method.inputs.items()
        if one.parameter is None and (not cohort_only or name in read)
    }
    joined = _with_inputs(plan, tables, nw.from_native(rows.lazy()), inputs)
    stop_if_errors(tables.faults)
    return cast(pl.LazyFrame, joined.to_native()).collect()


def _here(tables: Tables, frame: Frame) -> Frame:
    """Bring a frame of one row per subject out of the engine."""
    return nw.from_native(tables.engine.collect(frame).lazy())


def assumptions(plan: Plan, gathered: pl.DataFrame) -> list[Problem]:
    """Say for how many subjects a missing input was taken as the value that the rule names."""
    found = []
    for name, one in plan.method.inputs.items():
        count = int(gathered[f"assumed__{name}"].sum()) if one.if_missing is not None else 0
        if count:
            place = Place(item=f"{plan.method.id} inputs.{name}")
            found.append(
                problem(
                    "METHOD-030",
                    place,
                    name=one.title or name,
                    name_en=one.title_en or name,
                    count=count,
                    value=one.if_missing,
                )
            )
    return found


def _check(plan: Plan, tables: Tables, rows: pl.DataFrame, empty_is_fine: bool) -> None:
    """Refuse missing and repeated subjects and infinite numbers."""
    subject, table = plan.subject, plan.method.evaluates.table
    subjects = rows[subject]
    if subjects.is_empty() and not empty_is_fine:
        tables.faults.append(problem("METHOD-023", Place(item=table), table=table, period=plan.period))
    if subjects.null_count():
        tables.faults.append(
            problem("METHOD-024", Place(item=table), table=table, name=subject, count=subjects.null_count())
        )
    for number in rows.select(pl.col(pl.Float64)):
        if inf in (number.max(), -(number.min() or 0.0)):  # type: ignore[operator]
            tables.faults.append(problem("METHOD-026", Place(item=table), table=table, name=number.name))
    if _ascending(subjects):
        return
    repeated = subjects.drop_nulls().filter(subjects.drop_nulls().is_duplicated()).unique().sort()
    if repeated.len():
        shown = "、".join(repeated.head(SHOWN).to_list()) + ("…" if repeated.len() > SHOWN else "")
        tables.faults.append(
            problem(
                "METHOD-025", Place(item=table), table=table, period=plan.period, count=repeated.len(), subjects=shown
            )
        )


def _ascending(subjects: pl.Series) -> bool:
    """Tell whether every subject is there, stands once, and stands in order."""
    return not subjects.null_count() and bool((subjects.slice(1) > subjects.slice(0, max(subjects.len() - 1, 0))).all())


def _with_inputs(plan: Plan, tables: Tables, frame: Frame, inputs: dict[str, Input]) -> Frame:
    looked_up: dict[tuple[str, int], dict[str, str]] = {}
    for name, one in inputs.items():
        if one.column is not None:
            table, column = split_column(one.column, plan.method.evaluates.table)
            if table == plan.method.evaluates.table and one.earlier == 0:
                if name != column:
                    frame = frame.with_columns(nw.col(column).alias(name))
            else:
                looked_up.setdefault((table, one.earlier), {})[name] = column
    for (table, earlier), wanted in looked_up.items():
        frame = _join(plan, tables, frame, _lookup(plan, tables, table, earlier, wanted), wanted)
    for name, one in inputs.items():
        if one.ancestor is not None:
            frame = _with_ancestor(plan, tables, frame, name, one.ancestor.column)
        elif one.lookup is not None:
            frame = _with_lookup(plan, tables, frame, name, one.lookup.key)
        elif one.column is None:
            source = _source(plan, tables, name, one)
            key = one.rollup.key if one.rollup is not None else None
            frame = _join(plan, tables, frame, source, [name], key)
            nothing = None if one.rollup is None else of_nobody(plan, tables, name, one.rollup)
            if source is not None and nothing is not None:
                missing = nw.col(f"found__{name}").is_null() & ~nw.col(key or plan.subject).is_null()
                frame = frame.with_columns(nw.when(missing).then(nw.lit(nothing)).otherwise(nw.col(name)).alias(name))
            if one.streak is not None and tables.has(history_of(plan.method)):
                frame = frame.with_columns(nw.col(name).fill_null(0))
            frame = frame.drop(f"found__{name}", strict=False)
    assumed = {name: one for name, one in inputs.items() if one.if_missing is not None}
    for name, one in assumed.items():
        assert one.if_missing is not None
        value = stated_value(one.if_missing, plan.names[name])
        missing = nw.col(name).is_null()
        frame = frame.with_columns(missing.alias(f"assumed__{name}"))
        own = nw.col(name).cast(nw.Float64) if isinstance(value, Fraction) else nw.col(name)
        stated = nw.lit(float(value) if isinstance(value, Fraction) else value)
        frame = frame.with_columns(nw.when(missing).then(stated).otherwise(own).alias(name))
    return frame


def _with_ancestor(plan: Plan, tables: Tables, frame: Frame, name: str, column: str) -> Frame:
    """Add the class above each subject's code; a code that the taxonomy does not have has none."""
    above = plan.ancestors[name]
    known = pl.DataFrame(
        {"code__": list(above), name: list(above.values())}, schema={"code__": pl.String, name: pl.String}
    )
    return frame.join(nw.from_native(known.lazy()), left_on=column, right_on="code__", how="left")


def _with_lookup(plan: Plan, tables: Tables, frame: Frame, name: str, key: str) -> Frame:
    """Add the number whose key is the longest beginning of the subject's own key."""
    table = plan.by_key[name]
    keys = cast(pl.LazyFrame, frame.to_native()).select(key).collect()[key].unique().drop_nulls().to_list()
    fitting = {one: max((known for known in table if one.startswith(known)), key=len, default=None) for one in keys}
    numbers = [None if known is None else float(table[known]) for known in fitting.values()]
    right = pl.DataFrame({"key__": list(fitting), name: numbers}, schema={"key__": pl.String, name: pl.Float64})
    return frame.join(nw.from_native(right.lazy()), left_on=key, right_on="key__", how="left")


def _join(
    plan: Plan, tables: Tables, frame: Frame, right: Frame | None, names: Iterable[str], left: str | None = None
) -> Frame:
    """Join values by subject, or by the column `left`; where their table was not given they are missing."""
    if right is None:
        return frame.with_columns(**{name: _nothing(plan, name) for name in names})
    key = plan.subject
    return frame.join(right.rename({key: "right__subject"}), left_on=left or key, right_on="right__subject", how="left")


def _nothing(plan: Plan, name: str) -> nw.Expr:
    kind = plan.names.get(name)
    if kind is None or isinstance(kind, NumberType):  # a streak is not typed before grades are
        return nw.lit(None, nw.Float64)
    if isinstance(kind, BooleanType):
        return nw.lit(None, nw.Boolean)
    return nw.lit(None, nw.Date) if isinstance(kind, DateType) else nw.lit(None, nw.String)


def _absent(tables: Tables, plan: Plan, table: str, name: str) -> bool:
    """Tell whether a related table was not given, and say so."""
    if tables.has(table):
        return False
    one, contract = plan.method.inputs.get(name), plan.contracts.get(table)
    title, title_en = (table, table) if contract is None else (contract.title, contract.title_en)
    label, label_en = (name, name) if one is None else (one.title or name, one.title_en or name)
    said = {"title": title, "title_en": title_en, "name": label, "name_en": label_en}
    place = Place(item=f"{plan.method.id} {name}")
    if contract is not None and contract.derived_from:
        sources = "、".join(contract.derived_from)
        tables.faults.append(problem("METHOD-035", place, table=table, sources=sources, **said))
    else:
        tables.faults.append(problem("METHOD-028", place, table=table, **said))
    return True


def _lookup(plan: Plan, tables: Tables, table: str, earlier: int, wanted: dict[str, str]) -> Frame | None:
    """Values of another table or period, one row per subject."""
    if _absent(tables, plan, table, "、".join(wanted)):
        return None
    period = plan.period.earlier(earlier)
    if table == plan.method.evaluates.table and tables.period_column(table) is None:
        tables.faults.append(problem("METHOD-029", Place(item=table), table=table, period=period))
        return None
    rows = tables.select(table, [plan.subject, *dict.fromkeys(wanted.values())], period)
    if rows is None:
        return None
    rows = rows.filter(~nw.col(plan.subject).is_null())
    rows = _single(plan, tables, table, rows, "、".join(wanted))
    return rows.select(nw.col(plan.subject), *(nw.col(column).alias(name) for name, column in wanted.items()))


def _single(plan: Plan, tables: Tables, table: str, rows: Frame, name: str) -> Frame:
    """Refuse a table with several rows for one subject where one is expected."""
    key = plan.subject
    rows = _here(tables, rows)
    subjects = cast(pl.LazyFrame, rows.to_native()).select(key).collect()[key]
    repeated = subjects.filter(subjects.is_duplicated()).unique().sort()
    if repeated.len():
        shown = "、".join(repeated.head(SHOWN).to_list()) + ("…" if repeated.len() > SHOWN else "")
        tables.faults.append(
            problem("METHOD-027", Place(item=table), table=table, name=name, count=repeated.len(), subjects=shown)
        )
    return rows


def _source(plan: Plan, tables: Tables, name: str, one: Input) -> Frame | None:
    if one.rollup is not None:
        if _absent(tables, plan, one.rollup.table, name):
            return None
        rows = rolled_up(plan, tables, name, one.rollup)
        if rows is None:
            return None
        key = one.rollup.by or plan.subject
        found = nw.from_native(rows.lazy())
        return found.select(nw.col(key).alias(plan.subject), nw.col(name), nw.lit(True).alias(f"found__{name}"))
    if one.certified is not None:
        return _certified(plan, tables, name, one.certified, plan.period.earlier(one.earlier))
    if one.result is not None:
        return _results(plan, tables, name, one.result)
    assert one.streak is not None
    return _streak(plan, tables, name, one.streak)


def result_of(plan: Plan, given: Mapping[str, pl.DataFrame], name: str, subject: str) -> Any:
    """Return what an input that reads results of other evaluations would be of one subject, from these alone."""
    own = {
        table: frame.filter(pl.col(plan.subject) == subject) if plan.subject in frame.columns else frame
        for table, frame in given.items()
    }
    one = plan.method.inputs[name]
    with open_engine("polars") as engine:
        tables = Tables(engine, plan.contracts, own)
        source = _source(plan, tables, name, one)
        nothing = 0 if one.streak is not None and tables.has(history_of(plan.method)) else None
        rows = None if source is None else engine.collect(source)
    found = None if rows is None else rows.filter(pl.col(plan.subject) == subject)
    return nothing if found is None or found.is_empty() else found[name][0]


def _rows_where(
    plan: Plan, tables: Tables, table: str, keys: tuple[str, ...], test: nw.Expr, period: Period, value: str, name: str
) -> Frame | None:
    if _absent(tables, plan, table, name):
        return None
    rows = tables.select(table, [plan.subject, *keys, value], period)
    if rows is None:
        return None
    rows = _single(plan, tables, table, rows.filter(test), name)
    return rows.select(nw.col(plan.subject), nw.col(value).alias(name))


def _certified(plan: Plan, tables: Tables, name: str, scheme: str, period: Period) -> Frame | None:
    """Scores that somebody else issued under a scheme; METHOD-044, a notice, where only another is like it."""
    test = nw.col("scheme") == scheme
    found = _rows_where(plan, tables, "certified_score", ("scheme",), test, period, "score", name)
    if found is None or not _is_empty(found):
        return found
    rows = tables.select("certified_score", ["scheme"], period)
    others = [] if rows is None else sorted(tables.engine.collect(rows)["scheme"].drop_nulls().unique())
    close = nearest(scheme, others)
    if close != NONE:
        said = {"scheme": scheme, "period": period, "nearest": close}
        tables.faults.append(problem("METHOD-044", Place(item=f"{plan.method.id} {name}"), **said))
    return found


def _results(plan: Plan, tables: Tables, name: str, result: ResultOf) -> Frame | None:
    """What another method gave each subject; METHOD-036, a notice, where it was not evaluated for the period."""
    period, test = plan.period.earlier(result.earlier), nw.col("method") == result.method
    keys: tuple[str, ...] = ("method",)
    table, value = history_of(plan.method), result.item
    if result.item not in ("grade", "total"):
        table, keys, value = "result_item", ("method", "item"), "value"
        test = test & (nw.col("item") == result.item)
    found = None
    if tables.has(table):
        found = _rows_where(plan, tables, table, keys, test, period, value, name)
    if found is None or _is_empty(found):
        tables.faults.append(_not_evaluated(plan, name, "METHOD-036", result.method, period))
    return found


def _is_empty(frame: Frame) -> bool:
    return cast(pl.LazyFrame, frame.to_native()).limit(1).collect().is_empty()


def _not_evaluated(plan: Plan, name: str, code: str, method: str, period: Period | int) -> Problem:
    one = plan.method.inputs[name]
    said = {"name": one.title or name, "name_en": one.title_en or name, "method": method, "period": period}
    return problem(code, Place(item=f"{plan.method.id} {name}"), **said)


def _streak(plan: Plan, tables: Tables, name: str, streak: Streak) -> Frame | None:
    """Count the periods in a row, up to the last one (of another method: up to this one), with the grade.

    Of the distinct years with the grade (quarters, where those are evaluated), newest first, the k-th belongs to the
    row as long as it lies k − 1 back. Nothing of the last period in the history means that nobody has the grade
    (METHOD-038, a notice); without any history the count is missing (METHOD-036).
    """
    method, table = streak.method or plan.method.id, history_of(plan.method)
    by_quarter = table == QUARTERS
    last = plan.period.earlier(1) if method == plan.method.id else plan.period
    newest = last.year * 4 + int(str(last)[-1]) if by_quarter else last.year
    at = nw.col("year") * 4 + nw.col("quarter") if by_quarter else nw.col("year")
    rows = None
    if tables.has(table):
        rows = tables.select(table, [plan.subject, "year", *(("quarter",) if by_quarter else ()), "method", "grade"])
    of_last = None if rows is None else rows.filter((nw.col("method") == method) & (at == newest))
    if of_last is None or _is_empty(_here(tables, of_last)):
        code = "METHOD-036" if rows is None else "METHOD-038"
        tables.faults.append(_not_evaluated(plan, name, code, method, last if by_quarter else last.year))
    if rows is None:
        return None
    tests = (nw.col("method") == method, nw.col("grade") == streak.grade, at <= newest)
    periods = rows.filter(reduce(and_, tests)).select(nw.col(plan.subject), at.alias("at__")).unique()
    place = nw.col("at__").rank("ordinal", descending=True).over(plan.subject).cast(nw.Int64)
    run = periods.with_columns(place__=place).filter(nw.col("at__") == newest + 1 - nw.col("place__"))
    return _here(tables, run.group_by(plan.subject).agg(nw.len().cast(nw.Int64).alias(name)))
