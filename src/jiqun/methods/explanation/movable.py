"""The inputs that advice may move: those inside the measures of scores and grades, and which nobody should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jiqun.expressions import DateType, Exact, NumberType
from jiqun.methods.compiling.inputs import split_column
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Score


def past_inputs(plan: Plan) -> Iterator[str]:
    """The inputs that hold figures of a period before the evaluated one."""
    return (name for name, one in plan.method.inputs.items() if one.earlier > 0)


def movable(plan: Plan, population: str) -> dict[str, tuple[str, ...]]:
    """The numeric inputs inside the measures of a population's scores and those its grade is drawn over, with these."""
    found: dict[str, dict[str, None]] = {}
    scored = (name for item, score in plan.scores(population).items() for name in _measures(plan, item, score))
    for name in (*scored, *_graded_by(plan, population)):
        for column in columns_of(plan, name):
            found.setdefault(column, {})[name] = None
    return {column: tuple(measures) for column, measures in found.items()}


def unchangeable(plan: Plan) -> frozenset[str]:
    """The names of columns that nobody can change, such as the height of a plant above the sea."""
    names = {*plan.contracts[plan.method.evaluates.table].column_names, *plan.method.inputs}
    read = {name: _column_of(plan, name) for name in names}
    return frozenset(
        name
        for name, (contract, column) in read.items()
        if contract is not None and not contract.column(column).changeable
    )


def open_dates(plan: Plan, population: str, values: Mapping[str, Exact]) -> tuple[str, ...]:
    """The days that the figures of a grade look at and that have not come in, such as the day work began."""
    found: dict[str, None] = {}
    for measure in _graded_by(plan, population):
        for name in sorted(plan.formulas[f"measures.{measure}.formula"].names):
            dated = isinstance(plan.names[name], DateType) and name not in plan.given
            if dated and values.get(name) is None:
                found[name] = None
    return tuple(found)


def _graded_by(plan: Plan, population: str) -> Iterator[str]:
    """The measures that a population is ranked or cut by."""
    for part in plan.graded_parts(population):
        of = part.quota.of if part.quota is not None else part.cuts_of if part.cuts is not None else ""
        if of in plan.method.measures:
            yield of


def _measures(plan: Plan, item: str, score: Score) -> Iterator[str]:
    if score.choice is not None:
        for option, inner in score.choice.options.items():
            yield from _measures(plan, option, inner)
    elif plan.measure_of(item, score) in plan.method.measures:
        yield plan.measure_of(item, score)


def columns_of(plan: Plan, measure: str) -> Iterator[str]:
    """The numeric inputs inside a measure, through the measures it is made of."""
    for name in sorted(plan.formulas[f"measures.{measure}.formula"].names):
        if name in plan.method.measures:
            yield from columns_of(plan, name)
        elif isinstance(plan.names[name], NumberType) and name != "year" and name not in plan.given:
            yield name


def _column_of(plan: Plan, name: str) -> tuple[TableContract | None, str]:
    """The contract and column that an input is read from; None where it is not a single column of one."""
    one = plan.method.inputs.get(name)
    table, column = split_column((one.column if one is not None else None) or name, plan.method.evaluates.table)
    contract = plan.contracts.get(table)
    known = contract is not None and column in contract.column_names
    return contract if known else None, column


def digits_of(plan: Plan, name: str) -> int:
    """The decimals in which an input is declared; two where its column does not say."""
    one = plan.method.inputs.get(name)
    if one is not None and one.rollup is not None:
        return one.rollup.digits
    contract, column = _column_of(plan, name)
    if contract is None:
        return 2
    found = contract.column(column)
    if found.type == "integer":
        return 0
    return 2 if found.digits is None else found.digits


def is_size(plan: Plan, name: str) -> bool:
    """Tell whether an input is a size of the subject, which advice never makes smaller."""
    contract, column = _column_of(plan, name)
    return contract is not None and contract.column(column).size
