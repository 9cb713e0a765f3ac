"""Which figures of a method tell a restricted column of the ledger, so that an explanation can leave them out."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.methods.compiling.inputs import split_column
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Score, Total

MASKED = "＊＊＊"
FEWEST = 3  # a statistic of fewer firms tells a single firm's figures
_CERTIFIED = ("certified_score", "score")
_STEPS = ("bands", "flag", "cases")  # such points tell where a figure lies between lines of the rule, as a grade does
_ADDED = (("bonuses", "bonus"), ("deductions", "deduction"))


def restricted_names(plan: Plan) -> frozenset[str]:
    """Return the names of a plan that tell a restricted figure: columns, inputs, and what is made from them.

    Restricted is what the contract of a table says is (`sensitivity: restricted`). A measure is restricted where its
    formula reads one such name, since the other factor is often public: tax per mu times land is the tax. So are the
    points of an item (`<item>_points`), as the benchmark is public: points ÷ weight × benchmark is the measure; and the
    nodes that such points are in. A total is published, except where it rests on the points of one such item alone
    (`total_hidden`). Counts of rows, ranks, grades, and points by steps (`bands`, `flag`, `cases`) are not restricted.
    See docs/decisions/0017.
    """
    return _Restricted(plan).names()


def points_hidden(hidden: frozenset[str], item: str) -> bool:
    """Tell whether the points of an item are among the names that a reader may not see."""
    return f"{item}_points" in hidden


def total_hidden(hidden: frozenset[str], population: str) -> bool:
    """Tell whether the totals of a population are among the names that a reader may not see."""
    return _total_name(population) in hidden


def _total_name(population: str) -> str:
    return f"total of {population}"


class _Restricted:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.known: dict[str, bool] = {}

    def names(self) -> frozenset[str]:
        method = self.plan.method
        read = {name for typed in self.plan.formulas.values() for name in typed.names}
        every = {*read, *method.inputs, *method.measures, *method.prepared}
        return frozenset(name for name in every if self._is(name)) | frozenset(self._results())

    def _results(self) -> Iterator[str]:
        """The points, nodes, bonuses, deductions and totals that tell a restricted figure."""
        for population in self.plan.populations:
            items = {name for name, score in self.plan.scores(population).items() if self._tells(name, score)}
            yield from (f"{name}_points" for name in items)
            yield from (name for name in self.plan.method.nodes if self._items(name) & items)
            total = self.plan.total(population)
            if total is None:
                continue
            within = set().union(*(self._items(name) for name in self.plan.total_of(population))) & items
            added = set(self._additions(total, self.plan.total_path(population)))
            yield from added
            if len(within | added) == 1 or (within and total.take in ("min", "max")):
                yield _total_name(population)

    def _tells(self, item: str, score: Score) -> bool:
        if score.choice is not None:
            return any(self._tells(name, one) for name, one in score.choice.options.items())
        return score.kind not in _STEPS and self._is(self.plan.measure_of(item, score))

    def _items(self, name: str) -> set[str]:
        """The items whose points are in a node; an item alone is its own."""
        node = self.plan.method.nodes.get(name)
        return {name} if node is None else set().union(*(self._items(one) for one in node.of))

    def _additions(self, total: Total, path: str) -> Iterator[str]:
        for part, kind in _ADDED:
            for name in getattr(total, part):
                if self._reads(f"{path}.{part}.{name}.points"):
                    yield f"{kind}__{name}"

    def _is(self, name: str) -> bool:
        if name not in self.known:
            self.known[name] = False  # a name cannot depend on itself; the compiler refuses circles
            self.known[name] = self._found(name)
        return self.known[name]

    def _found(self, name: str) -> bool:
        method = self.plan.method
        if name in method.measures:
            return self._reads(f"measures.{name}.formula")
        if name in method.prepared:
            return self._is(method.prepared[name].measure)
        if name in method.inputs:
            return self._input(name)
        return self._column(method.evaluates.table, name)

    def _reads(self, path: str) -> bool:
        return path in self.plan.formulas and any(map(self._is, self.plan.formulas[path].names))

    def _input(self, name: str) -> bool:
        one = self.plan.method.inputs[name]
        if one.column is not None:
            return self._column(*split_column(one.column, self.plan.method.evaluates.table))
        if one.certified is not None:
            return self._column(*_CERTIFIED)
        path = f"inputs.{name}.rollup.of"
        if one.rollup is None or path not in self.plan.formulas:
            return False
        return any(self._column(one.rollup.table, column) for column in self.plan.formulas[path].names)

    def _column(self, table: str, column: str) -> bool:
        contract = self.plan.contracts.get(table)
        if contract is None or column not in contract.column_names:
            return False
        return contract.column(column).sensitivity == "restricted"
