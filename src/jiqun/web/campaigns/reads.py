"""Which columns of the ledger a rule reads, and of which firms it needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiqun.methods import Plan
from jiqun.methods.compiling.inputs import split_column

LAND = "land_use"


def columns_read(plan: Plan) -> dict[str, dict[str, frozenset[str]]]:
    """Return table → columns of the ledger that a plan reads, each with the populations that need it.

    What only the scores of some populations look at is needed of their firms; everything else of everybody. A list
    has no columns.
    """
    own = plan.method.evaluates.table
    found: dict[str, dict[str, frozenset[str]]] = {}
    for name, needing in sorted(_needed(plan).items()):
        for table, column in _sources(plan, {name}, own):
            contract = plan.contracts.get(table)
            if contract is None or column in contract.primary_key:
                continue
            columns = found.setdefault(table, {})
            if column in contract.column_names:
                columns[column] = columns.get(column, frozenset()) | needing
    return {table: dict(sorted(columns.items())) for table, columns in sorted(found.items())}


def _needed(plan: Plan) -> dict[str, frozenset[str]]:
    """Every name that formulas and pools read, with the populations whose firms need it."""
    everybody = frozenset(plan.populations)
    found: dict[str, frozenset[str]] = {}

    def need(names: Iterable[str], whose: frozenset[str]) -> None:
        for name in names:
            if whose <= found.get(name, frozenset()):
                continue
            found[name] = found.get(name, frozenset()) | whose
            if name in plan.method.measures:
                need(plan.formulas[f"measures.{name}.formula"].names, whose)

    for population in plan.populations:
        paths = tuple(f"{plan.score_path(population, item)}." for item in plan.scores(population))
        need((plan.measure_of(item, score) for item, score in plan.scores(population).items()), frozenset({population}))
        need((name for path, one in plan.formulas.items() if path.startswith(paths) for name in one.names), everybody)
    others = (one for path, one in plan.formulas.items() if not path.startswith(("measures.", "scores.")))
    need((name for one in others for name in one.names), everybody)
    for grade in plan.method.grades.values():
        need(() if grade.quota is None else grade.quota.pools, everybody)
    if plan.method.prepared:  # prepared measures look at each other: all of them are needed of everybody
        need(plan.method.measures, everybody)
    return found


def _sources(plan: Plan, names: set[str], own: str) -> Iterator[tuple[str, str]]:
    for name in names - set(plan.method.measures) - set(plan.given):
        one = plan.method.inputs.get(name)
        if one is None:
            yield own, name
        elif one.column is not None:
            yield split_column(one.column, own)
        elif one.ancestor is not None:
            yield own, one.ancestor.column
        elif one.rollup is not None:
            yield one.rollup.table, ""
        elif one.certified is not None:
            yield "certified_score", ""
