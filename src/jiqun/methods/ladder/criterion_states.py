"""How every criterion of a rung stands for a firm, and what exactly is missing of those in its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jiqun.expressions import Exact
from jiqun.methods.exact.criteria import MET, NOT_APPLICABLE, UNKNOWN, UNMET
from jiqun.methods.exact.member import read_members
from jiqun.methods.explanation.lacking import lacking_inputs
from jiqun.methods.ladder.gaps import Gap, gaps
from jiqun.methods.result import Result
from jiqun.packs.models.method import Requirement
from jiqun.values import from_scaled


@dataclass(frozen=True)
class CriterionState:
    """One criterion of a rule for one firm.

    `blocks`: it stands between the firm and the rung; `instead_of` names the alternative it belongs to, where meeting
    another part of that alternative would do as well. `gaps` say how far a missed bound is, `unknown` which inputs are
    not there.
    """

    name: str
    result: str
    blocks: bool
    instead_of: str | None
    gaps: tuple[Gap, ...]
    unknown: tuple[str, ...]

    @property
    def standing(self) -> str:
        """The result as it is told: `not_needed` for what is open while another part of its alternative is met."""
        return self.result if self.blocks or self.result in (MET, NOT_APPLICABLE) else "not_needed"


class StatesByFirm:
    """A method's results by firm; a firm's figures are read back only when they are asked for."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.plan = result.plan
        wanted = [name for name in result.trace.columns if name.startswith(("criterion__", "requirement__"))]
        key = self.plan.subject
        rows = result.trace.select(key, "population", *wanted)
        self.row_of = {row[key]: row for row in rows.iter_rows(named=True)}
        self._line = {firm: line for line, firm in enumerate(rows[key])}

    def states(self, firm: str) -> tuple[tuple[CriterionState, ...], str]:
        """Every criterion under the best grade's requirement, and how that stands."""
        row = self.row_of[firm]
        population = str(row["population"])
        asked = self._asked(population)
        blocking = dict(self._blocking(row, asked, None))
        values: dict[str, Exact] | None = None
        found = []
        for name in dict.fromkeys(self._criteria(asked)):
            result = str(row[f"criterion__{name}"])
            gap: tuple[Gap, ...] = ()
            unknown: tuple[str, ...] = ()
            if name in blocking and result in (UNMET, UNKNOWN) and self.plan.method.criteria[name].test is not None:
                values = self._values(firm, population) if values is None else values
                gap, unknown = self._missing(name, result, population, values)
            found.append(CriterionState(name, result, name in blocking, blocking.get(name), gap, unknown))
        return tuple(found), self._of(row, asked)

    def _missing(
        self, name: str, result: str, population: str, values: Mapping[str, Exact]
    ) -> tuple[tuple[Gap, ...], tuple[str, ...]]:
        path = f"criteria.{name}.test"
        if result == UNMET:
            return gaps(self.plan, path, values), ()
        paths = [one for one in (path, f"criteria.{name}.applies") if one in self.plan.formulas]
        names = [name for one in paths for name in lacking_inputs(self.plan, population, one, values)]
        # all is counted, but rows that are not filled in may or may not count: what is sure is short of the bound
        open_ = () if names else gaps(self.plan, path, values)
        return open_, tuple(dict.fromkeys(names))

    def _asked(self, population: str) -> str:
        """The requirement or criterion of the best grade."""
        grade = self.plan.grade(population)
        assert grade is not None and grade.ladder is not None
        return grade.ladder.rungs[0].requires

    def _of(self, row: Mapping[str, object], name: str) -> str:
        kind = "criterion" if name in self.plan.method.criteria else "requirement"
        return str(row[f"{kind}__{name}"])

    def _criteria(self, name: str) -> Iterator[str]:
        if name in self.plan.method.criteria:
            yield name
        else:
            for child in _children(self.plan.method.requirements[name]):
                yield from self._criteria(child)

    def _blocking(
        self, row: Mapping[str, object], name: str, instead_of: str | None
    ) -> Iterator[tuple[str, str | None]]:
        """Walk down where something is still wanted; parts of a settled alternative stand in nobody's way."""
        if self._of(row, name) in (MET, NOT_APPLICABLE):
            return
        if name in self.plan.method.criteria:
            yield name, instead_of
            return
        one = self.plan.method.requirements[name]
        inner = instead_of if one.all is not None else name
        for child in _children(one):
            yield from self._blocking(row, child, inner)

    def _values(self, firm: str, population: str) -> dict[str, Exact]:
        """What the firm's formulas read: its gathered cells and its figures."""
        values = dict(read_members(self.plan, [self.result.gathered.row(self._line[firm], named=True)])[0].names)
        figures = self.result.trace.row(self._line[firm], named=True)
        for name, column in self._figures(population):
            cell = figures[column]
            digits = self.plan.digits(population, name)
            values[name] = None if cell is None else from_scaled(int(cell), digits)
        return values

    def _figures(self, population: str) -> Iterator[tuple[str, str]]:
        method = self.plan.method
        yield from ((name, f"measure__{name}") for name in (*method.measures, *method.prepared))
        yield from ((name, f"node__{name}") for name in method.nodes)
        yield from ((f"{item}_points", f"points__{item}") for item in self.plan.scores(population))
        if self.plan.total(population) is not None:
            yield "total", "total"


def _children(one: Requirement) -> Sequence[str]:
    return one.all or one.any or one.of or ()
