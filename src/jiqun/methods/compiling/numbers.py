"""The dated numbers of a plan: parameters of the law book in the unit of their use, and benchmarks fixed by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Protocol

from jiqun.expressions import NumberType, Type
from jiqun.expressions.nearest import nearest
from jiqun.methods.compiling.plan import FixedBenchmark, all_scores
from jiqun.packs.certainty import certainty
from jiqun.packs.lawbook import LawBook
from jiqun.packs.models.base import Completeness
from jiqun.packs.models.method import Benchmark, Cut, Method, Score
from jiqun.problems import ProblemsError
from jiqun.values import Number, Period, Unit, exact, to_scaled


class Fault(Protocol):
    def __call__(self, code: str, path: str, **values: object) -> None: ...


class Numbers:
    """Reads parameters at a period's last day; a parameter given by hand comes first."""

    def __init__(self, period: Period, book: LawBook | None, overrides: Mapping[str, Number], fault: Fault) -> None:
        self.period = period
        self.book = book
        self.overrides = overrides
        self.fault = fault
        self.ids = frozenset(() if book is None else book.parameter_ids)
        self.parameters: dict[str, tuple[Fraction, Unit]] = {}
        self.plain: frozenset[str] = frozenset()
        self.lookups: dict[str, dict[str, FixedBenchmark]] = {}
        self.rests_on: dict[str, str] = {}
        self.by_hand: set[str] = set()

    def parameter(self, id_: str, unit: str | None, path: str) -> tuple[Fraction, Unit] | None:
        """Return a parameter's value in a unit (its own where None), or tell why there is none."""
        wanted = None if unit is None else Unit.parse(unit)
        found = self._dated(id_, path)
        if found is None:
            return None
        value, own, _ = found
        if wanted is None or own is None:
            return value, wanted or own or Unit.none()
        if not own.fits(wanted):
            self.fault("METHOD-005", path, unit=own, wanted=wanted)
            return None
        return value * own.factor_to(wanted), wanted

    def _dated(
        self, id_: str, path: str, on: date | None = None
    ) -> tuple[Fraction, Unit | None, tuple[str, Completeness]] | None:
        """Value, unit (None: said in the unit of its use), and (clause, certainty) of a parameter on a day."""
        day = on or self.period.last
        series = () if self.book is None or id_ not in self.ids else self.book.parameter_series(id_)
        if id_ in self.overrides:
            self.by_hand.add(id_)
            return exact(self.overrides[id_]), series[0].unit if series else None, ("", "illustrative")
        if self.book is None or not series:
            near = nearest(id_, self.ids)
            self.fault("METHOD-004", path, parameter=id_, day=day, nearest=near)
            return None
        try:
            dated = self.book.parameter(id_, on=day)
        except ProblemsError:
            self.fault("METHOD-016", path, parameter=id_, day=day)
            return None
        self.rests_on[id_] = dated.completeness
        return dated.value, dated.unit, (dated.clause or "", dated.certainty)

    def table(self, prefix: str, unit: str | None, path: str) -> dict[str, tuple[Fraction, Unit]]:
        """Return every value of a parameter table by its key, in a unit (its own where None)."""
        ids = self._keyed(prefix, path)
        found = {id_: self.parameter(id_, unit, path) for id_ in ids}
        return {id_.removeprefix(f"{prefix}."): one for id_, one in found.items() if one is not None}

    def _keyed(self, prefix: str, path: str) -> list[str]:
        """The parameters of a table; METHOD-004 where there is none."""
        ids = sorted(id_ for id_ in {*self.ids, *self.overrides} if id_.startswith(f"{prefix}."))
        if not ids:
            near = nearest(prefix, self.ids)
            self.fault("METHOD-004", path, parameter=f"{prefix}.…", day=self.period.last, nearest=near)
        return ids

    def benchmarks(self, method: Method, names: Mapping[str, Type]) -> dict[str, FixedBenchmark]:
        """Fix every benchmark that is one number for everybody, in the unit of the measures held against it."""
        units = self._units(method, names)
        fixed: dict[str, FixedBenchmark] = {}
        for name, one in method.benchmarks.items():
            path = f"benchmarks.{name}"
            if one.value is not None:
                whole: Completeness | None = "illustrative" if method.completeness == "illustrative" else None
                sure = certainty(self.book, method.document, one.clause, whole)
                fixed[name] = self._rounded(exact(one.value), one, path, one.clause or "", sure)
            elif one.parameter is not None:
                found = self._in_unit(one.parameter, units.get(name), f"{path}.parameter", one.on)
                if found is not None:
                    fixed[name] = self._rounded(found[0], one, one.parameter, *found[1])
            elif one.lookup is not None:
                self._lookup(name, one, units.get(name), f"{path}.lookup")
        return fixed

    def _rounded(
        self, value: Fraction, one: Benchmark, source: str, clause: str, completeness: Completeness
    ) -> FixedBenchmark:
        return FixedBenchmark(to_scaled(value, one.digits), one.digits, source, one.clause or clause, completeness)

    def _in_unit(
        self, id_: str, unit: Unit | None, path: str, on: date | None = None
    ) -> tuple[Fraction, tuple[str, Completeness]] | None:
        found = self._dated(id_, path, on)
        if found is None:
            return None
        value, own, note = found
        if unit is None or own is None or own == unit:
            return value, note
        if not own.fits(unit):
            self.fault("METHOD-005", path, unit=own, wanted=unit)
            return None
        return value * own.factor_to(unit), note

    def _lookup(self, name: str, one: Benchmark, unit: Unit | None, path: str) -> None:
        assert one.lookup is not None
        prefix = f"{one.lookup.parameter}."
        table: dict[str, FixedBenchmark] = {}
        for id_ in self._keyed(one.lookup.parameter, path):
            found = self._in_unit(id_, unit, path, one.on)
            if found is not None:
                table[id_.removeprefix(prefix)] = self._rounded(found[0], one, id_, *found[1])
        self.lookups[name] = table

    def _units(self, method: Method, names: Mapping[str, Type]) -> dict[str, Unit]:
        """The unit of every benchmark: that of the measures held against it."""
        found: dict[str, Unit] = {}
        self.plain = frozenset(name for name, one in method.benchmarks.items() if one.value is not None)
        for path, item, score in all_scores(method):
            kind = names.get(score.measure or item)
            if isinstance(kind, NumberType):
                for name in benchmark_names(score):
                    self._agree(found, name, kind.unit, path)
        for path, of, cuts in cuts_of(method):
            kind = names.get(of, NumberType(Unit.parse("分")))
            for name in (name for cut in cuts for name in cut.held):
                if not isinstance(kind, NumberType):
                    continue
                self._agree(found, name, self._own_unit(method, name, names) or kind.unit, path)
                self._agree(found, name, kind.unit, path)
        for name, one in method.benchmarks.items():
            if one.statistic is not None and one.statistic.otherwise is not None and name in found:
                self._agree(found, one.statistic.otherwise, found[name], f"benchmarks.{name}.statistic.otherwise")
        return found

    @staticmethod
    def _own_unit(method: Method, name: str, names: Mapping[str, Type]) -> Unit | None:
        """The unit of the measure that a cohort's statistic is taken of; None for other benchmarks."""
        one = method.benchmarks.get(name)
        kind = None if one is None or one.statistic is None else names.get(one.statistic.measure)
        return kind.unit if isinstance(kind, NumberType) else None

    def _agree(self, found: dict[str, Unit], name: str, unit: Unit, path: str) -> None:
        """A number written without unit may stand against several measures; all others have one unit."""
        if name not in self.plain and found.setdefault(name, unit) != unit:
            self.fault("METHOD-005", path, unit=found[name], wanted=unit)


def cuts_of(method: Method) -> Iterator[tuple[str, str, Sequence[Cut]]]:
    """Every grade by cuts, also as a part of a lowest: its path, what it cuts, and its intervals."""
    waiting = [(f"grades.{key}", grade) for key, grade in method.grades.items()]
    while waiting:
        path, grade = waiting.pop(0)
        if grade.cuts is not None:
            yield f"{path}.cuts", grade.cuts_of, grade.cuts
        waiting += [(f"{path}.lowest_of.{at}", part) for at, part in enumerate(grade.lowest_of or ())]


def benchmark_names(score: Score) -> tuple[str, ...]:
    """The benchmarks that a score holds its measure against."""
    if score.ratio is not None:
        return (score.ratio.to,)
    if score.around is not None:
        return (score.around.benchmark,)
    if score.between is not None:
        return (score.between.low, score.between.high)
    return () if score.efficacy is None else score.efficacy.standards
