"""What an appeal may correct: any reported value of the firm that the rule reads, the land's records among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jiqun.ledger.occupancy import land_use
from jiqun.packs import Column, TableContract
from jiqun.values import decimal_text, exact, unit_said
from jiqun.web.campaigns.booking import Row
from jiqun.web.campaigns.conditions import RefusedError, plan_of
from jiqun.web.campaigns.models import Campaign
from jiqun.web.region import ledger, region
from jiqun.web.shell.language import both

LAND, LAND_RECORDS = "land_use", ("parcel", "occupancy")
_MOST_ROWS = 40
_NOT_REPORTED = {LAND, "adjustment", "grade_history", "grade_quarter", "result_item"}


@dataclass(frozen=True)
class Target:
    """One value of one row of the ledger; `id` names it in a form and in the appeal's event."""

    contract: TableContract
    key: Mapping[str, Any]
    column: Column
    now: Any
    required: Mapping[str, Any]

    @property
    def id(self) -> str:
        rest = [str(value) for name, value in self.key.items() if name != "enterprise"]
        return f"{self.contract.id}.{self.column.name}@{'|'.join(rest)}"

    @property
    def title(self) -> str:
        """Table, row and column in words."""
        table, column = self.contract, self.column
        row = " ".join(str(value) for name, value in self.key.items() if name != "enterprise")
        unit = both(f"（{column.unit}）", f" ({unit_said(column.unit, 'en')})") if unit_said(column.unit, "zh") else ""
        head = both(table.title, table.title_en or table.title)
        return f"{head} {row}{both('：', ': ')}{both(column.title, column.title_en or column.title)}{unit}"

    @property
    def restricted(self) -> bool:
        return self.column.sensitivity == "restricted"

    def value(self, text: str) -> Any:
        """Read what somebody says the value should be; RefusedError where it is no such value."""
        try:
            return _read(self.column, text.strip())
        except ValueError as wrong:
            zh = {"date": "写日期，如 2024-06-30", "number": "写一个数", "integer": "写一个整数"}
            titles = {one.value: (one.title, one.title_en) for one in self.column.categories}
            choices = [titles.get(one, (one, one)) for one in self.column.allowed]
            said = "写 " + "、".join(one for one, _ in choices) if choices else zh.get(self.column.type, "写一个值")
            en = ", ".join(one for _, one in choices) or f"a {self.column.type}"
            raise RefusedError(f"应为多少：请{said}。", f"What it should be: {en}.") from wrong

    def row(self, name: str, year: int, text: str, why: str) -> Row:
        """Return the row that brings the value in; the rest of the ledger's row stays as it is."""
        values = {**self.required, **self.key, self.column.name: text.strip().replace(",", "")}
        units = {one.name: one.unit for one in self.contract.fields if one.name in values and one.unit}
        return Row(name, self.contract.id, year, {one: _written(each) for one, each in values.items()}, why, units)


def _read(column: Column, text: str) -> Any:
    text = next((one.value for one in column.categories if text in (one.title, one.title_en, *one.aliases)), text)
    if not text or (column.allowed and text not in column.allowed):
        raise ValueError(text)
    if column.type in ("number", "integer"):
        number = exact(text.replace(",", ""))
        if column.type == "integer" and number.denominator != 1:
            raise ValueError(text)
        return int(number) if column.type == "integer" else float(number)
    return date.fromisoformat(text) if column.type == "date" else text


def _written(value: Any) -> Any:
    return (
        value.isoformat()
        if isinstance(value, date)
        else decimal_text(exact(value))
        if isinstance(value, float)
        else value
    )


def read_tables(campaign: Campaign) -> list[TableContract]:
    """Return the reported tables that the campaign's rule reads; the land used stands for its two records."""
    names = set(plan_of(region(), campaign.method, campaign.year).contracts)
    if LAND in names:
        names |= set(LAND_RECORDS)
    return [region().contract(one) for one in sorted(names - _NOT_REPORTED)]


def targets(campaign: Campaign, firm: str) -> list[Target]:
    """Return every value of a firm that an appeal may correct: the campaign's year and the one before."""
    return [one for contract in read_tables(campaign) for one in _of_table(campaign, contract, firm)]


def _of_table(campaign: Campaign, contract: TableContract, firm: str) -> Iterator[Target]:
    key = contract.primary_key
    frame = _own(ledger().table(contract.id), contract.id, firm)
    if "year" in frame.columns:
        frame = frame.filter(pl.col("year").is_between(campaign.year - 1, campaign.year)).sort("year", descending=True)
    fields = [one for one in contract.fields if one.name not in key and one.name in frame.columns]
    needed = [one.name for one in fields if one.constraints.required]
    for row in frame.head(_MOST_ROWS).iter_rows(named=True):
        own = {name: row[name] for name in key}
        required = {name: row[name] for name in needed if row[name] is not None}
        for one in fields:
            yield Target(contract, own, one, row[one.name], required)


def _own(frame: pl.DataFrame, table: str, firm: str) -> pl.DataFrame:
    if table != "parcel":
        return frame.filter(pl.col("enterprise") == firm) if "enterprise" in frame.columns else frame.clear()
    used = ledger().table("occupancy").filter(pl.col("enterprise") == firm)["parcel"].to_list()
    return frame.filter(pl.col("parcel").is_in(used) | (pl.col("holder") == firm))


def find_target(campaign: Campaign, firm: str, id_: str) -> Target:
    """Return the value that a form names; RefusedError where it is none that the firm may have corrected."""
    found = next((one for one in targets(campaign, firm) if one.id == id_), None)
    if found is None:
        raise RefusedError("这个数不能在申诉里更正。", "This figure cannot be corrected by an appeal.")
    return found


def corrected(
    tables: Mapping[str, Any], records: Mapping[str, pl.DataFrame], target: Target, value: Any
) -> dict[str, Any]:
    """Return the tables of an evaluation with one value changed; land used is added up anew from its records."""
    name, made = target.contract.id, dict(tables)
    frame = made[name] if name in made else records[name]
    own = pl.all_horizontal(*(pl.col(one) == each for one, each in target.key.items()))
    if frame.filter(own).is_empty():
        raise RefusedError(
            "试算的快照里没有这一行，请再试算一次。", "The trial’s snapshot lacks this row: run it again."
        )
    told = pl.lit(value).cast(frame.schema[target.column.name])
    changed = frame.with_columns(
        pl.when(own).then(told).otherwise(pl.col(target.column.name)).alias(target.column.name)
    )
    if name in made:
        made[name] = changed
    if name in LAND_RECORDS and LAND in made:
        land = {**records, name: changed}
        years = made[LAND]["year"].unique().to_list()
        totals = [land_use(land["parcel"], land["occupancy"], year).totals for year in years]
        made[LAND] = pl.concat(totals).sort("enterprise", "year").select(made[LAND].columns)
    return made
