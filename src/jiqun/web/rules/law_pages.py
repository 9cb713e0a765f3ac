"""Pages of the other objects of the law: numbers by year, documents, ladders, table contracts; where drafts begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jiqun.desk.drafts.law_changes import KINDS, paper_titles, word
from jiqun.desk.drafts.parts import book_with, parts, text_of
from jiqun.desk.drafts.section_text import dated_rows
from jiqun.methods.wording.phrases import listed, say
from jiqun.packs import Parameter
from jiqun.packs.lawobject import LawObject
from jiqun.packs.models import Document
from jiqun.reports.parameters import parameter_workbook
from jiqun.web.drafts.models import RuleDraft
from jiqun.web.drafts.state import STAGES, state_of
from jiqun.web.ledger.handing import attachment
from jiqun.web.people.models import User
from jiqun.web.people.rights import needs
from jiqun.web.region import region
from jiqun.web.rules import numbers
from jiqun.web.shell.language import both, spoken

OTHERS = tuple(one for one in KINDS if one not in ("method", "parameter"))
_SORTS: Mapping[str, tuple[tuple[str, str], Callable[[numbers.Listed], Any]]] = {
    "title": (("按名称", "by title"), lambda one: one.title),
    "last": (("最近一期在前", "newest values first"), lambda one: -(one.last or date.min).toordinal()),
    "edition": (("改过的在前", "changed here first"), lambda one: (not one.edition, one.title)),
}
_LINES = 100
_FACTS = ("number", "issuer", "issued", "effective", "supersedes", "unit", "measure", "description")


@needs("read")
def numbers_listing(request: HttpRequest) -> HttpResponse:
    """List the parameters: base values, thresholds, targets, with their years and the rules that read them."""
    everywhere = request.GET.get("all") == "1"
    said = {name: request.GET.get(name, "").strip() for name in ("q", "role", "completeness", "sort")}
    rows = [
        one
        for one in numbers.listed(everywhere)
        if said["role"] in ("", one.role)
        and said["completeness"] in ("", one.completeness)
        and said["q"].casefold() in f"{one.title} {one.id} {one.place} {' '.join(one.rules)}".casefold()
    ]
    if said["sort"] in _SORTS:
        rows.sort(key=_SORTS[said["sort"]][1])
    shown = {
        "sorts": [(key, both(*words)) for key, (words, _) in _SORTS.items()],
        "rows": [(one, both(*numbers.ROLES[one.role]), _complete(one.completeness)) for one in rows],
        "said": said, "everywhere": everywhere, "read": sum(bool(one.rules) for one in rows),
        "roles": [(key, both(*words)) for key, words in numbers.ROLES.items()],
        "complete": [(one, _complete(one)) for one in numbers.COMPLETE],
    }  # fmt: skip
    return render(request, "rules/numbers.html", shown)


def _complete(completeness: str) -> str:
    return say(f"completeness.{completeness}", spoken())


def _status(one: LawObject) -> str:
    return say(f"lifecycle.{one.model.status}", spoken())


def _object(kind: str, id_: str) -> LawObject:
    book = book_with(region(), kind, id_)
    if kind not in KINDS or not book.has(kind, id_):
        raise Http404
    return book.object(kind, id_)


@needs("read")
def number(request: HttpRequest, id_: str) -> HttpResponse:
    """Show a parameter with all its dated values, who reads it, and where next year's begin."""
    one = _object("parameter", id_)
    book, model = book_with(region(), "parameter", id_), one.model
    assert isinstance(model, Parameter)
    lines = numbers.value_lines(book, model)
    years = numbers.years_of(dated_rows(text_of(region(), one)))
    shown = {
        **_common(request, one), "lines": lines, "series": len(model.series()), "years": years,
        "role": both(*numbers.ROLES[model.role]), "rules": numbers.rules_reading(book, model),
        "newest": max((line.from_ for line in lines if line.from_), default=None),
        "next": (years[0] if years else 0) + 1,
    }  # fmt: skip
    return render(request, "rules/number.html", shown)


def _common(request: HttpRequest, one: LawObject) -> dict[str, Any]:
    user: Any = request.user
    model = one.model
    book = book_with(region(), one.kind, one.id)
    document = model.document if model.document and book.has("document", model.document) else ""
    called = paper_titles(book, spoken())
    facts = [(word(name, spoken()), _said(getattr(model, name, None), called)) for name in _FACTS]
    later = tuple(id_ for id_, each in book.documents.items() if one.kind == "document" and one.id in each.supersedes)
    facts.append((both("被接替", "superseded by"), _said(later, called)))
    return {
        "object": model, "title": both(model.title, model.title_en), "kind_title": both(*KINDS[one.kind]),
        "status": _status(one), "document": book.document(document) if document else None,
        "completeness": _complete(model.completeness), "own": region().book.has(one.kind, one.id),
        "facts": [(name, value) for name, value in facts if value],
        "published": numbers.published_with(one.kind, one.id),
        "drafts": _drafts(user, one), "may_draft": user.may("rules"), "may_read_drafts": user.may("drafts"),
        "year": timezone.localdate().year,
    }  # fmt: skip


def _said(value: Any, called: Mapping[str, str]) -> str:
    return listed([called.get(one, one) for one in value], spoken()) if isinstance(value, tuple) else str(value or "")


def _drafts(user: User, one: LawObject) -> list[tuple[int, str, str]]:
    """Return the open drafts that change an object, for those who may read drafts."""
    if not user.may("drafts"):
        return []
    found = []
    for state in map(state_of, RuleDraft.objects.prefetch_related("events")):
        there = {(each.kind, each.id) for each in parts(state.files)} | {(state.basis.kind, state.basis.id)}
        if state.is_open and (one.kind, one.id) in there:
            found.append((state.draft.pk, state.draft.edition, both(*STAGES[state.stage])))
    return found


@needs("read")
def number_sheet(request: HttpRequest, id_: str) -> HttpResponse:
    """Hand out a parameter's values as a workbook."""
    one = _object("parameter", id_)
    model = one.model
    assert isinstance(model, Parameter)
    title = both(model.title, model.title_en)
    trial = model.completeness == "illustrative" or model.status != "in_force"
    rows = dated_rows(text_of(region(), one))
    content = parameter_workbook(title, rows, numbers.titles_of(id_), model.unit or "", trial, spoken())
    return attachment(content, f"{title}.xlsx")


# --- every other kind


@needs("read")
def objects(request: HttpRequest) -> HttpResponse:
    """List documents, ladders, table contracts and the other objects of the law."""
    everywhere = request.GET.get("all") == "1"
    said = {name: request.GET.get(name, "").strip() for name in ("q", "kind")}
    book = region().everything if everywhere else region().book
    kinds = [said["kind"]] if said["kind"] in OTHERS else OTHERS
    rows = [
        (one.model, both(one.model.title, one.model.title_en), both(*KINDS[kind]), _status(one))
        for kind in kinds
        for one in book.objects(kind)
        if said["q"].casefold() in _searched(one)
    ]  # fmt: skip
    page = Paginator(rows, _LINES).get_page(request.GET.get("page"))
    shown = {
        "rows": page, "page": page, "said": said, "everywhere": everywhere,
        "kinds": [(one, both(*KINDS[one])) for one in OTHERS],
    }  # fmt: skip
    return render(request, "rules/objects.html", shown)


def _searched(one: LawObject) -> str:
    more = f"{one.model.number} {one.model.issuer}" if isinstance(one.model, Document) else ""
    return f"{one.id} {one.model.title} {one.model.title_en} {more}".casefold()


@needs("read")
def object_page(request: HttpRequest, kind: str, id_: str) -> HttpResponse:
    """Show an object of the law as it is written, with its clauses where it is a document; where a draft begins."""
    if kind not in OTHERS:
        raise Http404
    one = _object(kind, id_)
    clauses = one.model.clauses if isinstance(one.model, Document) else {}
    shown = {**_common(request, one), "text": text_of(region(), one), "clauses": list(clauses.items())}
    return render(request, "rules/object.html", shown)
