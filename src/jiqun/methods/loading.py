"""From a method's id or file to something that can be evaluated: the shortest way in for a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jiqun.expressions.nearest import nearest
from jiqun.methods.compiling.compile import Where, compile_method
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.evaluate import evaluate
from jiqun.methods.result import Result
from jiqun.packs import LawBook, builtin_root, load_with_extended
from jiqun.packs import load as load_packs
from jiqun.packs.checking import validated
from jiqun.packs.models.method import Method
from jiqun.packs.reading import Source, read_yaml
from jiqun.problems import Place, ProblemsError, problem, stop_if_errors
from jiqun.values import Number, Period

Packs = LawBook | Path | str | Sequence[Path | str]
_PER = {"year": ("年", "2022"), "quarter": ("季度", "2022-Q1"), "month": ("月", "2022-03"), "day": ("日", "2022-03-31")}


@dataclass(frozen=True)
class LoadedMethod:
    """A method with the law book it belongs to and the places of its lines."""

    method: Method
    book: LawBook
    at: Where

    def plan(self, period: Period | int | str, parameters: Mapping[str, Number] | None = None) -> Plan:
        """Compile for a period; ProblemsError with every fault at its line."""
        try:
            when = period if isinstance(period, Period) else Period.parse(period)
        except ValueError:
            when = None
        per = self.method.evaluates.per
        if when is None or (per != "once" and when.kind != per):
            by, form = _PER[per if per != "once" else "year"]
            raise ProblemsError(
                [problem("METHOD-032", self.at("evaluates.per"), period=period, per=per, by=by, form=form)]
            )
        plan = compile_method(self.method, when, book=self.book, parameters=parameters, at=self.at)
        used = {*plan.rests_on, *plan.by_hand}
        idle = [name for name in parameters or {} if name not in used]
        if idle:
            at = self.at("")
            raise ProblemsError(
                [problem("METHOD-034", at, parameter=name, nearest=nearest(name, used)) for name in idle]
            )
        return plan

    def evaluate(
        self,
        tables: Mapping[str, Any],
        period: Period | int | str,
        engine: str = "polars",
        parameters: Mapping[str, Number] | None = None,
        digests: Mapping[str, str] | None = None,
    ) -> Result:
        """Evaluate tables (Polars, pandas or Arrow frames, or Parquet files, by name) for a period.

        `parameters` override parameters by id, which makes the run a trial. Raises ProblemsError with every fault.
        """
        return evaluate(self.plan(period, parameters), tables, engine=engine, digests=digests, book=self.book)


def load(method: str | Path, packs: Packs | None = None, edition: str | None = None) -> LoadedMethod:
    """Load a method by its id in the packs, or from a file of its own.

    `packs` is a law book or folders of packs, which may extend the packs that come with Jiqun; those where left out. Of
    several editions the latest is taken. Raises ProblemsError METHOD-033 for an unknown id, and every problem of the
    files read.
    """
    book = _book(packs)
    if isinstance(method, Path) or method.endswith((".yaml", ".yml")):
        return _from_file(Path(method), book)
    if not book.has("method", method):
        near = nearest(method, [one.id for one in book.objects("method")])
        raise ProblemsError([problem("METHOD-033", Place(item=method), method=method, nearest=near)])
    found = book.object("method", method, edition)
    assert isinstance(found.model, Method)
    return LoadedMethod(found.model, book, lambda path: found.place(*_route(path)))


def _book(packs: Packs | None) -> LawBook:
    if isinstance(packs, LawBook):
        return packs
    if packs is None:
        return load_packs(builtin_root())
    folders = [packs] if isinstance(packs, (str, Path)) else packs
    return load_with_extended(*(Path(folder) for folder in folders))


def _from_file(path: Path, book: LawBook) -> LoadedMethod:
    if not path.is_file():
        near = nearest(path.stem, [one.id for one in book.objects("method")])
        raise ProblemsError([problem("METHOD-033", Place(file=str(path)), method=path, nearest=near)])
    source, found = read_yaml(path, path.name)
    stop_if_errors(found)
    model, wrong = validated(source, Method)
    stop_if_errors(wrong)
    assert model is not None
    return LoadedMethod(model, book, _places(source))


def _places(source: Source) -> Where:
    return lambda path: source.place(_route(path))


def _route(path: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in path.split("."))
