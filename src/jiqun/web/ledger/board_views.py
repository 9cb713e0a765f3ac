"""Pages of the board: who owes which data, and by when."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiqun.web.ledger import actions, board
from jiqun.web.people.rights import needs
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.shell.asked import whole_number
from jiqun.web.shell.language import both
from jiqun.web.shell.typed import shown_again


@needs("read")
def board_page(request: HttpRequest) -> HttpResponse:
    """Show who owes which data: all tables by district, or one table with units and days."""
    user: Any = request.user
    scope, today, years = scope_of(user), timezone.localdate(), board.years()
    tables = board.tables(scope)
    told = whole_number(request.GET.get("year", ""))
    year = told if told is not None and told in years else (years[0] if years else today.year - 1)
    table = request.GET.get("table", "")
    if table not in dict(tables):
        table = tables[0][0] if len(tables) == 1 else ""
    owed = board.duties_of(year)
    found = {name: board.squares(name, year, scope, today, owed) for name, _ in tables if table in ("", name)}
    every = [square for squares in found.values() for square in squares]
    counts = {state: sum(one.state == state for one in every) for state in ("full", "part", "none", "late", "open")}
    shown = {
        "year": year,
        "years": years,
        "table": table,
        "owers": {name: board.who_owes(name) for name in found},
        "tables": tables,
        "heads": [(name, title, board.who_owes(name)[1]) for name, title in tables],
        "squares": found.get(table, []),
        "grid": [] if table else list(zip(*found.values(), strict=True)),
        "counts": counts,
        "due": len(owed),
        "may_set": user.may("campaign"),
        "owable": board.owable(),
        "districts": board.districts(scope, year),
        "today": today,
    }
    return render(request, "ledger/board.html", shown)


@require_POST
@needs("campaign")
def duty(request: HttpRequest) -> HttpResponse:
    """Say who owes rows, by when."""
    user: Any = request.user
    said = {name: str(value).strip() for name, value in request.POST.items()}
    known = [code for code, _ in board.districts(Scope(), timezone.localdate().year)]
    chosen = known if said.get("district") == "*" else [one for one in known if one == said.get("district")]
    again = {name: said[name] for name in ("table", "year") if said.get(name)}
    back = f"{reverse('ledger:board')}?{urlencode(again)}"
    try:
        owed = actions.Owed(
            said.get("unit", "")[:80],
            date.fromisoformat(said.get("due", "")),
            said.get("person", "")[:60],
            said.get("note", "")[:200],
        )
        year = int(said.get("year", ""))
        if not chosen or said.get("table") not in {one.id for one in board.owable()} or not 1990 < year < 2200:
            raise ValueError(both("请选择表、年度和区县。", "Choose a table, a year and a district."))
        actions.set_duty(user, said["table"], year, chosen, owed)
    except ValueError as wrong:
        plain = both("日期或年度不对，没有保存。", "The date or the year is wrong; nothing is saved.")
        messages.error(request, plain if "format" in str(wrong) or "literal" in str(wrong) else str(wrong))
        return shown_again(request, back)
    messages.success(request, both("已保存。", "Saved."))
    return redirect(back)
