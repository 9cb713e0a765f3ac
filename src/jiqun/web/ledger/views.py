"""Pages of the ledger: imports and undoing them, open firms, tables, one row with its sources."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.ledger.decisions import ASIDE, PART_OF
from jiqun.ledger.originals import original
from jiqun.ledger.review import OPEN, SETTLED, asked, known_firms, own_id
from jiqun.ledger.snapshot import snapshots
from jiqun.ledger.templates import write_template
from jiqun.problems import ProblemsError
from jiqun.values import uscc
from jiqun.web.jobs.files import hand_out
from jiqun.web.ledger import actions, board, figures, queries
from jiqun.web.ledger.handing import attachment
from jiqun.web.ledger.models import Upload
from jiqun.web.ledger.uploads import visible
from jiqun.web.people.audit import record_request
from jiqun.web.people.models import full_names
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger, region
from jiqun.web.shell.language import both, spoken

_CELLS_AT_ONCE = 40_000  # as many are written in half a second or so
_LINES, _QUESTIONS, _SNAPSHOTS = 50, 20, 5


def _scope(request: HttpRequest) -> Scope:
    user: Any = request.user
    return scope_of(user)


@needs("read")
def imports(request: HttpRequest) -> HttpResponse:
    """List what came into the ledger, and the own files that still wait."""
    user: Any = request.user
    every = queries.import_lines(user)
    table, state = request.GET.get("table", ""), request.GET.get("state", "")
    lines = [line for line in every if table in ("", line.one.table) and _in_state(line, state)]
    shown = {
        "page": Paginator(lines, _LINES).get_page(request.GET.get("page")),
        "valid": sum(not line.one.is_undone for line in every),
        "rows": sum(line.one.rows for line in every if not line.one.is_undone),
        "waiting": sum(line.one.bad_rows for line in every if line.waits),
        "open": ledger().view.standing.open.height,
        "tables": sorted({(line.one.table, line.title) for line in every}, key=lambda pair: pair[1]),
        "table": table,
        "state": state,
        "uploads": _waiting(user) if user.may("import") else [],
        "may_import": user.may("import"),
        "may_review": user.may("review"),
    }
    return render(request, "ledger/imports.html", shown)


def _waiting(user: Any) -> list[tuple[Upload, str]]:
    """Return the files that still wait to be decided, with the title of their table."""
    found = visible(user).filter(state__in=("checking", "checked", "refused", "committing"))
    return [(one, queries.title_of(one.table)) for one in found[:_LINES]]


def _in_state(line: queries.ImportLine, state: str) -> bool:
    return {"undone": line.one.is_undone, "waits": line.waits, "valid": not line.one.is_undone}.get(state, True)


def _line(request: HttpRequest, number: int) -> queries.ImportLine:
    user: Any = request.user
    found = queries.find_import(user, number)
    if found is None:
        raise Http404
    return found


@needs("read")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show one import: who, when, which columns with which conversions, what it changed, and undoing it."""
    user: Any = request.user
    line = _line(request, number)
    count, changed = queries.restated(line.one, _scope(request))
    contract = queries.contract_of(line.one.table)
    titles = {} if contract is None else {field.name: field for field in contract.fields}
    shown = {
        "line": line,
        "one": line.one,
        "columns": [(column, titles.get(column.field)) for column in line.one.columns],
        "changed": changed,
        "count": count,
        "may_undo": user.may("undo") and not line.one.is_undone,
        "may_take": queries.may_take_original(user, line.one),
        "may_correct": user.may("import") and line.waits,
        "may_import": user.may("import"),
        "may_review": user.may("review"),
    }
    return render(request, "ledger/one.html", shown)


@require_POST
@needs("undo")
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take an import back, with a reason."""
    user: Any = request.user
    _line(request, number)
    try:
        actions.undo(user, number, request.POST.get("reason", "").strip()[:300])
    except ValueError as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, both(f"第 {number} 次导入已撤销。", f"Import {number} is undone."))
    return redirect("ledger:one", number)


@needs("read")
def original_file(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the file that an import was read from, its hash verified."""
    user: Any = request.user
    found = _line(request, number).one
    if not queries.may_take_original(user, found):
        raise PermissionDenied("original")
    path = original(region().workspace, found.file, found.sha256)
    record_request(request, "ledger.original", str(number), file=found.file)
    return attachment(path.read_bytes(), found.file)


@needs("read")
def return_file(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the rows of an import that did not pass, each with its fault."""
    user: Any = request.user
    found = _line(request, number).one
    if not queries.may_take_original(user, found):
        raise PermissionDenied("return")
    path = region().workspace.quarantine / Path(found.return_file or "-").name
    if not path.is_file():
        raise Http404
    record_request(request, "ledger.return", str(number), file=found.file)
    return attachment(path.read_bytes(), f"{both('退回', 'return')}_{number}.xlsx")


@needs("review")
def review(request: HttpRequest) -> HttpResponse:
    """Show the reports whose firm is open, with the firms that each could mean."""
    return _questions(request, {})


def _questions(request: HttpRequest, said: dict[str, str]) -> HttpResponse:
    """Show the open reports, those set aside or settled, with what was said of one that could not be decided so."""
    standing = ledger().view.standing
    which = next((one for one in (ASIDE, SETTLED) if request.GET.get(one) == "1"), OPEN)
    page = Paginator(range(asked(standing, which).height), _QUESTIONS).get_page(request.GET.get("page"))
    first = max(0, page.start_index() - 1)
    shown = {
        "page": page,
        "questions": queries.questions(ledger(), first, _QUESTIONS, which),
        "count": page.paginator.count,
        "which": which,
        "aside": standing.aside.height,
        "settled": standing.settled.height,
        "open": standing.open.height,
        "people": full_names() if which == SETTLED else {},
        "said": said,
    }
    return render(request, "ledger/review.html", shown, status=422 if said else 200)


@require_POST
@needs("review")
def decide(request: HttpRequest) -> HttpResponse:
    """Write a person's word on one report: the button says which firm and whether it is the same."""
    user: Any = request.user
    verdict, _, enterprise = request.POST.get("do", "").partition(":")
    enterprise = enterprise or request.POST.get("enterprise", "").strip()
    reason = request.POST.get("reason", "").strip()[:300]
    try:
        if verdict == ASIDE:
            enterprise = ""
        elif verdict == "uncoded":
            verdict, enterprise = "new", own_id(request.POST.get("reported", ""))
        elif verdict == "new" and not uscc.is_valid(enterprise):
            zh = "是新企业的，请写它的 18 位统一社会信用代码，校验位要对；确实没有代码的，按“没有代码的新户”。"
            en = "For a new firm write its social credit code of 18 signs, or say that it has none."
            raise ValueError(both(zh, en))
        if verdict in ("same", "different", PART_OF) and enterprise not in known_firms(ledger().view):
            raise ValueError(both("企业登记里没有这个代码。", "The register has no such firm."))
        reported = request.POST.get("reported", "")
        if not ledger().view.standing.was_asked(reported):
            raise ValueError(both("没有这样报送的企业，刷新后再看。", "Nobody reported a firm like this; reload."))
        actions.decide(user, actions.Verdict(reported, verdict, enterprise, reason))
    except (ValueError, ProblemsError) as wrong:
        told = wrong.problems[0].text(spoken()) if isinstance(wrong, ProblemsError) else str(wrong)
        messages.error(request, told)
        return _questions(request, request.POST.dict())
    else:
        messages.success(
            request, both("已记录，今后同样的报法照此认定。", "Noted; the same report is read so from now on.")
        )
    return redirect("ledger:review")


@needs("read")
def tables(request: HttpRequest) -> HttpResponse:
    """List the tables with rows, years and templates."""
    user: Any = request.user
    scope, there, lines = _scope(request), ledger().view.tables, []
    for contract in queries.fillable():
        rows, years = queries.seen_of(ledger(), contract.id, scope) if contract.id in there else (0, ())
        lines.append((contract, rows, years))
    frozen = snapshots(region().workspace)[-_SNAPSHOTS:] if user.may("export") else ()
    shown = {
        "lines": lines,
        "count": len(there),
        "may_import": user.may("import"),
        "snapshots": [(one, datetime.fromisoformat(one.when)) for one in reversed(frozen)],
    }
    return render(request, "ledger/tables.html", shown)


def _known(table: str) -> str:
    if table not in ledger().view.tables:
        raise Http404
    return table


@needs("read")
def table(request: HttpRequest, table: str) -> HttpResponse:
    """Show a table's rows; every row leads to its sources."""
    if table not in ledger().view.tables:
        return _nothing_yet(request, table)
    text, year, district = _asked_rows(request)
    frame = queries.rows_of(table, _scope(request), text, year, district)
    page = Paginator(range(frame.height), _LINES).get_page(request.GET.get("page"))
    part = frame.slice(max(0, page.start_index() - 1), _LINES)
    contract, key = queries.contract_of(table), ledger().view.key(table)
    fields = {} if contract is None else {one.name: one for one in contract.fields}
    kinds = ledger().table(table).schema
    is_number = {name: kind.is_numeric() and name != "year" for name, kind in kinds.items()}
    addresses = [urlencode({name: str(row[name]) for name in key}) for row in part.select(key).to_dicts()]
    shown = {
        "table": table,
        "title": queries.title_of(table),
        "heads": [(fields.get(name), name, is_number[name]) for name in part.columns],
        "rows": list(zip(addresses, figures.written(part, table), strict=True)),
        "page": page,
        "can_export": request.user.may("export"),  # type: ignore[union-attr]
        "text": text,
        "year": year,
        "district": district,
        "districts": _districts(request, table),
        "years": [*reversed(queries.seen_of(ledger(), table, Scope())[1])],
    }
    if text and _scope(request).sees_restricted and queries.restricted_columns(table):
        record_request(request, "ledger.search", table, text=text)
    return render(request, "ledger/table.html", shown)


@needs("export")
def table_export(request: HttpRequest, table: str) -> HttpResponse:
    """Hand out a table's rows as Excel, as searched on its page; a long one is made by a job."""
    text, year, district = _asked_rows(request)
    frame = queries.rows_of(_known(table), _scope(request), text, year, district)
    record_request(request, "ledger.export", table, rows=frame.height, text=text, year=year, district=district)
    title, at_once = f"{both('导出', 'Export')} {queries.title_of(table)}", frame.height * frame.width <= _CELLS_AT_ONCE
    asked = {"table": table, "text": text, "year": year, "district": district}
    return hand_out(request, "ledger.table", title, at_once=at_once, **asked)


def _asked_rows(request: HttpRequest) -> tuple[str, str, str]:
    """Which rows of a table are asked for: words in name or key, year, district."""
    get = request.GET
    return get.get("q", "").strip()[:100], get.get("year", ""), get.get("district", "")


def _districts(request: HttpRequest, table: str) -> list[tuple[str, str]]:
    """The districts to choose from; none where a table's rows lie in no district."""
    lies_somewhere = "enterprise" in ledger().view.key(table) or "district" in ledger().table(table).columns
    return board.districts(_scope(request), timezone.localdate().year) if lies_somewhere else []


def _nothing_yet(request: HttpRequest, table: str) -> HttpResponse:
    """Show a table that the law book has and nobody reported to, with the ways to begin; 404 for any other."""
    contract = queries.contract_of(table)
    if contract is None or contract.derived:
        raise Http404
    heads = [(one, one.name, one.type in ("integer", "number")) for one in contract.fields]
    nothing: list[Any] = []
    page = Paginator(nothing, _LINES).get_page(1)
    return render(
        request, "ledger/table.html", {"table": table, "title": queries.title_of(table), "heads": heads, "page": page}
    )


@needs("read")
def row(request: HttpRequest, table: str) -> HttpResponse:
    """Show one row: every figure with file, sheet, cell, import, and all that was ever said of it."""
    key = figures.key_of(_known(table), request.GET.dict())
    found = None if key is None else figures.figures_of_row(table, key, _scope(request))
    if key is None or found is None:
        raise Http404
    user: Any = request.user
    known = {line.one.number for line in queries.import_lines(user)}
    name = next((one.value for one in found if one.name == "name"), "")
    record_request(request, "ledger.row", table, key={part: str(value) for part, value in key.items()})
    shown = {
        "table": table,
        "title": queries.title_of(table),
        "key": " · ".join(str(value) for value in key.values()),
        "name": name,
        "figures": found,
        "sourced": sum(one.cell is not None for one in found),
        "known": known,
    }
    return render(request, "ledger/row.html", shown)


@needs("read")
def template(request: HttpRequest, table: str) -> HttpResponse:
    """Hand out the form of a table; LEDGER-100 for one that the ledger computes."""
    contract = region().contract(table)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(contract, path)
        content = path.read_bytes()
    return attachment(content, f"{both('填报模板', 'template')}_{contract.title}.xlsx")
