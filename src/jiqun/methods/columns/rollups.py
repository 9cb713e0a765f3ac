"""One value per subject from its related rows: counts, sums and extremes, exact to the declared decimals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.engines import Frame, guarded_round, unscaled
from jiqun.expressions import Columns, Exact, NumberType, columns, exact_value
from jiqun.expressions.rounding import DIVISION_STEPS, ROUNDOFF
from jiqun.methods.columns.in_a_row import (
    AT,
    HOLDS,
    OPEN,
    Dated,
    Span,
    columns_of,
    dated_by,
    in_a_row,
    in_order,
    longest,
    number,
    number_of,
    period_of,
    unit_of,
)
from jiqun.methods.columns.rows_in_time import exactly_newest, needs_when, only_newest, with_earlier
from jiqun.methods.columns.tables import Tables
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import read_value
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Rollup
from jiqun.values import Period, exact, from_scaled, to_scaled


def rolled_up(plan: Plan, tables: Tables, name: str, rollup: Rollup) -> pl.DataFrame | None:
    """Return a table of subject and value; None where the table has a fault.

    Of the newest row that counts one must be told from the others: two of the same time have to say the same.

    A row whose condition is unknown makes `any` unknown unless another row is true, and everything else missing; so
    does a missing figure among the rows that count. Sums and means are rounded half-up to `digits`, exactly.
    """
    key = rollup.by or plan.subject
    paths = {part: f"inputs.{name}.rollup.{part}" for part in ("where", "of") if getattr(rollup, part) is not None}
    used = {one for path in paths.values() for one in plan.formulas[path].names}
    rows = _rows(plan, tables, name, rollup, [key, *sorted(used)])
    if rows is None:
        return None
    readings = {part: columns(plan.formulas[path]) for part, path in paths.items()}
    doubts = [one.doubt for one in readings.values() if one.doubt is not None]
    if rollup.in_a_row:
        made = _in_a_row(plan, tables, name, rollup, rows, readings["where"])
    else:
        made = tables.engine.collect(_grouped(rows, key, readings, rollup, plan, name))
    return _refereed(plan, tables, name, rollup, rows, made, doubts)


def of_no_rows(rollup: Rollup, contract: TableContract | None = None) -> float | bool | None:
    """What no row that counts means: 0 of a count, false of `any`, of the others only what the rule says.

    >>> of_no_rows(Rollup(table="grant", take="sum", of="amount", no_rows="0"))
    0.0
    """
    if rollup.in_a_row:
        nothing = False if rollup.reaches is not None else 0
        is_register = contract is not None and contract.when_empty == "none"
        return nothing if rollup.no_rows is not None or is_register else None
    if rollup.take in ("count", "distinct", "any"):
        return False if rollup.take == "any" else 0
    return None if rollup.no_rows is None else float(exact(rollup.no_rows))


def of_nobody(plan: Plan, tables: Tables, name: str, rollup: Rollup) -> float | bool | None:
    """What a rollup is for whom the table has no row: see `of_no_rows`; none in a row where all periods are told."""
    nothing = of_no_rows(rollup, plan.contracts.get(rollup.table))
    if nothing is not None or not rollup.in_a_row:
        return nothing
    span = span_in_a_row(plan, tables, name, rollup)
    told = span.first is not None and set(range(span.first, span.last + 1)) <= span.told
    return (False if rollup.reaches is not None else 0) if told else None


def _rows(plan: Plan, tables: Tables, name: str, rollup: Rollup, used: Sequence[str]) -> Frame | None:
    """The related rows of the asked span, with a subject; `twin__` where the rollup asks for repeated rows."""
    dated = span_of(plan, rollup)
    when = dated_by(plan.contracts[rollup.table], rollup) if needs_when(rollup) else None
    path = f"inputs.{name}.rollup.repeats.among"
    among = plan.formulas.get(path)
    by = () if rollup.repeats is None else rollup.repeats.by
    others = () if among is None else sorted(among.names)
    own = [one for one in used if one not in rollup.beside]
    earlier = [one.column for one in rollup.beside.values()]
    timing = [] if when is None else columns_of(when, rollup)
    rows = tables.select(rollup.table, [*own, *by, *others, *rollup.each, *earlier, *timing])
    if rows is None:
        return None
    if rollup.beside and when is not None:
        rows = tables.engine.settle(with_earlier(rows, rollup, when, rollup.by or plan.subject))
    if by:
        test = nw.lit(True) if among is None else columns(among).value
        rows = tables.engine.settle(_with_twins(rows, by, test))
    if dated is not None:
        period = plan.period.earlier(plan.method.inputs[name].earlier)
        # of periods in a row, rows before the span tell since when there is anything of a subject
        wider = rollup.model_copy(update={"rows": "up_to_period"}) if rollup.in_a_row else rollup
        rows = rows.filter(in_span(period, wider, dated))
    return rows.filter(~nw.col(rollup.by or plan.subject).is_null())


def span_of(plan: Plan, rollup: Rollup) -> Dated | None:
    """What tells the period of a row, by which rows are chosen; None where all rows count."""
    return None if rollup.rows == "all" else dated_by(plan.contracts[rollup.table], rollup)


def _with_twins(rows: Frame, by: Sequence[str], test: nw.Expr) -> Frame:
    """Add `twin__`: whether another row with the same values in `by` passes the test; true, false or missing."""
    rows = rows.with_columns(passing__=test.fill_null(False).cast(nw.Int64), unsure__=test.is_null().cast(nw.Int64))
    rows = rows.with_columns(
        passing_others__=nw.col("passing__").sum().over(*by) - nw.col("passing__"),
        unsure_others__=nw.col("unsure__").sum().over(*by) - nw.col("unsure__"),
    )
    named = reduce(and_, (~nw.col(one).is_null() for one in by))
    alone = nw.when(nw.col("unsure_others__") == 0).then(nw.lit(False))
    found = nw.when(nw.col("passing_others__") > 0).then(nw.lit(True)).otherwise(alone)
    rows = rows.with_columns(twin__=nw.when(named).then(found))
    return rows.drop("passing__", "unsure__", "passing_others__", "unsure_others__")


def in_span(period: Period, rollup: Rollup, dated: Dated) -> nw.Expr:
    """Rows of a period: a month counts for its quarter and its year too."""
    begun = period.earlier(rollup.periods - 1).first
    first, last = (nw.lit(_written(day, dated)) for day in (begun, period.last))
    column = nw.col(columns_of(dated, rollup)[0])
    if dated == "quarter":
        column = column * 10 + nw.col("quarter")
    if rollup.rows == "before_period":
        return column < first
    upto = column <= last
    return upto if rollup.rows == "up_to_period" else upto & (column >= first)


def _written(day: date, dated: Dated) -> int | str | date:
    """A day as a column of a table's period writes it; a quarter as its year and number, 20243."""
    if dated == "year":
        return day.year
    if dated == "quarter":
        return day.year * 10 + (day.month + 2) // 3
    return day.isoformat()[:7] if dated == "month" else day


def _in_a_row(plan: Plan, tables: Tables, name: str, rollup: Rollup, rows: Frame, where: Columns) -> pl.DataFrame:
    """Count periods in a row; what holds in each is decided by the engine, how they follow each other here."""
    key, dated = rollup.by or plan.subject, dated_by(plan.contracts[rollup.table], rollup)
    doubt = nw.lit(False) if where.doubt is None else where.doubt.fill_null(False)
    flags = {
        HOLDS: where.value.fill_null(False).cast(nw.Int64),
        OPEN: where.value.is_null().cast(nw.Int64),
        "doubt__": doubt.cast(nw.Int64),
    }
    found = rows.select(nw.col(key), number(dated, rollup).alias(AT), **flags)
    found = found.filter(~nw.col(AT).is_null()).group_by(key, AT).agg(nw.col(HOLDS, OPEN, "doubt__").sum())
    periods = tables.engine.collect(found).with_columns(pl.col(HOLDS, OPEN, "doubt__").cast(pl.Int64))
    near = periods.group_by(key).agg(near__=pl.col("doubt__").sum() > 0)
    counted = in_a_row(periods, key, name, span_in_a_row(plan, tables, name, rollup), rollup.reaches)
    return counted.join(near, on=key, how="left")


def span_in_a_row(plan: Plan, tables: Tables, name: str, rollup: Rollup) -> Span:
    """The periods in which a rollup looks for a row of them, and what one without a row means."""
    unit = unit_of(dated_by(plan.contracts[rollup.table], rollup), rollup)
    return periods_looked_at(plan, name, rollup, tables.nothing_in(rollup.table, unit))


def periods_looked_at(plan: Plan, name: str, rollup: Rollup, told: frozenset[int] = frozenset()) -> Span:
    """The same, where `told` are the periods of which somebody said that there is nothing."""
    contract = plan.contracts[rollup.table]
    period = plan.period.earlier(plan.method.inputs[name].earlier)
    unit = unit_of(dated_by(contract, rollup), rollup)
    last = number_of(period.first, unit) - 1 if rollup.rows == "before_period" else number_of(period.last, unit)
    inside = rollup.rows == "same_period"
    first = number_of(period.earlier(rollup.periods - 1).first, unit) if inside else None
    whole = rollup.no_rows is not None or contract.when_empty == "none"
    return Span(first, last, rollup.take == "in_a_row", whole, told)


def _grouped(rows: Frame, key: str, readings: Mapping[str, Columns], rollup: Rollup, plan: Plan, name: str) -> Frame:
    """Aggregate by subject; `near__` marks subjects that need the exact reading."""
    counts = readings["where"].value if "where" in readings else nw.lit(True)
    if rollup.repeats is not None:
        counts = counts & (nw.col("twin__") if rollup.repeats.keep == "repeated" else ~nw.col("twin__"))
    flags = {
        "true__": counts.fill_null(False).cast(nw.Int64),
        "open__": counts.is_null().cast(nw.Int64),
    }
    doubts = [one.doubt for one in readings.values() if one.doubt is not None]
    flags["doubt__"] = reduce(or_, doubts, nw.lit(False)).fill_null(False).cast(nw.Int64)
    if "of" not in readings:
        grouped = rows.select(nw.col(key), **flags).group_by(key).agg(nw.col("true__", "open__", "doubt__").sum())
        yes, unsure = nw.col("true__").cast(nw.Int64), nw.col("open__") > 0
        if rollup.take == "any":
            value = nw.when(yes > 0).then(nw.lit(True)).otherwise(nw.when(~unsure).then(nw.lit(False)))
        else:
            value = nw.when(~unsure).then(yes)
        return grouped.select(nw.col(key), (nw.col("doubt__") > 0).alias("near__"), value.alias(name))
    return _of_values(rows, key, flags, readings["of"], rollup, plan, name)


def _of_values(
    rows: Frame, key: str, flags: Mapping[str, nw.Expr], of: Columns, rollup: Rollup, plan: Plan, name: str
) -> Frame:
    numeric = isinstance(plan.formulas[f"inputs.{name}.rollup.of"].type, NumberType)
    counted = flags["true__"] > 0
    value = nw.when(counted).then(of.value)
    lacking = (counted & of.value.is_null()).cast(nw.Int64)
    extra = {"value__": value, "lacking__": lacking}
    totals = [nw.col("true__", "open__", "doubt__", "lacking__").sum()]
    if numeric:
        assert of.bound is not None
        extra |= {"bound__": nw.when(counted).then(of.bound), "size__": nw.when(counted).then(of.value.abs())}
        totals += [nw.col("bound__", "size__").sum(), nw.col("value__").sum().alias("sum__")]
        totals += [nw.col("bound__").max().alias("worst__")]
    totals += [nw.col("value__").max().alias("max__"), nw.col("value__").min().alias("min__")]
    if rollup.take == "distinct":
        return _different(rows.select(nw.col(key), **flags, **extra), key, name)
    names = {f"each__{place}": nw.col(name) for place, name in enumerate(rollup.each)}
    if names:  # a row that names nothing may be another of the same
        nameless = reduce(or_, (name.is_null() for name in names.values()))
        extra["lacking__"] = (counted & (of.value.is_null() | nameless)).cast(nw.Int64)
    if rollup.take == "newest":
        extra["when__"] = in_order(dated_by(plan.contracts[rollup.table], rollup), rollup)
    rows = rows.select(nw.col(key), **flags, **extra, **names)
    if rollup.take == "newest":
        rows = only_newest(rows, key, numeric)
    if rollup.best is not None:
        rows = _only_best(rows, key, names, rollup.best)
    grouped = rows.group_by(key).agg(*totals)
    whole = (nw.col("open__") == 0) & (nw.col("lacking__") == 0) & (nw.col("true__") > 0)
    doubt = nw.col("doubt__") > 0
    if rollup.take == "newest":
        agrees = nw.col("min__") == nw.col("max__")
        doubt, whole = (doubt | (whole & ~agrees), whole) if numeric else (doubt, whole & agrees)
    if not numeric:
        taken = nw.col("max__" if rollup.take == "newest" else f"{rollup.take}__")
        return grouped.select(nw.col(key), doubt.alias("near__"), nw.when(whole).then(taken).alias(name))
    raw, bound = _raw(rollup)
    scaled, near = guarded_round(nw.when(whole).then(raw), nw.when(whole).then(bound), rollup.digits)
    made = unscaled(scaled, rollup.digits)
    if rollup.no_rows is not None:
        none = (nw.col("open__") == 0) & (nw.col("true__") == 0)
        made = nw.when(none).then(nw.lit(of_no_rows(rollup))).otherwise(made)
    return grouped.select(nw.col(key), (near | doubt).alias("near__"), made.alias(name))


def _only_best(rows: Frame, key: str, each: Iterable[str], most: int) -> Frame:
    """Leave only the `most` greatest figures among a subject's rows that count, or of each name among them.

    Figures that lie within their error of each other may change places: a sum of n of them is then off by at most n
    times the greatest error, which every one that is kept takes upon itself.
    """
    place = nw.col("value__").rank("ordinal", descending=True).over(key, *each)
    kept = (nw.col("true__") == 1) & (nw.col("value__").is_null() | (place <= most))
    rows = rows.with_columns(kept__=kept.fill_null(False), bound__=nw.col("bound__").max().over(key))
    own = nw.col("kept__")
    figures = {name: nw.when(own).then(nw.col(name)) for name in ("value__", "bound__", "size__")}
    return rows.with_columns(true__=own.cast(nw.Int64), **figures)


def _different(rows: Frame, key: str, name: str) -> Frame:
    """How many different values there are among the rows that count; nothing beside them is a value."""
    rows = rows.with_columns(beside__=nw.col("value__").is_null().cast(nw.Int64))
    totals = nw.col("open__", "doubt__", "lacking__", "beside__").sum()
    grouped = rows.group_by(key).agg(totals, nw.col("value__").n_unique().alias("different__"))
    found = nw.col("different__").cast(nw.Int64) - (nw.col("beside__") > 0).cast(nw.Int64)
    whole = (nw.col("open__") == 0) & (nw.col("lacking__") == 0)
    return grouped.select(nw.col(key), (nw.col("doubt__") > 0).alias("near__"), nw.when(whole).then(found).alias(name))


def _raw(rollup: Rollup) -> tuple[nw.Expr, nw.Expr]:
    """The float result and its error bound: a sum of n terms in any order errs by at most Σe + n·u·Σ|x|."""
    count = nw.col("true__").cast(nw.Float64)
    carried = (nw.col("bound__") + nw.col("size__") * count * ROUNDOFF) * 1.001
    if rollup.take == "sum":
        return nw.col("sum__"), carried
    if rollup.take == "mean":
        mean = nw.col("sum__") / count
        return mean, carried / count + mean.abs() * (DIVISION_STEPS * ROUNDOFF * 1.001)
    return nw.col("max__" if rollup.take == "newest" else f"{rollup.take}__"), nw.col("worst__")


def _refereed(
    plan: Plan, tables: Tables, name: str, rollup: Rollup, rows: Frame, made: pl.DataFrame, doubts: Sequence[nw.Expr]
) -> pl.DataFrame:
    """Decide the subjects near a rounding half from their own rows, over fractions."""
    engine = tables.engine
    key = rollup.by or plan.subject
    near = made.filter("near__").select(key)
    made = made.drop("near__")
    if near.is_empty():
        return made
    subjects = near[key].to_list()
    marked = engine.load(near.rename({key: "near__subject"}))
    own = engine.collect(rows.join(marked, left_on=key, right_on="near__subject", how="inner"))
    values: list[Any] = []
    found = own.partition_by(key, as_dict=True)
    for subject in subjects:
        span = span_in_a_row(plan, tables, name, rollup) if rollup.in_a_row else None
        value = exact_rollup(plan, name, rollup, found[(subject,)].to_dicts(), span)
        values.append(float(value) if isinstance(value, Fraction) else value)
    right = near.with_columns(pl.Series("right__", values, strict=False).cast(made.schema[name]), near__=True)
    fixed = pl.when("near__").then("right__").otherwise(name)
    return made.join(right, on=key, how="left").select(key, fixed.alias(name))


def _counts(plan: Plan, path: str, rollup: Rollup, row: Mapping[str, Any]) -> bool | None:
    """Whether a row counts: both its condition and what it has of twins; one false settles it."""
    verdicts: list[Any] = [True if rollup.where is None else exact_value(plan.formulas[f"{path}.where"], row)]
    if rollup.repeats is not None:
        twin = row["twin__"]
        verdicts.append(twin if twin is None else twin == (rollup.repeats.keep == "repeated"))
    return False if False in verdicts else (None if None in verdicts else True)


def exact_rollup(
    plan: Plan, name: str, rollup: Rollup, rows: Sequence[Mapping[str, Any]], span: Span | None = None
) -> Exact:
    """Compute a rollup of one subject's rows over fractions."""
    path = f"inputs.{name}.rollup"
    cells = [{column: read_value(cell) for column, cell in row.items()} for row in rows]
    verdicts = [_counts(plan, path, rollup, row) for row in cells]
    if rollup.take == "any":
        return True if True in verdicts else (None if None in verdicts else False)
    if span is not None:
        return _exactly_in_a_row(plan, rollup, cells, verdicts, span)
    if rollup.take == "newest":
        return exactly_newest(plan, name, rollup, cells, verdicts)
    if None in verdicts:
        return None
    chosen = [row for row, verdict in zip(cells, verdicts, strict=True) if verdict]
    if rollup.take == "count":
        return Fraction(len(chosen))
    values: list[Any] = [exact_value(plan.formulas[f"{path}.of"], row) for row in chosen]
    if rollup.take == "distinct":
        return None if None in values else Fraction(len(set(values)))
    if not values or None in values:
        return exact(rollup.no_rows) if not values and rollup.no_rows is not None else None
    if rollup.best is not None:
        named = [tuple(row[name] for name in rollup.each) for row in chosen]
        if any(None in name for name in named):
            return None
        values = _best_of_each(list(zip(named, values, strict=True)), rollup.best)
    if rollup.take in ("max", "min"):
        made = max(values) if rollup.take == "max" else min(values)
    else:
        made = sum(values, Fraction(0)) / (1 if rollup.take == "sum" else len(values))
    return from_scaled(to_scaled(made, rollup.digits), rollup.digits) if isinstance(made, Fraction) else made


def _exactly_in_a_row(
    plan: Plan,
    rollup: Rollup,
    cells: Sequence[Mapping[str, Any]],
    verdicts: Sequence[bool | None],
    span: Span,
) -> Exact:
    dated = dated_by(plan.contracts[rollup.table], rollup)
    told = [(period_of(dated, rollup, row), verdict) for row, verdict in zip(cells, verdicts, strict=True)]
    there = {at for at, _ in told if at is not None and at <= span.last}
    if not there:
        return None
    looked_at = range(span.begins(min(there)), span.last + 1)
    inside = [(at, verdict) for at, verdict in told if at is not None and at in looked_at]
    least = {at for at, verdict in inside if verdict}
    most = {at for at, verdict in inside if verdict is not False}
    most |= set() if span.whole else set(looked_at) - there - span.told
    low, high = (longest(held, span.last if span.ends else None) for held in (least, most))
    if rollup.reaches is not None:
        return True if low >= rollup.reaches else False if high < rollup.reaches else None
    return Fraction(low) if low == high else None


def best_places(rollup: Rollup, rows: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> list[int]:
    """Which rows hold what is taken of known values: all of a sum, the holders of an extreme, the best of each."""
    if rollup.take in ("max", "min"):
        held = max(values, default=None) if rollup.take == "max" else min(values, default=None)
        return [place for place, value in enumerate(values) if value == held]
    if rollup.best is None:
        return list(range(len(values)))
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(tuple(row[name] for name in rollup.each), []).append(place)
    best = (sorted(places, key=lambda place: -values[place])[: rollup.best] for places in groups.values())
    return sorted(place for places in best for place in places)


def _best_of_each(named: Sequence[tuple[tuple[Any, ...], Any]], most: int) -> list[Any]:
    found: dict[tuple[Any, ...], list[Any]] = {}
    for name, value in named:
        found.setdefault(name, []).append(value)
    return [value for values in found.values() for value in sorted(values, reverse=True)[:most]]
