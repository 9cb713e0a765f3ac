"""How figures become points: own points within cap and floor, or what the rule says where there are none (S7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.engines import many_group_statistics
from jiqun.methods.columns import referee
from jiqun.methods.columns.first import First
from jiqun.methods.columns.integers import rescaled
from jiqun.methods.columns.score_kinds import raw_points
from jiqun.methods.columns.work import ROW, Work, exact_values, first_of, is_member, pieces, word
from jiqun.methods.compiling.numbers import benchmark_names
from jiqun.methods.compiling.plan import REASONS, Plan, conditions
from jiqun.methods.exact.member import Member, read_value
from jiqun.methods.exact.scores import points_of
from jiqun.packs.models.method import Cases, Options, Score
from jiqun.values import exact, from_scaled, to_scaled

OWN = ("own", "capped", "floored", "not_positive")
_SEPARATORS = re.compile("[;；、]")
_NOTHING = nw.lit(None, nw.Int64)


@dataclass(frozen=True)
class Scored:
    """Points (scaled to the score's digits), how they came to be, and the rows only the exact reading can tell."""

    points: nw.Expr
    reason: nw.Expr
    near: nw.Expr | None


def score(work: Work) -> None:
    """Add `points__X` and `reason__X` of every item; each row has those of its population."""
    plan = work.plan
    work.sizes |= work.largest(_held_against_numbers(plan))
    present, asked = work.present, []
    for item in plan.items():
        populations = [one for one in present if item in plan.scores(one)]
        if not populations:
            nobody = {f"points__{item}": _NOTHING, f"reason__{item}": word(None, REASONS)}
            asked.append(referee.Asked(nobody, None))
            continue
        first = First(f"_raw__{item}__")
        made = {
            name: _item(work, first, plan.score_path(name, item), item, plan.score(name, item)) for name in populations
        }
        near = {name: one.near for name, one in made.items() if one.near is not None}
        asked.append(
            referee.Asked(
                {
                    f"points__{item}": _of_members({name: one.points for name, one in made.items()}),
                    f"reason__{item}": _of_members({name: one.reason for name, one in made.items()}),
                },
                _of_members(near).fill_null(False) if near else None,
                _needs(work, item, populations),
                _exactly(plan, item),
                first.steps,
            )
        )
    referee.settle(work, asked)
    work.drop(_passing_columns(work))
    _fill_with_means(work)


def _held_against_numbers(plan: Plan) -> list[str]:
    """The measures that ratios hold against one number for everybody: if they are small, integers tell the points."""
    found: dict[str, None] = {}
    for population in plan.populations:
        for item in plan.scores(population):
            for _, name, one in _all_options(plan, population, item):
                if one.ratio is not None and one.ratio.to in plan.fixed:
                    found[f"measure__{plan.measure_of(name, one)}"] = None
    return list(found)


def _of_members(cases: Mapping[str, nw.Expr]) -> nw.Expr:
    return nw.when(is_member()).then(pieces(cases))


def _passing_columns(work: Work) -> list[str]:
    """Columns that only the way to the points needed."""
    return [name for name in work.columns if name.startswith(("_place_", "_size_", "_option_"))]


def _item(work: Work, first: First, path: str, item: str, one: Score) -> Scored:
    """Points of one item by one score."""
    if one.choice is not None:
        return _chosen(work, first, path, one)
    if one.flag is not None:
        reading = work.read(f"{path}.flag.where")
        yes, no = (
            nw.lit(to_scaled(exact(text), one.digits), nw.Int64) for text in (one.flag.points, one.flag.otherwise)
        )
        points = first.keep(nw.when(reading.value).then(yes).otherwise(nw.when(~reading.value).then(no)), 2)
        return _bounded(one, points, [(points.is_null(), *_missing(one, "missing"))], reading.doubt)
    if one.cases is not None:
        return _first_case(work, first, path, one, one.cases)
    measure = work.plan.measure_of(item, one)
    if one.options is not None:
        points = _option_points(work, one, one.options, measure)
        return _bounded(one, points, [(points.is_null(), *_missing(one, "undeclared"))], None)
    value = nw.col(f"measure__{measure}")
    raw = raw_points(work, first, one, measure)
    scaled = first.keep(raw.scaled, 2)
    absent = [(value.is_null(), *_missing(one, "missing"))]
    if raw.lacking is not None:
        absent.append((raw.lacking, _NOTHING, "no_benchmark"))
    if one.not_positive is not None:
        fixed = nw.lit(to_scaled(exact(one.not_positive), one.digits), nw.Int64)
        absent.append((value <= 0, fixed, "not_positive"))
    if raw.undefined is not None:
        absent.append((raw.undefined, _NOTHING, "no_benchmark"))
    if one.bands is not None:
        absent.append((scaled.is_null(), _NOTHING, "no_band"))
    return _bounded(one, scaled, absent, raw.near)


def _first_case(work: Work, first: First, path: str, one: Score, cases: Cases) -> Scored:
    """Points of the first true case; a case whose condition is unknown leaves those behind it unknown too."""
    readings = [work.read(where) for where, _ in conditions(path, one)]
    points = nw.lit(to_scaled(exact(cases.otherwise), one.digits), nw.Int64)
    for case, reading in reversed(list(zip(cases.of, readings, strict=True))):
        here = nw.lit(to_scaled(exact(case.points), one.digits), nw.Int64)
        points = nw.when(reading.value).then(here).otherwise(nw.when(~reading.value).then(points))
    doubts = [reading.doubt for reading in readings if reading.doubt is not None]
    points = first.keep(points, 2)
    return _bounded(
        one, points, [(points.is_null(), *_missing(one, "missing"))], reduce(or_, doubts) if doubts else None
    )


def _missing(one: Score, reason: str) -> tuple[nw.Expr, str]:
    if one.missing == "unknown":
        return _NOTHING, reason
    if one.missing == "cohort_mean_score":
        return _NOTHING, "cohort_mean"
    return nw.lit(to_scaled(exact(one.missing), one.digits), nw.Int64), "penalty"


def _bounded(one: Score, scaled: nw.Expr, absent: list[tuple[nw.Expr, nw.Expr, str]], near: nw.Expr | None) -> Scored:
    """Hold rounded points within cap and floor; `absent` are the cases in which there are none of its own."""
    points, cases = scaled, [(test, word(reason, REASONS)) for test, _, reason in absent]
    caps = [exact(one.cap)] if one.cap is not None else []
    caps += [exact(one.cap_times) * exact(one.weight)] if one.cap_times is not None else []
    limits: list[tuple[nw.Expr, nw.Expr]] = []
    if caps:
        cap = to_scaled(min(caps), one.digits)
        limits.append((scaled > cap, nw.lit(cap, nw.Int64)))
        cases.append((scaled > cap, word("capped", REASONS)))
    if one.floor is not None:
        floor = to_scaled(exact(one.floor), one.digits)
        limits.append((scaled < floor, nw.lit(floor, nw.Int64)))
        cases.append((scaled < floor, word("floored", REASONS)))
    given = [(test, value) for test, value, reason in absent if reason in ("penalty", "not_positive", "no_benchmark")]
    points = first_of([*given, *limits], scaled)
    return Scored(points, first_of(cases, word("own", REASONS)), near)


def _chosen(work: Work, first: First, path: str, one: Score) -> Scored:
    """Points of the item the applicant chose, in this item's digits and within its cap and floor."""
    assert one.choice is not None
    by = work.value(one.choice.by)
    points, reason = _missing(one, "undeclared")
    kind, marks = word(reason, REASONS), []
    for option, inner in one.choice.options.items():
        made = _item(work, first, f"{path}.choice.options.{option}", option, inner)
        own = reduce(or_, (made.reason == name for name in OWN))
        finer = rescaled(made.points, inner.digits, one.digits)
        outer = _bounded(one, finer, [], None)
        here = (by == option).fill_null(False)
        points = nw.when(here).then(nw.when(own).then(outer.points).otherwise(finer)).otherwise(points)
        outcome = nw.when(own & (outer.reason != "own")).then(outer.reason).otherwise(made.reason)
        kind = nw.when(here).then(outcome).otherwise(kind)
        marks += [] if made.near is None else [here & made.near.fill_null(False)]
    return Scored(points, kind, reduce(or_, marks) if marks else None)


# --- options: texts are read once each


def _option_points(work: Work, one: Score, options: Options, column: str) -> nw.Expr:
    """Lay the points of every written text beside its row; a text with an unknown option has none."""
    texts = work.collect(work.frame.select(nw.col(ROW), _text=work.value(column)))
    written = texts["_text"].drop_nulls().unique()
    points = [_points_of_text(one, options, text) for text in written]
    name = f"_option_{len(_passing_columns(work))}"
    known = pl.DataFrame([written, pl.Series(name, points, pl.Int64)])
    work.attach(texts.join(known, on="_text", how="left", maintain_order="left"), name)
    return nw.col(name)


def _points_of_text(one: Score, options: Options, written: str) -> int | None:
    named = {part.strip() for part in _SEPARATORS.split(written)} - {""}
    if not named <= {*options.points, *options.zeroing}:
        return None
    if named & {*options.zeroing}:
        return 0
    total = sum(exact(options.points[part]) for part in named)
    most = total if options.cap is None else min(total, exact(options.cap))
    return to_scaled(exact(most), one.digits)


# --- the referee's reading


def _needs(work: Work, item: str, populations: list[str]) -> dict[str, nw.Expr]:
    """What the exact points of an item are made from."""
    names: dict[str, None] = {"population": None}
    needs: dict[str, nw.Expr] = {}
    for population in populations:
        for path, score_item, one in _all_options(work.plan, population, item):
            wheres = [where for where, _ in conditions(path, one)]
            if wheres:
                for where in wheres:
                    names.update(dict.fromkeys(work.plan.formulas[where].names))
            elif one.choice is not None:
                names[one.choice.by] = None
            else:
                names[work.plan.measure_of(score_item, one)] = None
            for name in benchmark_names(one):
                if name not in work.plan.fixed:
                    needs[f"held__{name}"] = nw.col(f"benchmark__{name}")
    return work.needs(names) | needs


def _all_options(plan: Plan, population: str, item: str) -> list[tuple[str, str, Score]]:
    found = [(plan.score_path(population, item), item, plan.score(population, item))]
    for path, _, one in found:
        if one.choice is not None:
            found += [(f"{path}.choice.options.{name}", name, inner) for name, inner in one.choice.options.items()]
    return found


def _exactly(plan: Plan, item: str) -> Callable[[Mapping[str, Any]], referee.Verdict]:
    def exactly(row: Mapping[str, Any]) -> referee.Verdict:
        population = row["need__population"]
        one = plan.score(population, item)
        member = Member(str(row[plan.subject]), exact_values(plan.names, row, read_value), population=population)
        member.benchmarks = {name: fixed.value for name, fixed in plan.fixed.items()}
        for name, benchmark in plan.method.benchmarks.items():
            if f"held__{name}" in row:
                cell = row[f"held__{name}"]
                member.benchmarks[name] = None if cell is None else from_scaled(cell, benchmark.digits)
        made = points_of(plan, plan.score_path(population, item), item, one, member, ())
        points = None if made.value is None else to_scaled(made.value, one.digits)
        return {f"points__{item}": points, f"reason__{item}": made.reason}

    return exactly


# --- mean score of the cohort


def _fill_with_means(work: Work) -> None:
    """Give those whose rule says so the mean of the item's points that members have from their own data."""
    plan = work.plan
    wanted = {
        item: [one for one in plan.populations if item in plan.scores(one) and _takes_mean(plan.score(one, item))]
        for item in plan.items()
    }
    wanted = {item: populations for item, populations in wanted.items() if populations}
    if not wanted:
        return
    own = {
        f"own__{item}": nw.when(reduce(or_, (nw.col(f"reason__{item}") == name for name in OWN))).then(
            nw.col(f"points__{item}")
        )
        for item in wanted
    }
    members = work.frame.filter(is_member()).select("population", **own)
    found = many_group_statistics(work.engine, members, ["population"], {name: ["sum"] for name in own})
    for item, populations in wanted.items():
        means = {key[0]: group.mean for key, group in found[f"own__{item}"].items()}
        points, reason = nw.col(f"points__{item}"), nw.col(f"reason__{item}")
        for population in populations:
            waiting = ((reason == "cohort_mean") & (nw.col("population") == population)).fill_null(False)
            mean = means.get(population)
            if mean is None:
                reason = nw.when(waiting).then(word("missing", REASONS)).otherwise(reason)
            else:
                points = nw.when(waiting).then(nw.lit(to_scaled(mean, 0), nw.Int64)).otherwise(points)
        work.add(**{f"points__{item}": points, f"reason__{item}": reason})


def _takes_mean(one: Score) -> bool:
    inner = one.choice.options.values() if one.choice is not None else ()
    return one.missing == "cohort_mean_score" or any(map(_takes_mean, inner))
