"""Pages of rules: the list, and one rule with its clauses, numbers, doubts, examples and what an edition changed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from jiqun.desk.printed_rule import differences
from jiqun.methods.wording.phrases import say
from jiqun.web.people.rights import needs
from jiqun.web.region import region
from jiqun.web.rules import queries
from jiqun.web.rules.printed import forms, indicators, print_rule
from jiqun.web.shell.language import spoken

STATES = ("in_force", "trial", "draft", "repealed")
COMPLETE = ("complete", "partial", "illustrative")


@needs("read")
def listing(request: HttpRequest) -> HttpResponse:
    """List the methods of the region, or of all packs at hand."""
    everywhere = request.GET.get("all") == "1"
    said = {name: request.GET.get(name, "").strip() for name in ("status", "completeness", "q")}
    found = queries.methods(spoken(), everywhere)
    rows = [
        one
        for one in found
        if said["status"] in ("", one.status)
        and said["completeness"] in ("", one.completeness)
        and said["q"].casefold() in f"{one.title} {one.id} {one.place}".casefold()
    ]
    shown = {
        "rows": [(one, *_words(one.status, one.completeness)) for one in rows],
        "said": said,
        "everywhere": everywhere,
        "states": [(one, say(f"lifecycle.{one}", spoken())) for one in STATES],
        "kinds": [(one, say(f"completeness.{one}", spoken())) for one in COMPLETE],
        "usable": sum(one.status == "in_force" and one.completeness == "complete" for one in rows),
        "partial": sum(one.status == "in_force" and one.completeness == "partial" for one in rows),
        "illustrative": sum(one.completeness == "illustrative" for one in rows),
    }
    return render(request, "rules/listing.html", shown)


def _words(status: str, completeness: str) -> tuple[str, str]:
    return say(f"lifecycle.{status}", spoken()), say(f"completeness.{completeness}", spoken())


@needs("read")
def rule(request: HttpRequest, id_: str) -> HttpResponse:
    """Show a rule: law left, calculation right; PACK problems where it does not compile."""
    user: Any = request.user
    book = queries.book_of(id_)
    if not book.has("method", id_):
        raise Http404
    editions = queries.editions(book, id_)
    edition, before = request.GET.get("edition", editions[0]), request.GET.get("from", "")
    if edition not in editions or (before and before not in editions):
        raise Http404
    method = book.method(id_, edition or None)
    printed = print_rule(method, book, spoken())
    articles, loose = queries.articles(printed, book, method, spoken())
    years, parameters = queries.parameter_years(book, method, spoken())
    changes = [] if not before else differences(print_rule(book.method(id_, before), book, spoken()), printed)
    counted = printed.counted()
    status, completeness = _words(method.status, method.completeness)
    document = book.document(method.document) if method.document and book.has("document", method.document) else None
    filled_in, results = forms(method, book, spoken())
    shown = {
        "forms": [(*one, region().book.has("table", one[1])) for one in filled_in], "results": results,
        "method": method, "printed": printed, "articles": articles, "loose": loose, "years": years,
        "parameters": parameters, "editions": editions, "edition": edition, "before": before, "changes": changes,
        "indicators": indicators(method, book, spoken()),
        "counted": counted, "numbers": sum(counted.values()), "examples": queries.examples(book, method, spoken()),
        "status": status, "completeness": completeness, "document": document, "successor": book.successor_of(method),
        "may_draft": user.may("rules"),
    }  # fmt: skip
    return render(request, "rules/rule.html", shown)
