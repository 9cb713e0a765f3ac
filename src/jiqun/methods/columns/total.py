"""Nodes, additions and the total (S8): integers as long as the rule only adds, weighs and averages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

import narwhals as nw

from jiqun.engines import guarded_round, unscaled
from jiqun.expressions.rounding import ROUNDOFF
from jiqun.methods.columns import referee
from jiqun.methods.columns.additions import ADDITIONS, add_additions, digits_of
from jiqun.methods.columns.cohort_nodes import add_cohort_node, judgement_texts, note_judgements
from jiqun.methods.columns.combine import Figure, Quotient, Rule, as_floats, as_integers, best_of
from jiqun.methods.columns.first import First
from jiqun.methods.columns.integers import has_room
from jiqun.methods.columns.work import Work, first_of, is_member, pieces
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.totals import node_value, settled, taken
from jiqun.packs.models.method import Node, Total
from jiqun.values import exact, from_scaled, to_scaled

Children = Sequence[Fraction | None]
_BEST = "_best__"


def add_up(work: Work) -> None:
    """Add `node__X`, `bonus__X`, `deduction__X`, `factor` and `total` for members."""
    plan = work.plan
    largest = work.largest([f"points__{item}" for item in plan.items()])
    for name in _nodes_in_order(plan):
        note_judgements(work, name)
        if plan.method.nodes[name].of_cohort:
            add_cohort_node(work, name, [_column(plan, one) for one in plan.method.nodes[name].of])
            largest |= work.largest([f"node__{name}"])
        else:
            _node(work, name, largest)
    add_additions(work)
    added = [name for name in work.columns if name.startswith(ADDITIONS) or name == "factor"]
    largest |= work.largest([name for name in added if not name.endswith("__unknown")])
    _totals(work, largest)


def _nodes_in_order(plan: Plan) -> list[str]:
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        for child in plan.method.nodes[name].of:
            if child in plan.method.nodes and child not in done:
                visit(child)
        done[name] = None

    for name in plan.method.nodes:
        visit(name)
    return list(done)


def _column(plan: Plan, name: str) -> str:
    return f"node__{name}" if name in plan.method.nodes else f"points__{name}"


def _digits(plan: Plan, population: str, name: str) -> int:
    return plan.method.nodes[name].digits if name in plan.method.nodes else plan.score(population, name).digits


def _figures(
    plan: Plan, population: str, names: Sequence[str], largest: Mapping[str, int], weights: Mapping[str, str]
) -> list[Figure]:
    """Points and nodes of a population; an item that it does not score is missing."""
    found = []
    for name in names:
        column = _column(plan, name)
        known = name in plan.method.nodes or name in plan.scores(population)
        value = nw.col(column) if known else nw.lit(None, nw.Int64)
        digits = _digits(plan, population, name) if known else 0
        found.append(Figure(value, digits, largest.get(column, 0), exact(weights.get(name, "1"))))
    return found


def _node(work: Work, name: str, largest: dict[str, int]) -> None:
    plan, node, column = work.plan, work.plan.method.nodes[name], f"node__{name}"
    rule = Rule(node.take, node.missing == "available", exact(node.least_share))
    weights = judgement_texts(node) or node.weights or {}
    figures = {one: _figures(plan, one, node.of, largest, weights) for one in plan.populations}
    if node.best is not None:
        rule, figures = _only_best(work, rule, node.best, figures)
    first = First("_whole__")
    made = [as_integers(rule, each, first) for each in figures.values()]
    values = [None if one is None else one.rounded(node.digits, first) for one in made]
    whole = [one for one in values if one is not None]
    if len(whole) == len(values):
        cases = dict(zip(figures, whole, strict=True))
        one_column = {column: _held_within(node, nw.when(is_member()).then(pieces(cases)))}
        referee.settle(work, [referee.Asked(one_column, None, first=first.steps)])
    else:
        first = First("_rough__")
        readings = {one: as_floats(rule, each, first) for one, each in figures.items()}

        def exactly(row: Mapping[str, Any]) -> referee.Verdict:
            value = node_value(node, _children(plan, row, node.of), [exact(weights.get(one, "1")) for one in node.of])
            return {column: None if value is None else to_scaled(settled(node, value), node.digits)}

        scaled, near = _guarded(readings, dict.fromkeys(plan.populations, node.digits), first)
        needs = _needs(work, {_column(plan, one) for one in node.of})
        asked = referee.Asked({column: _held_within(node, scaled)}, near, needs, exactly, first.steps)
        referee.settle(work, [asked])
    if node.best is not None:
        work.drop([one for one in work.columns if one.startswith(_BEST)])
    largest |= work.largest([column])


def _only_best(
    work: Work, rule: Rule, best: int, figures: Mapping[str, list[Figure]]
) -> tuple[Rule, dict[str, list[Figure]]]:
    """Take out of every population's figures all but the greatest; what is left is what there is."""
    chosen = {one: best_of(rule, each, best) for one, each in figures.items()}
    columns = [f"{_BEST}{index}" for index in range(len(next(iter(figures.values()))))]
    work.add(**{name: pieces({one: each[at] for one, each in chosen.items()}) for at, name in enumerate(columns)})
    kept = {
        one: [replace(figure, scaled=nw.col(name)) for figure, name in zip(each, columns, strict=True)]
        for one, each in figures.items()
    }
    return Rule(rule.take, available=True), kept


def _held_within(node: Node, scaled: nw.Expr) -> nw.Expr:
    """Hold a node's rounded value within its cap and floor; a missing one stays missing."""
    limits = []
    if node.cap is not None:
        cap = to_scaled(exact(node.cap), node.digits)
        limits.append((scaled > cap, nw.lit(cap, nw.Int64)))
    if node.floor is not None:
        floor = to_scaled(exact(node.floor), node.digits)
        limits.append((scaled < floor, nw.lit(floor, nw.Int64)))
    return first_of(limits, scaled) if limits else scaled


def _guarded(
    readings: Mapping[str, tuple[nw.Expr, nw.Expr, nw.Expr]], digits: Mapping[str, int], first: First
) -> tuple[nw.Expr, nw.Expr]:
    """Round the floats of every population to its digits; rows near a half or in doubt."""
    scaled, near = {}, {}
    for one, (value, bound, doubt) in readings.items():
        scaled[one], close = guarded_round(first.keep(value, 2), first.keep(bound * 1.001, 2), digits[one])
        near[one] = close | doubt
    return nw.when(is_member()).then(pieces(scaled)), (is_member() & pieces(near)).fill_null(False)


def _needs(work: Work, columns: set[str]) -> dict[str, nw.Expr]:
    """The integers that an exact sum is made from; items that no population scores have no column."""
    there = columns & set(work.columns)
    return {"need__population": work.value("population")} | {name: nw.col(name) for name in sorted(there)}


def _children(plan: Plan, row: Mapping[str, Any], names: Sequence[str]) -> list[Fraction | None]:
    """The exact children of a row that the referee looks at."""
    population = row["need__population"]
    found: list[Fraction | None] = []
    for name in names:
        cell = row.get(_column(plan, name))
        known = name in plan.method.nodes or name in plan.scores(population)
        found.append(from_scaled(int(cell), _digits(plan, population, name)) if known and cell is not None else None)
    return found


# --- totals


def _totals(work: Work, largest: Mapping[str, int]) -> None:
    plan = work.plan
    totals = {one: total for one in plan.populations if (total := plan.total(one)) is not None and plan.total_of(one)}
    first = First("_sum__")
    made = {one: _integer_total(plan, one, total, largest, first) for one, total in totals.items()}
    values = {one: value for one, value in made.items() if value is not None}
    rough = {one: total for one, total in totals.items() if made[one] is None}
    if not rough:
        value = pieces(values) if values else nw.lit(None, nw.Int64)
        referee.settle(work, [referee.Asked({"total": nw.when(is_member()).then(value)}, None, first=first.steps)])
        return
    readings = {one: _float_total(plan, one, total, largest, first) for one, total in rough.items()}
    scaled, near = _guarded(readings, {one: total.digits for one, total in rough.items()}, first)
    if values:
        scaled = nw.coalesce(nw.when(is_member()).then(pieces(values)), scaled)
    columns = {_column(plan, name) for one in rough for name in plan.total_of(one)}
    columns |= {name for name in largest if name.startswith(ADDITIONS) or name == "factor"}
    needs = _needs(work, columns)
    referee.settle(work, [referee.Asked({"total": scaled}, near, needs, _exact_total(plan), first.steps)])


def _signed(plan: Plan, population: str, total: Total, largest: Mapping[str, int]) -> tuple[nw.Expr | None, int, int]:
    """Bonuses − deductions, each side within its cap: integer, decimals, greatest size."""
    sides = ((total.bonuses, "bonus", total.bonus_cap, 1), (total.deductions, "deduction", total.deduction_cap, -1))
    digits = digits_of(total)
    together: nw.Expr | None = None
    size = 0
    for additions, kind, cap, sign in sides:
        if not additions:
            continue
        steps = {f"{kind}__{name}": 10 ** (digits - one.digits) for name, one in additions.items()}
        side = reduce(add, (nw.col(name).fill_null(0) * step for name, step in steps.items()))
        size += sum(largest[name] * step for name, step in steps.items())
        if cap is not None:
            limit = int(exact(cap) * 10**digits)
            side = nw.when(side > limit).then(nw.lit(limit, nw.Int64)).otherwise(side)
            size += abs(limit)
        signed = side * sign
        together = signed if together is None else together + signed
    return together, digits, size


def _integer_total(
    plan: Plan, population: str, total: Total, largest: Mapping[str, int], first: First
) -> nw.Expr | None:
    """base × factor + bonuses − deductions, capped and floored, over one denominator; rounded once at the end.

    None where roots are taken or 64 bits might not hold it.
    """
    base = as_integers(Rule(total.take), _figures(plan, population, plan.total_of(population), largest, {}), first)
    if base is None:
        return None
    above, size, digits = base.above, base.largest, base.digits
    if total.factor is not None:
        above, size, digits = above * nw.col("factor"), size * largest["factor"], digits + total.factor_digits
    plus, plus_digits, plus_size = _signed(plan, population, total, largest)
    limits = [exact(text) for text in (total.cap, total.floor) if text is not None]
    scale = max([digits, plus_digits if plus is not None else 0, *(_decimals(one) for one in limits)])
    up = 10 ** (scale - digits)
    below = base.below
    assert isinstance(below, int)
    size = size * up + plus_size * below * 10 ** (scale - plus_digits)
    size = max([size, *(abs(int(one * below * 10**scale)) for one in limits)])
    if not has_room(size):
        return None
    value = above * up if up > 1 else above
    if plus is not None:
        value = value + plus * (below * 10 ** (scale - plus_digits))
    if total.cap is not None:
        cap = int(exact(total.cap) * below * 10**scale)
        value = nw.when(value > cap).then(nw.lit(cap, nw.Int64)).otherwise(value)
    if total.floor is not None:
        floor = int(exact(total.floor) * below * 10**scale)
        value = nw.when(value < floor).then(nw.lit(floor, nw.Int64)).otherwise(value)
    return Quotient(value, below, scale, size, below).rounded(total.digits, first)


def _decimals(value: Fraction) -> int:
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    return digits


def _float_total(
    plan: Plan, population: str, total: Total, largest: Mapping[str, int], first: First
) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    figures = _figures(plan, population, plan.total_of(population), largest, {})
    value, bound, doubt = as_floats(Rule(total.take), figures, first)
    if total.factor is not None:
        factor = unscaled(nw.col("factor"), total.factor_digits)
        value, bound = value * factor, bound * factor.abs() + (value * factor).abs() * (3 * ROUNDOFF)
    plus, digits, _ = _signed(plan, population, total, largest)
    if plus is not None:
        added = unscaled(plus, digits)
        bound = bound + (value.abs() + added.abs()) * (3 * ROUNDOFF)
        value = value + added
    if total.cap is not None:
        value = nw.when(value > float(exact(total.cap))).then(nw.lit(float(exact(total.cap)))).otherwise(value)
    if total.floor is not None:
        value = nw.when(value < float(exact(total.floor))).then(nw.lit(float(exact(total.floor)))).otherwise(value)
    return value, bound + value.abs() * (2 * ROUNDOFF), doubt


def _exact_total(plan: Plan) -> Callable[[Mapping[str, Any]], referee.Verdict]:
    def exactly(row: Mapping[str, Any]) -> referee.Verdict:
        population = row["need__population"]
        total = plan.total(population)
        assert total is not None
        children = _children(plan, row, plan.total_of(population))
        values = [one for one in children if one is not None]
        base = taken(total.take, values, [Fraction(1)] * len(values)) if len(values) == len(children) else None
        factor: Fraction | None = Fraction(1)
        if total.factor is not None:
            factor = None if row["factor"] is None else from_scaled(row["factor"], total.factor_digits)
        if base is None or factor is None:
            return {"total": None}
        value = base * factor + _exact_sum(row, total, "bonus") - _exact_sum(row, total, "deduction")
        value = value if total.cap is None else min(value, exact(total.cap))
        value = value if total.floor is None else max(value, exact(total.floor))
        return {"total": to_scaled(value, total.digits)}

    return exactly


def _exact_sum(row: Mapping[str, Any], total: Total, kind: str) -> Fraction:
    additions, cap = (total.bonuses, total.bonus_cap) if kind == "bonus" else (total.deductions, total.deduction_cap)
    made = sum((from_scaled(row[f"{kind}__{name}"] or 0, one.digits) for name, one in additions.items()), Fraction(0))
    return made if cap is None else min(made, exact(cap))
