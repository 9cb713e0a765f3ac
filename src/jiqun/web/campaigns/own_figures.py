"""What a firm checks in a campaign: the figures that the rule reads of it, and what it answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.urls import reverse

from jiqun.desk.by_register import by_register
from jiqun.packs import TableContract
from jiqun.web.campaigns.conditions import plan_of
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.reads import LAND, columns_read
from jiqun.web.campaigns.state import State
from jiqun.web.enterprises.dossier import YEARLY, coded, heading
from jiqun.web.enterprises.register import named
from jiqun.web.region import ledger, region
from jiqun.web.shell.language import both, counted, spoken
from jiqun.web.told_results import LISTS

_COUNTED = ("人", "个", "项", "次", "户")


@dataclass(frozen=True)
class OwnFigure:
    """A figure of a firm that the rule reads; `value` is None where nobody reported one, `to` leads to its source."""

    title: str
    unit: str
    value: object
    to: str
    digits: int = 2


def own_figures(campaign: Campaign, firm: str) -> list[OwnFigure]:
    """Return what the rule reads of one firm in the campaign's year: its figures, its land, then what is listed.

    Lists that move grades are no figures of the firm, and would tell it a result before its notice.
    Figures stand in the order of their table, and what the register fills is shown as the evaluation reads it.
    """
    plan, found = plan_of(region(), campaign.method, campaign.year), list[OwnFigure]()
    read = {table: columns for table, columns in columns_read(plan).items() if table != LISTS}
    for table in sorted(read, key=lambda one: ((YEARLY, LAND).index(one) if one in (YEARLY, LAND) else 2, one)):
        contract, columns = plan.contracts[table], read[table]
        frame = ledger().land_use(campaign.year) if table == LAND else ledger().table(table)
        rows = frame.filter(pl.col("enterprise") == firm)
        if "year" in rows.columns:
            rows = rows.filter(pl.col("year") == campaign.year)
        if table == YEARLY:
            rows = by_register(rows, ledger().table("enterprise"))
        found += _of_table(
            contract, [one for one in contract.column_names if one in columns], rows, firm, campaign.year
        )
    return found


def _of_table(
    contract: TableContract, columns: list[str], rows: pl.DataFrame, firm: str, year: int
) -> Iterator[OwnFigure]:
    file = reverse("enterprises:firm", args=[firm])
    if not columns or set(contract.primary_key) != {"enterprise", "year"}:
        title = both(contract.title, contract.title_en or contract.title)
        count = both(f"{rows.height} 条", counted(f"{rows.height} row(s)", rows.height))
        yield OwnFigure(title, "", count, f"{file}?tab=events" if contract.id == "event" else file, 0)
        return
    row: dict[str, Any] = rows.row(0, named=True) if rows.height else {}
    for name in columns:
        field = contract.column(name)
        source = f"{reverse('enterprises:source', args=[firm])}?{urlencode({'column': name, 'year': year})}"
        to = source if contract.id == YEARLY else f"{file}?tab=land"
        value = named(name, coded(field, row.get(name), spoken()))
        digits = 0 if field.unit in _COUNTED or field.type == "integer" else 2
        yield OwnFigure(heading(field, spoken()), field.unit or "", value, to, digits)


@dataclass(frozen=True)
class OwnAnswer:
    """What a firm said of its figures the last time."""

    right: bool
    words: str
    at: datetime


def own_answer(state: State, firm: str) -> OwnAnswer | None:
    """Return the last answer of a firm; None where it said nothing yet."""
    told = [one for one in state.events if one.kind == "firm.checked" and one.details["enterprise"] == firm]
    if not told:
        return None
    last = told[-1]
    return OwnAnswer(last.details["answer"] == "right", last.details["words"], last.at)
