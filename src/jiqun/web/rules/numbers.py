"""What the pages of numbers read: parameters with their dated values, who reads them, and where they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jiqun.desk.drafts.law_changes import SENSES
from jiqun.desk.drafts.parameter_uses import methods_reading, series_titles
from jiqun.desk.drafts.parts import book_with
from jiqun.desk.drafts.publishing import publications
from jiqun.desk.drafts.section_text import Row
from jiqun.methods.wording.phrases import say
from jiqun.packs import LawBook, Method, Parameter
from jiqun.packs.certainty import certainty
from jiqun.packs.lawobject import LawObject
from jiqun.packs.models import Dated
from jiqun.packs.models.base import Completeness
from jiqun.values import grouped
from jiqun.web.region import region
from jiqun.web.shell.language import both, spoken

ROLES: Mapping[str, tuple[str, str]] = {
    "rule": ("办法用的数", "read by rules"), "policy": ("页面和报表用的规定", "read by pages and reports"),
    "target": ("目标", "targets"), "statistic": ("统计数", "statistics"),
}  # fmt: skip
COMPLETE = ("complete", "partial", "illustrative")


def completeness_choices() -> list[tuple[str, str]]:
    """Return the completeness a value can have, the parameter's own first."""
    same = ("", both("同参数", "as the parameter"))
    return [same, *((one, say(f"completeness.{one}", spoken())) for one in COMPLETE)]


def titles_of(id_: str) -> dict[str, str]:
    """Return key → title of the series of a parameter in force; empty where the law does not have it."""
    book = book_with(region(), "parameter", id_)
    if not book.has("parameter", id_):
        return {}
    model = book.get("parameter", id_)
    return series_titles(book, model, spoken()) if isinstance(model, Parameter) else {}


def years_of(rows: Sequence[Row]) -> list[int]:
    """Return the years at whose end a dated value stands, the newest first: an open one stands until this year."""
    found: set[int] = set()
    for row in rows:
        try:
            first = date.fromisoformat(row.at("from")).year
            last = date.fromisoformat(row.at("to")) if row.at("to") else None
        except ValueError:
            continue  # told by the check at its line
        until = (
            max(first, date.today().year)
            if last is None
            else last.year
            if (last.month, last.day) == (12, 31)
            else last.year - 1
        )
        found |= set(range(first, min(until, first + 50) + 1))
    return sorted(found, reverse=True)


# --- list


@dataclass(frozen=True)
class Listed:
    """A parameter in the list."""

    id: str
    edition: str
    title: str
    role: str
    place: str
    own: bool
    series: int
    values: int
    first: date | None
    last: date | None
    completeness: str
    rules: tuple[str, ...]


def listed(everywhere: bool) -> list[Listed]:
    """List the parameters of the region, or of all packs at hand."""
    book = region().everything if everywhere else region().book
    readers = _readers(book)
    places = {pack.id: both(pack.manifest.title, pack.manifest.title_en) for pack in book.packs}
    found = [_listed(one, readers, places) for one in book.objects("parameter")]
    return sorted(found, key=lambda one: (not one.own, -len(one.rules), one.place, one.title))


def _readers(book: LawBook) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in book.objects("parameter"):
        if isinstance(one.model, Parameter):
            rules = methods_reading(book, [one.model])
            found[one.id] = tuple(dict.fromkeys(both(rule.title, rule.title_en) for rule in rules))
    return found


def _listed(one: LawObject, readers: Mapping[str, tuple[str, ...]], places: Mapping[str, str]) -> Listed:
    model = one.model
    assert isinstance(model, Parameter)
    series = model.series()
    values = [value for each in series.values() for value in each]
    begins = [value.from_ for value in values if value.from_]
    return Listed(
        id=one.id, edition=model.edition or "", title=both(model.title, model.title_en), role=model.role,
        place=places.get(one.pack, one.pack), own=region().book.has("parameter", one.id), series=len(series),
        values=len(values), first=min(begins, default=None), last=max(begins, default=None),
        completeness=model.completeness, rules=readers.get(one.id, ()),
    )  # fmt: skip


# --- one parameter


@dataclass(frozen=True)
class ValueLine:
    """A dated value as its page shows it."""

    key: str
    title: str
    from_: date | None
    to: date | None
    sense: str
    value: str
    unit: str
    document: str
    document_title: str
    clause: str
    completeness: str
    completeness_title: str
    reason: str
    published: date | None


def value_lines(book: LawBook, model: Parameter) -> list[ValueLine]:
    """Return every dated value of a parameter, series by series, with where it stands and how complete that is."""
    titles = series_titles(book, model, spoken())
    return [
        _line(book, model, id_.removeprefix(f"{model.id}.") if model.table is not None else "", values, one, titles)
        for id_, values in model.series().items()
        for one in values
    ]


def _line(
    book: LawBook, model: Parameter, key: str, values: tuple[Dated, ...], one: Dated, titles: Mapping[str, str]
) -> ValueLine:
    document = one.document or model.document or ""
    paper = book.document(document) if document and book.has("document", document) else None
    whole: Completeness | None = "illustrative" if model.completeness == "illustrative" else None
    sure = certainty(book, document, one.clause or model.clause, one.completeness or whole)
    return ValueLine(
        key=key, title=titles.get(key, ""), from_=one.from_, to=one.to, value=grouped(one.value),
        unit=one.unit or model.unit_of(values), document=document,
        sense=both(*SENSES[one.sense]),
        document_title="" if paper is None else paper.number or both(paper.title, paper.title_en),
        clause=one.clause or model.clause or "", completeness=sure,
        completeness_title=say(f"mark.{sure}", spoken()), reason=one.reason or "",
        published=one.published,
    )  # fmt: skip


def rules_reading(book: LawBook, model: Parameter) -> list[Method]:
    """Return the rules that read a parameter."""
    return methods_reading(book, [model])


def published_with(kind: str, id_: str) -> list[dict[str, Any]]:
    """Return the publications that had an object, the newest first."""
    return [
        {**one, "at": date.fromisoformat(one["at"][:10])}
        for one in publications(region())
        if any((each["kind"], each["id"]) == (kind, id_) for each in one["objects"])
    ]
