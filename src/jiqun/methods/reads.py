"""What a rule reads: its tables by the ids that forms are asked for, the columns of each, and other rules' results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jiqun.methods.compiling.inputs import split_column
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.compiling.references import used_columns
from jiqun.packs import LawBook, Method, TableContract

LISTS, SCORES, HISTORY = "adjustment", "certified_score", "grade_history"


@dataclass(frozen=True)
class TableRead:
    """A table that is filled in for a rule.

    `columns` are those that the rule reads, in the contract's order; none where the table is only what others, `made`,
    are worked out from. `schemes` are the names under which scores certified elsewhere are asked for.
    """

    contract: TableContract
    columns: tuple[str, ...] = ()
    made: tuple[TableContract, ...] = ()
    schemes: tuple[str, ...] = ()


def tables_of(method: Method) -> tuple[str, ...]:
    """Return the tables whose columns or rows a rule reads: the evaluated one, then those of its inputs."""
    found = dict.fromkeys([method.evaluates.table])
    for one in method.inputs.values():
        table, dot, _ = (one.column or "").partition(".")
        if dot:
            found.setdefault(table)
        if one.rollup is not None:
            found.setdefault(one.rollup.table)
    return tuple(found)


def tables_read(plan: Plan, book: LawBook | None) -> tuple[TableRead, ...]:
    """Return every table that is filled in for a rule; of a table that is worked out, those it is worked out from."""
    columns: dict[str, set[str]] = {}
    for table, column in _columns(plan):
        columns.setdefault(table, set()).add(column)
    made: dict[str, list[TableContract]] = {}
    for whole in filter(None, [_contract(plan, book, table) for table in columns]):
        for source in whole.derived_from:
            made.setdefault(source, []).append(whole)
    schemes = tuple(dict.fromkeys(one.certified for one in plan.method.inputs.values() if one.certified is not None))
    found = []
    for table in dict.fromkeys([*columns, *made]):
        contract = _contract(plan, book, table)
        if contract is not None and not contract.derived:
            used = tuple(one for one in contract.column_names if one in columns.get(table, ()))
            told = schemes if table == SCORES else ()
            found.append(TableRead(contract, used, tuple(made.get(table, ())), told))
    return tuple(found)


def results_read(method: Method) -> tuple[str, ...]:
    """Return the rules whose results of the same or an earlier period this one reads."""
    inputs = method.inputs.values()
    found = [one.result.method for one in inputs if one.result is not None]
    return tuple(dict.fromkeys([*found, *(one.streak.method or method.id for one in inputs if one.streak is not None)]))


def _contract(plan: Plan, book: LawBook | None, table: str) -> TableContract | None:
    if table in plan.contracts:
        return plan.contracts[table]
    return book.table(table) if book is not None and book.has("table", table) else None


def _columns(plan: Plan) -> Iterator[tuple[str, str]]:
    method, own = plan.method, plan.method.evaluates.table
    yield from ((own, name) for name in (*plan.contracts[own].primary_key, *used_columns(plan)))
    for name, one in method.inputs.items():
        if one.column is not None:
            table, column = split_column(one.column, own)
            yield from ((table, each) for each in (*plan.contracts[table].primary_key, column))
        if one.rollup is not None:
            yield from ((one.rollup.table, column) for column in _of_rows(plan, name))
        if one.certified is not None:
            yield from ((SCORES, column) for column in (plan.subject, "scheme", "year", "score"))
    if any(move.listed is not None for move in method.moves.values()):
        yield from ((LISTS, column) for column in (plan.subject, "year", "kind", "grade", "steps", "reason"))


def _of_rows(plan: Plan, name: str) -> Iterator[str]:
    rollup = plan.method.inputs[name].rollup
    assert rollup is not None
    yield from plan.contracts[rollup.table].primary_key
    yield from (rollup.by or plan.subject, *rollup.each)
    yield from rollup.repeats.by if rollup.repeats is not None else ()
    yield from (one.column for one in rollup.beside.values())
    yield from (rollup.date_column,) if rollup.date_column is not None else ()
    for part in ("where", "of", "repeats.among"):
        typed = plan.formulas.get(f"inputs.{name}.rollup.{part}")
        yield from () if typed is None else (name for name in typed.names if name not in rollup.beside)
