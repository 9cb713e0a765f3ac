"""Whether worked examples come out: every figure that does not is a problem at its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiqun.methods.linting.examples import Outcome, run_example
from jiqun.methods.linting.examples_together import groups, run_together
from jiqun.packs import LawBook
from jiqun.packs.lawobject import LawObject
from jiqun.packs.models import Example
from jiqun.problems import Problem, ProblemsError, problem

Came = tuple[Outcome, ...] | ProblemsError


def run_or_told(book: LawBook, example: Example, engine: str = "polars") -> Came:
    """Run a worked example; what keeps it from running comes back as problems."""
    try:
        return run_example(book, example, engine)
    except ProblemsError as told:
        return told


def worked(book: LawBook, examples: Iterable[Example], engine: str = "polars") -> Iterator[tuple[Example, Came]]:
    """Run examples, those of one rule, edition and period in one pass, and give each with what came out."""
    for group in groups(examples):
        try:
            found = run_together(book, group, engine)
        except ProblemsError:
            yield from ((one, run_or_told(book, one, engine)) for one in group)
            continue
        for one in group:
            yield one, tuple(each for each in found if each.example == one.id)


def missed(one: LawObject, came: Came, code: str) -> Iterator[Problem]:
    """Say which figures of an example do not come out, at their lines; `code` is whose problem that is."""
    assert isinstance(one.model, Example)
    titles = {"example": one.model.title, "example_en": one.model.title_en}
    if isinstance(came, ProblemsError):
        yield problem(code, one.place("expected"), **titles, figure="—", expected="—", got=came.problems[0].what())
        return
    for each in came:
        if not each.agrees:
            said = {"figure": each.figure, "expected": each.expected or "—", "got": each.got or "—"}
            yield problem(code, one.place("expected", each.figure), **titles, **said)
