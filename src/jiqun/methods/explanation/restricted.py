"""Which figures of a method tell a restricted column of the ledger, so that an explanation can leave them out."""

from __future__ import annotations

from jiqun.methods.compile_inputs import split_column
from jiqun.methods.plan import Plan

MASKED = "＊＊＊"
FEWEST = 3  # a statistic of fewer firms tells a single firm's figures
_CERTIFIED = ("certified_score", "score")


def restricted_names(plan: Plan) -> frozenset[str]:
    """Return the names of a plan that tell a restricted figure: columns, inputs and the measures made from them.

    Restricted is what the contract of a table says is (`sensitivity: restricted`). A measure is restricted where its
    formula reads one such name, since the other factor is often public: tax per mu times land is the tax. Counts of
    rows, and results that a rule publishes (points, total, rank, grade), are not.
    """
    return _Restricted(plan).names()


class _Restricted:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.known: dict[str, bool] = {}

    def names(self) -> frozenset[str]:
        method = self.plan.method
        read = {name for typed in self.plan.formulas.values() for name in typed.names}
        every = {*read, *method.inputs, *method.measures, *method.prepared}
        return frozenset(name for name in every if self._is(name))

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
