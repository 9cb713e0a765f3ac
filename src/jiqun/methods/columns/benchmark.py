"""What measures are held against: values for everybody, values by key, and exact statistics of cohorts (S6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.engines import MEDIAN, GroupStatistics, Quantile, Wanted, many_group_statistics
from jiqun.methods.columns.aggregate import aggregates
from jiqun.methods.columns.integers import rescaled
from jiqun.methods.columns.trimmed import trimmed
from jiqun.methods.columns.work import ROW, Work, is_member
from jiqun.methods.compiling.plan import Plan, is_late
from jiqun.packs.models.method import Benchmark, Statistic
from jiqun.values import exact, from_scaled, plain, rescale, to_scaled

Key = tuple[Any, ...]
FEW = 16  # cohorts that are told apart by conditions rather than by a join


def set_benchmarks(work: Work, earlier: Work | None, late: bool = False) -> None:
    """Add `benchmark__X` of every benchmark that is not one number for everybody; `earlier` is last period's cohort.

    `late` are those of the totals, which come after these; all others come first.
    """
    plan = work.plan
    chosen = {name: one for name, one in plan.method.benchmarks.items() if is_late(plan.method, one.statistic) == late}
    values = _statistics(work, earlier, chosen)
    for name in () if late else plan.fixed:
        one = plan.fixed[name]
        _note(work, name, (), (), one.scaled, None)
    for name in (one for one in _in_order(plan) if one in chosen):
        statistic = plan.method.benchmarks[name].statistic
        if statistic is None:
            work.add(**{f"benchmark__{name}": _looked_up(work, name)})
        else:
            _from_cohorts(work, name, statistic, values[name])


def _in_order(plan: Plan) -> list[str]:
    """Benchmarks that differ between subjects, each after the one it falls back on."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in done or name in plan.fixed:
            return
        statistic = plan.method.benchmarks[name].statistic
        if statistic is not None and statistic.otherwise is not None:
            visit(statistic.otherwise)
        done[name] = None

    for name in plan.method.benchmarks:
        visit(name)
    return list(done)


def _looked_up(work: Work, name: str) -> nw.Expr:
    """The value whose key is the longest beginning of the subject's own key."""
    lookup = work.plan.method.benchmarks[name].lookup
    assert lookup is not None
    key = work.value(lookup.key).cast(nw.String)
    found: nw.Expr = nw.lit(None, nw.Int64)
    for known, one in sorted(work.plan.lookups[name].items(), key=lambda pair: len(pair[0])):
        found = nw.when(key.str.starts_with(known)).then(nw.lit(one.scaled, nw.Int64)).otherwise(found)
    return nw.when(is_member()).then(found)


# --- statistics of cohorts


def _statistics(
    work: Work, earlier: Work | None, chosen: Mapping[str, Benchmark]
) -> dict[str, dict[Key, tuple[Fraction, int]]]:
    """The statistic times k of every cohort that is large enough, with its size."""
    found: dict[str, dict[Key, tuple[Fraction, int]]] = {}
    shared: dict[tuple[Any, ...], dict[str, Statistic]] = {}
    for name, one in chosen.items():
        if one.statistic is None:
            continue
        source = work if one.statistic.period == "this" else earlier
        if source is None:
            found[name] = {}
        elif one.statistic.take == "aggregate":
            found[name] = aggregates(source, name, one.statistic, one.digits)
        elif one.statistic.is_trimmed:
            found[name] = trimmed(source, one.statistic, cohort(source, one.statistic.members))
        else:
            place = (one.statistic.period, one.statistic.members, one.statistic.over)
            shared.setdefault(place, {})[name] = one.statistic
    for (period, _, _), group in shared.items():
        source = work if period == "this" else earlier
        assert source is not None
        found |= _group(source, group)
    return found


def _group(work: Work, statistics: Mapping[str, Statistic]) -> dict[str, dict[Key, tuple[Fraction, int]]]:
    """Statistics of the same cohorts, in one pass."""
    first = next(iter(statistics.values()))
    wanted: dict[str, list[Wanted]] = {}
    for one in statistics.values():
        column, _ = work.plan.compared(one.measure)
        wanted[column] = [
            *wanted.get(column, []),
            *(part for part in _wanted(one) if part not in wanted.get(column, [])),
        ]
    keys = [f"cohort__{index}" for index in range(len(first.over))]
    frame = cohort(work, first.members).select(
        *(work.value(name).alias(key) for name, key in zip(first.over, keys, strict=True)), *wanted
    )
    groups = many_group_statistics(work.engine, frame, keys, wanted)
    found: dict[str, dict[Key, tuple[Fraction, int]]] = {}
    for name, one in statistics.items():
        column, digits = work.plan.compared(one.measure)
        found[name] = {
            key: (_value(one, group) * exact(one.times) / 10**digits, group.count)
            for key, group in groups[column].items()
            if None not in key and group.count >= max(one.smallest_cohort, 1)
        }
    return found


def cohort(work: Work, members: str) -> Any:
    """The scored members, or those of them that are graded."""
    return work.frame.filter(is_member() if members == "scored" else nw.col("status") == "graded")


def _wanted(one: Statistic) -> list[Wanted]:
    match one.take:
        case "mean" | "sum":
            return ["sum"]
        case "max":
            return ["max"]
        case "min":
            return ["min"]
        case "median":
            return [MEDIAN]
        case _:
            return [Quantile(exact(one.percentile or "0"))]


def _value(one: Statistic, group: GroupStatistics) -> Fraction:
    match one.take:
        case "mean":
            assert group.mean is not None
            return group.mean
        case "sum":
            return Fraction(group.sum or 0)
        case "max":
            return Fraction(group.max or 0)
        case "min":
            return Fraction(group.min or 0)
        case _:
            point = _wanted(one)[0]
            assert isinstance(point, Quantile)
            return group.quantiles[point].value


# --- back into the frame


def _from_cohorts(work: Work, name: str, statistic: Statistic, values: Mapping[Key, tuple[Fraction, int]]) -> None:
    digits = work.plan.method.benchmarks[name].digits
    scaled = {key: to_scaled(value, digits) for key, (value, _) in values.items()}
    for key in sorted(scaled, key=lambda one: tuple(str(part) for part in one)):
        _note(work, name, statistic.over, key, scaled[key], values[key][1])
    column = f"benchmark__{name}"
    keyed = [work.value(one) for one in statistic.over]
    present = is_member()
    for part in keyed:
        present = present & ~part.is_null()
    instead = _instead(work, name, statistic, digits)
    if not scaled or (len(scaled) <= FEW and len(keyed) <= 1):
        found: nw.Expr = instead
        for cohort_key, value in scaled.items():
            here = nw.lit(value, nw.Int64)
            found = nw.when(keyed[0] == cohort_key[0]).then(here).otherwise(found) if cohort_key else here
        work.add(**{column: nw.when(present).then(found)})
        return
    _join(work, column, statistic.over, scaled)
    work.add(**{column: nw.when(present).then(nw.coalesce(nw.col(column), instead))})


def _instead(work: Work, name: str, statistic: Statistic, digits: int) -> nw.Expr:
    """The benchmark of a cohort that is too small, rounded to the digits of the one it stands for."""
    other = statistic.otherwise
    if other is None:
        return nw.lit(None, nw.Int64)
    theirs = work.plan.method.benchmarks[other].digits
    if other in work.plan.fixed:
        return nw.lit(rescale(work.plan.fixed[other].scaled, theirs, digits), nw.Int64)
    return rescaled(nw.col(f"benchmark__{other}"), theirs, digits)


def _join(work: Work, column: str, over: Sequence[str], scaled: Mapping[Key, int]) -> None:
    """Give every row the value of its cohort; a row without cohort has none."""
    keys = {f"cohort__{index}": work.value(name) for index, name in enumerate(over)}
    narrow = work.collect(work.frame.select(nw.col(ROW), **keys))
    right = pl.DataFrame(
        [
            *(pl.Series(name, [key[index] for key in scaled], narrow.schema[name]) for index, name in enumerate(keys)),
            pl.Series(column, list(scaled.values()), pl.Int64),
        ]
    )
    work.attach(narrow.join(right, on=list(keys), how="left", maintain_order="left"), column)


def _note(work: Work, name: str, over: Sequence[str], key: Key, scaled: int, members: int | None) -> None:
    """Keep one row for the table of benchmarks."""
    plan = work.plan
    digits = plan.fixed[name].digits if name in plan.fixed else plan.method.benchmarks[name].digits
    cohort_text = "；".join(f"{column}={_shown(part)}" for column, part in zip(over, key, strict=True))
    clause = plan.fixed[name].clause if name in plan.fixed else plan.method.benchmarks[name].clause
    work.benchmarks.append(
        {
            "benchmark": name,
            "cohort": cohort_text,
            "value": plain(scaled, digits),
            "scaled": scaled,
            "digits": digits,
            "members": members,
            "source": plan.fixed[name].source if name in plan.fixed else "",
            "clause": clause or "",
        }
    )


def _shown(value: Any) -> str:
    return str(value) if not isinstance(value, float) else str(from_scaled(to_scaled(exact(value), 6), 6))
