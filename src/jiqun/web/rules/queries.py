"""What the pages of rules read: the methods at hand, one rule by clause, its parameters by year, its examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from jiqun.desk.drafts.parameter_uses import parameters_of
from jiqun.desk.printed_rule import Printed, Row
from jiqun.methods.linting.examples import examples_of
from jiqun.methods.wording.expected import expected_words
from jiqun.methods.wording.phrases import say
from jiqun.packs import LawBook, Method, Parameter
from jiqun.packs.editions import rule_of
from jiqun.packs.lawobject import DatedValue, LawObject
from jiqun.packs.models.example import Example
from jiqun.problems import Language
from jiqun.values import decimal_text, grouped
from jiqun.web.region import region

_YEARS = 6


@dataclass(frozen=True)
class Listed:
    """A method in the list."""

    id: str
    edition: str
    title: str
    status: str
    completeness: str
    place: str
    own: bool
    from_: date | None
    successor: Method | None  # the edition that superseded it
    examples: int
    doubts: int


def book_of(id_: str) -> LawBook:
    """Return the law book a method stands in: the workspace's, else that of all packs at hand."""
    return region().book if region().book.has("method", id_) else region().everything


def methods(language: Language, everywhere: bool) -> list[Listed]:
    """List the methods of the region, or of all packs at hand."""
    book = region().everything if everywhere else region().book
    counted = _examples_counted(book)
    places = {pack.id: pack.manifest.title if language == "zh" else pack.manifest.title_en for pack in book.packs}
    found = [_listed(book, one, counted, places, language) for one in book.objects("method")]
    return sorted(found, key=lambda one: (not one.own, one.place, one.title, one.edition))


def _listed(
    book: LawBook, one: LawObject, counted: dict[str, int], places: dict[str, str], language: Language
) -> Listed:
    model = one.model
    assert isinstance(model, Method)
    return Listed(
        id=one.id,
        edition=model.edition or "",
        title=model.title if language == "zh" else model.title_en,
        status=model.status,
        completeness=model.completeness,
        place=places.get(one.pack, one.pack),
        own=region().book.has("method", one.id),
        from_=model.in_force.from_,
        successor=book.successor_of(model),
        examples=counted.get(one.id, 0),
        doubts=len(model.doubts),
    )


def _examples_counted(book: LawBook) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in book.objects("example"):
        found[one.model.method] = found.get(one.model.method, 0) + 1  # type: ignore[attr-defined]
    return found


def examples(book: LawBook, method: Method, language: Language) -> list[tuple[Example, tuple[tuple[str, str], ...]]]:
    """Return the worked examples of a method's edition, each with what must come out, in words.

    An example that names no edition is of the one in force in its period.
    """
    found = (one for one in examples_of(book, method) if rule_of(book, one).edition == method.edition)
    return [(one, expected_words(method, one, language)) for one in found]


def editions(book: LawBook, id_: str) -> list[str]:
    """Return the editions of a method, the newest first."""
    return [one.model.edition or "" for one in reversed(book.editions("method", id_))]


# --- law left, calculation right


@dataclass(frozen=True)
class Article:
    """A clause with what it says (in short own words) and what is computed from it.

    Its indicators are counted only: they stand in a table of their own.
    """

    anchor: str
    title: str
    text: str
    rows: tuple[Row, ...]
    indicators: int

    @property
    def count(self) -> int:
        return len(self.rows) + self.indicators


def articles(
    printed: Printed, book: LawBook, method: Method, language: Language
) -> tuple[list[Article], list[tuple[str, list[Row]]]]:
    """Return the clauses of a rule's document with their rows, and the rows without a clause by section."""
    by_clause: dict[str, list[Row]] = {}
    for row in printed.rows:
        by_clause.setdefault(row.clause, []).append(row)
    tabled = say("rule.indicators", language)
    loose: dict[str, list[Row]] = {}
    for row in by_clause.pop("", []):
        if row.section != tabled:
            loose.setdefault(row.section, []).append(row)
    found: list[Article] = []

    def add(title: str, text: str, rows: list[Row]) -> None:
        others = tuple(row for row in rows if row.section != tabled)
        found.append(Article(f"c-{len(found) + 1}", title, text, others, len(rows) - len(others)))

    for id_, title, text in _clauses(book, method):
        rows = by_clause.pop(title, by_clause.pop(id_, []))
        if rows or text:
            add(title, text, rows)
    for title, rows in by_clause.items():
        add(title, "", rows)
    return found, list(loose.items())


def _clauses(book: LawBook, method: Method) -> Iterator[tuple[str, str, str]]:
    if method.document and book.has("document", method.document):
        for id_, clause in book.document(method.document).clauses.items():
            yield id_, clause.title or id_, clause.text


# --- numbers by year


@dataclass(frozen=True)
class YearCell:
    value: str
    completeness: str


@dataclass(frozen=True)
class ParameterLine:
    """A parameter of a rule, year by year."""

    title: str
    id: str
    unit: str
    cells: tuple[YearCell | None, ...]
    clause: str
    parameter: str


def parameter_years(book: LawBook, method: Method, language: Language) -> tuple[list[int], list[ParameterLine]]:
    """Return the years that a rule's parameters name (the last few) and their values at each year's end."""
    series = {id_: book.parameter_series(id_) for id_ in parameters_of(method, book)}
    named = {day.year for own in series.values() for one in own for day in (one.from_, one.to) if day is not None}
    years = sorted(named)[-_YEARS:]
    owners = {name: one.id for one in book.objects("parameter") for name in _series(one)}
    return years, [_line(id_, owners[id_], own, years, language) for id_, own in series.items() if own]


def _series(one: LawObject) -> Iterator[str]:
    if isinstance(one.model, Parameter):
        yield from one.model.series()


def _line(id_: str, parameter: str, own: tuple[DatedValue, ...], years: list[int], language: Language) -> ParameterLine:
    title = own[-1].title if language == "zh" else own[-1].title_en
    key = id_.rpartition(".")[2] if len({one.title for one in own}) == 1 else ""
    cells = tuple(_at(own, year) for year in years)
    clause = next((one.clause for one in reversed(own) if one.clause), "") or ""
    return ParameterLine(title, id_ if key else id_, own[-1].unit.symbol, cells, clause, parameter)


def _at(own: tuple[DatedValue, ...], year: int) -> YearCell | None:
    day = date(year, 12, 31)
    for one in own:
        if (one.from_ is None or one.from_ <= day) and (one.to is None or day <= one.to):
            return YearCell(grouped(decimal_text(one.value)), str(one.certainty))
    return None
