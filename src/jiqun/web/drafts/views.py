"""Pages of drafts: the list with the publications, one draft from copying to publishing, one publication."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from jiqun.desk.drafts.law_changes import KINDS
from jiqun.desk.drafts.parts import DOCUMENT, METHOD, PARAMETER, Part, book_with, parts, places, text_of
from jiqun.desk.drafts.publishing import publications
from jiqun.desk.drafts.rule_text import head_of
from jiqun.desk.drafts.section_text import clause_rows, dated_rows
from jiqun.methods.wording.evidence import evidence_words
from jiqun.reports.parameters import parameter_workbook
from jiqun.web.drafts import actions, queries
from jiqun.web.drafts.forms import EVIDENCE, SOURCE, STANDING, fields, takes_over_from, worded
from jiqun.web.drafts.models import RuleDraft
from jiqun.web.drafts.state import EVENTS, STAGES, State, state_of
from jiqun.web.drafts.told import in_page_words
from jiqun.web.ledger.handing import attachment
from jiqun.web.people.models import full_names
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import scope_of
from jiqun.web.region import ledger, region
from jiqun.web.rules.numbers import completeness_choices, years_of
from jiqun.web.rules.numbers import titles_of as series_titles_of
from jiqun.web.shell.language import both, counted, spoken

_SORTS: Mapping[str, tuple[str, str]] = {
    "last": ("最近有变", "last changed"), "new": ("最新起草", "newest"), "title": ("名称", "title"),
    "stage": ("状态", "state"),
}  # fmt: skip


# --- lists


@needs("drafts")
def listing(request: HttpRequest) -> HttpResponse:
    """List the drafts that were picked, and who published what when."""
    said = {name: request.GET.get(name, "").strip() for name in ("q", "stage", "kind", "sort", "mine")}
    called, trying = full_names(), queries.trials_under_way()
    states = [state_of(one) for one in RuleDraft.objects.prefetch_related("events")]
    rows = [_row(one, called, trying) for one in states]
    shown = {
        "rows": _sorted([one for one in rows if _is_picked(one, said, request)], said["sort"]), "said": said,
        "all": len(rows), "open": sum(one.is_open for one in states),
        "law": [one for one in _law(called) if said["q"].casefold() in one["searched"]],
        "stages": [("open", both("未了结", "open")), *((key, both(*words)) for key, words in STAGES.items())],
        "kinds": [(key, both(*words)) for key, words in KINDS.items()],
        "sorts": [(key, both(*words)) for key, words in _SORTS.items()],
    }  # fmt: skip
    return render(request, "drafts/listing.html", shown)


def _row(state: State, called: Mapping[str, str], trying: Set[int]) -> dict[str, Any]:
    last = state.events[-1]
    is_trying = state.is_open and state.draft.pk in trying
    return {
        "pk": state.draft.pk, "draft": state.draft, "stage": state.stage,
        "stage_title": both("试算中", "being tried") if is_trying else both(*STAGES[state.stage]),
        "title": queries.draft_title(state), "kind": queries.kind_title(state.draft.kind), "last": last,
        "who": called.get(last.by, last.by), "by": called.get(state.events[0].by, state.events[0].by),
        "is_open": state.is_open, "authors": state.authors, "others": max(0, len(state.files) - 1),
    }  # fmt: skip


def _is_picked(row: Mapping[str, Any], said: Mapping[str, str], request: HttpRequest) -> bool:
    user: Any = request.user
    text = f"{row['title']} {row['draft'].about} {row['draft'].edition} {row['by']}".casefold()
    return (
        said["q"].casefold() in text
        and said["kind"] in ("", row["draft"].kind)
        and (said["stage"] in ("", row["stage"]) or (said["stage"] == "open" and row["is_open"]))
        and (not said["mine"] or user.get_username() in row["authors"])
    )


def _sorted(rows: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    keys: dict[str, Callable[[dict[str, Any]], Any]] = {
        "title": lambda one: (one["title"], -one["pk"]), "new": lambda one: -one["pk"],
        "stage": lambda one: (list(STAGES).index(one["stage"]), -one["pk"]),
    }  # fmt: skip
    return sorted(rows, key=keys.get(sort, lambda one: -one["last"].pk))


def _law(called: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_publication(one, called) for one in publications(region())]


def _publication(said: Mapping[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    title = queries.title_of(said["kind"], said["about"], said["edition"])
    objects = [(queries.kind_title(one["kind"]), both(one["title"], one["title_en"])) for one in said["objects"]]
    by = called.get(said["by"], said["by"])
    searched = " ".join([title, said["about"], said["document"], by, *(name for _, name in objects)]).casefold()
    return {
        **said, "by": by, "at": datetime.fromisoformat(said["at"]), "title": title, "objects": objects,
        "kind_title": queries.kind_title(said["kind"]), "changes": said["changes"].get(spoken(), []),
        "authors": [called.get(one, one) for one in said["authors"]], "searched": searched,
    }  # fmt: skip


@needs("drafts")
def publication(request: HttpRequest, number: int) -> HttpResponse:
    """Show one publication: who, when, under which document, what it changed in words, what was tried."""
    user: Any = request.user
    found = next((one for one in _law(full_names()) if one["number"] == number), None)
    if found is None:
        raise Http404
    tries = [queries.moves(one, scope_of(user)) for one in found["tried"]]
    return render(request, "drafts/publication.html", {"one": found, "tries": [one for one in tries if one]})


# --- one draft


@needs("drafts")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show a draft: what it changes, its numbers, what is wrong, whom it moves, what is missing to publish."""
    user: Any = request.user
    state = state_of(get_object_or_404(RuleDraft, pk=number))
    every = [queries.moves(each, scope_of(user)) for each in state.tries.values()]
    sections = [_section(state, each) for each in parts(state.files)]
    dated = sorted({year for each in sections for year in each.get("years", ())}, reverse=True)
    years = _years()
    shown = {
        "dated": dated, "dated_first": dated[0] if dated and years and dated[0] > years[0] else 0,
        "draft": state.draft, "state": state, "stage": both(*STAGES[state.stage]), "title": queries.draft_title(state),
        "kind": queries.kind_title(state.draft.kind), "begins": _begins(state), "main": state.basis.main,
        "sections": sections,
        "changes": state.changes and state.changes[spoken()], "has_changes": state.changes is not None,
        "problems": list(in_page_words(state, state.problems or ())),
        "moves": [each for each in reversed(every) if each],
        "lacking": [both(*each) for each in actions.lacking(state, user)], "events": _events(state),
        "paper": actions.paper_of(state), "may_draft": user.may(actions.DRAFT) and state.is_open,
        "may_publish": user.may(actions.PUBLISH) and state.is_open, "years": years, "rules": _rules(state),
        "trial": queries.last_trial(state), "returned": _returned(state),
        "suggested": queries.read_by_rule(state), "addable": _addable(),
    }  # fmt: skip
    return render(request, "drafts/one.html", shown)


def _returned(state: State) -> dict[str, Any] | None:
    """Say who sent the draft back, when and why, as long as nothing was done about it."""
    it = state.returned
    if it is None or state.stage != "returned":
        return None
    return {"by": full_names().get(it.by, it.by), "at": it.at, "reason": it.details["reason"]}


def _begins(state: State) -> str:
    days = head_of(state.files.get(state.basis.main, "")).get("in_force")
    return str(days.get("from") or "") if isinstance(days, dict) else ""


def _years() -> list[int]:
    years = ledger().table("enterprise_year")["year"].unique().to_list()
    return sorted((int(one) for one in years if one is not None), reverse=True)


def _rules(state: State) -> list[tuple[str, str, bool]]:
    """Return the rules that the draft can be tried with: id, title, whether it was."""
    own = [(state.draft.about, queries.draft_title(state))] if state.draft.kind == "method" else []
    others = [(one["id"], one[spoken()]) for one in state.touched]
    return [(id_, title, id_ in state.tries) for id_, title in dict([*own, *others]).items()]


def _addable() -> list[tuple[str, str, str]]:
    """Return what may be published together with a draft: kind and id, kind in words, title."""
    kinds = [one for one in KINDS if one not in ("method", "taxonomy")]
    return [
        (f"{one.kind} {one.id}", queries.kind_title(one.kind), both(one.model.title, one.model.title_en))
        for kind in kinds
        for one in region().book.objects(kind)
    ]


def _section(state: State, part: Part) -> dict[str, Any]:
    """Return one object of a draft as its page shows it, with the form it has."""
    text = state.files[part.name]
    shown: dict[str, Any] = {
        "name": part.name, "kind": queries.kind_title(part.kind), "title": both(part.title, part.title_en),
        "id": part.id, "form": "", "removable": part.name != state.basis.main, "readable": bool(head_of(text)),
    }  # fmt: skip
    if part.name == METHOD:
        book = book_with(region(), "method", state.basis.id)
        base = text_of(region(), book.object("method", state.basis.id, state.basis.edition or None))
        return {
            **shown,
            "form": "method",
            "fields": fields(text, base, spoken()),
            "worded": worded(text, spoken()),
            **_standing(text),
            **_span(state, head_of(text)),
        }
    if part.name == DOCUMENT:
        return {
            **shown,
            "form": "document",
            "paper": actions.paper_of(state),
            "clauses": clause_rows(text),
            **_source(text),
        }
    if part.kind == "parameter":
        rows, titles = dated_rows(text), series_titles_of(part.id)
        keys = list(dict.fromkeys(row.key for row in rows))
        return {
            **shown, "form": "parameter", "unit": str(head_of(text).get("unit") or ""), "years": years_of(rows),
            "rows": [(row, titles.get(row.key, "")) for row in rows],
            "keys": [(key, titles.get(key, key)) for key in keys], "next": len(rows),
            "kinds": completeness_choices(),
        }  # fmt: skip
    return shown


def _span(state: State, head: Mapping[str, Any]) -> dict[str, Any]:
    """Return from when and until when the draft's rule is in force, and the editions that it may take over from."""
    days, chosen = head.get("in_force"), takes_over_from(head)
    days = days if isinstance(days, dict) else {}
    return {
        "begins": str(days.get("from") or ""), "ends": str(days.get("to") or ""),
        "others": [(edition, words, edition in chosen) for edition, words in queries.other_editions(state)],
    }  # fmt: skip


def _standing(text: str) -> dict[str, Any]:
    """Return what a rule says of itself: name, force, how fully it was read, what is in doubt."""
    head = head_of(text)
    said = {name: str(head.get(name) or "") for name in STANDING}
    doubts = head.get("doubts")
    said["doubts"] = "\n".join(map(str, doubts)) if isinstance(doubts, list) else ""
    kinds = ("complete", "partial", "illustrative")
    return {"said": said, "kinds": [(one, both(*_READ[one])) for one in kinds]}


_READ: Mapping[str, tuple[str, str]] = {
    "complete": ("完整：全文照文件录入", "complete: entered in full from the document"),
    "partial": ("部分：有几处没读到，签发时要接受疑义", "in part: who signs accepts the doubts"),
    "illustrative": ("示意：数字是举例的，只能试算", "illustrative: the numbers are examples, trials only"),
}


def _source(text: str) -> dict[str, Any]:
    source = head_of(text).get("source")
    said = {name: str((source or {}).get(name) or "") if isinstance(source, dict) else "" for name in SOURCE}
    return {"source": said, "evidences": [(one, evidence_words(one, spoken())) for one in EVIDENCE]}


def _events(state: State) -> list[dict[str, Any]]:
    called = full_names()
    return [
        {"pk": one.pk, "at": one.at, "what": both(*EVENTS[one.kind]), "who": called.get(one.by, one.by),
         "words": _words(state, one.kind, one.details),
         "can_restore": one.kind == "revised" and one.details["files"] != state.files}
        for one in reversed(state.events)
    ]  # fmt: skip


def _words(state: State, kind: str, said: dict[str, Any]) -> str:
    if kind == "checked":
        wrong = sum(one["severity"] == "error" for one in said["problems"])
        rest = len(said["problems"]) - wrong
        return both(
            f"错误 {wrong} 处，提醒 {rest} 处",
            f"{counted(f'{wrong} error(s)', wrong)}, {counted(f'{rest} notice(s)', rest)}",
        )
    if kind == "tried":
        title = queries.title_of("method", str(said.get("method") or ""))
        return both(
            f"{title} {said['period']} 年度，{said['moved']} 家档次有变",
            counted(f"{title} {said['period']}: grade changes of {said['moved']} firm(s)", said["moved"]),
        )
    if kind == "published":
        return both(f"第 {said['number']} 号，{said['document']}", f"number {said['number']}, {said['document']}")
    if kind == "refused":
        return both("；", "; ").join(one["text"] for one in in_page_words(state, said["problems"]))
    reason = str(said.get("reason", ""))
    return both(reason, str(said.get("reason_en") or reason))


@needs("drafts")
def text(request: HttpRequest, number: int) -> HttpResponse:
    """Show a draft's text for those who write rules, with what is wrong at its lines."""
    user: Any = request.user
    state = state_of(get_object_or_404(RuleDraft, pk=number))
    problems = [{**each, "text": each[spoken()]} for each in state.problems or ()]
    shown = {"draft": state.draft, "state": state, "parts": _texts(state, problems),
             "title": queries.draft_title(state), "may_draft": user.may(actions.DRAFT) and state.is_open}  # fmt: skip
    return render(request, "drafts/text.html", shown)


def _texts(state: State, problems: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    where = places(state.files)
    return [
        {"name": one.name, "title": queries.kind_title(one.kind) + both(f"：{one.title}", f": {one.title_en}"),
         "text": state.files[one.name], "lines": queries.numbered(state.files[one.name], problems, where[one.name])}
        for one in parts(state.files)
    ]  # fmt: skip


@needs("drafts")
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the values of a parameter of a draft as a workbook that can be changed and uploaded."""
    state = state_of(get_object_or_404(RuleDraft, pk=number))
    name = request.GET.get("part", PARAMETER)
    part = next((one for one in parts(state.files) if one.name == name and one.kind == "parameter"), None)
    if part is None:
        raise Http404
    unit = str(head_of(state.files[name]).get("unit") or "")
    title = both(part.title, part.title_en)
    rows, titles = dated_rows(state.files[name]), series_titles_of(part.id)
    content = parameter_workbook(title, rows, titles, unit, True, spoken())
    return attachment(content, f"{title}_{state.draft.edition}_{both('草稿', 'draft')}.xlsx")
