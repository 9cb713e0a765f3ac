"""Many worked examples in one pass of the engine: those of one rule, edition and period share tables and one plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from jiqun.methods.linting.examples import Outcome, Row, evaluate_rows, outcomes, run_example
from jiqun.packs import LawBook
from jiqun.packs.editions import rule_of
from jiqun.packs.models.example import Example
from jiqun.problems import ProblemsError

Group = tuple[Example, ...]


def groups(examples: Iterable[Example]) -> tuple[Group, ...]:
    """Put together the examples that one plan can evaluate over the same tables.

    An example that leaves a table out says "not known", one with an empty share of it says "none": the tables given
    must be the same.
    """
    found: dict[tuple[object, ...], list[Example]] = defaultdict(list)
    for one in examples:
        found[one.method, one.method_edition, one.period, frozenset(one.tables)].append(one)
    return tuple(tuple(group) for group in found.values())


def run_together(book: LawBook, group: Sequence[Example], engine: str = "polars") -> tuple[Outcome, ...]:
    """Evaluate the examples of one group in one pass; every subject gets its example's number behind its name.

    What a rule compares among its subjects (ranks, quotas, averages, what a list names twice) can differ in company:
    an example that does not come out beside the others is evaluated again alone, and that result counts. Raises
    ProblemsError as `run_example`.
    """
    return tuple(outcome for example, found in _results(book, group, engine) for outcome in found)


def _results(book: LawBook, group: Sequence[Example], engine: str) -> Iterator[tuple[Example, tuple[Outcome, ...]]]:
    beside = _beside(book, group, engine) if len(group) > 1 else [()] * len(group)
    for example, found in zip(group, beside, strict=True):
        settled = found and all(one.agrees for one in found)
        yield example, found if settled else run_example(book, example, engine)


def _beside(book: LawBook, group: Sequence[Example], engine: str) -> list[tuple[Outcome, ...]]:
    """The outcomes of the common pass, nothing for an example that has no single subject of its own there."""
    method = rule_of(book, group[0])
    tables: dict[str, list[Row]] = defaultdict(list)
    looked_at: list[str | None] = []
    for number, example in enumerate(group):
        table = example.tables.get(method.evaluates.table, ())
        names = [str(row[method.evaluates.subject]) for row in table if row.get(method.evaluates.subject)]
        own = {name: f"{name} #{number}" for name in names}
        for name, rows in example.tables.items():
            tables[name] += [{column: own.get(str(cell), cell) for column, cell in row.items()} for row in rows]
        subject = example.subject or (names[0] if len(names) == 1 else None)
        looked_at.append(own.get(str(subject)))
    try:
        result = evaluate_rows(book, group[0], {name: tuple(rows) for name, rows in tables.items()}, engine)
    except ProblemsError:
        return [()] * len(group)
    return [
        () if subject is None else outcomes(result, example, subject)
        for example, subject in zip(group, looked_at, strict=True)
    ]
