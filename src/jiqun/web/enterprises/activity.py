"""What a firm belongs to and does: clusters and supply, projects, energy; parts of its file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jiqun.methods.explanation.restricted import FEWEST, MASKED
from jiqun.packs import Taxonomy
from jiqun.problems import Language, ProblemsError
from jiqun.web.enterprises.dossier import coded, heading, of_firm
from jiqun.web.enterprises.sources import row_address
from jiqun.web.kept import kept
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, ledger, region

_INDUSTRIES = "gbt4754"
_PROFILE = ("main_product", "niche_years", "supplies_leader", "key_link", "industry_key_link", "fills_gap", "six_bases")
_CARRIERS = ("power", "energy", "water")


# --- clusters and supply


@dataclass(frozen=True)
class Place:
    """A cluster or list that a firm belongs to by its industry, and why."""

    taxonomy: str
    name: str
    counted: bool
    partial: bool
    needs: str
    illustrative: bool


def places(industry: str, on: date, language: Language) -> list[Place]:
    """List the classes of every taxonomy of the region that name the firm's industry; counted ones first."""
    return list(_places(industry, on, language)) if industry else []


@kept(2048)
def _places(industry: str, on: date, language: Language) -> tuple[Place, ...]:
    book, found = region().book, []
    for one in book.objects("taxonomy"):
        model = one.model
        if not isinstance(model, Taxonomy) or one.id == _INDUSTRIES:
            continue
        try:
            members = book.memberships(one.id, industry, on)
            codes = book.taxonomy(one.id).on(on).codes
        except ProblemsError:  # a taxonomy of something else than industries, or a code of no edition in force
            continue
        for each in members:
            entry = codes.get(each.code)
            name = each.name if language == "zh" or entry is None else entry.name_en or each.name
            title = model.title if language == "zh" else model.title_en or model.title
            partial = each.coverage == "partial"
            found.append(Place(title, name, each.counted, partial, each.needs or "", each.provisional_scope))
    return tuple(sorted(found, key=lambda each: (not each.counted, each.partial, each.taxonomy)))


def chain_profile(code: str, language: Language) -> list[tuple[str, object]]:
    """Return what the firm says of its place in a chain: product, years in the niche, whom it supplies."""
    rows = of_firm("sme_profile", code)
    if rows.is_empty():
        return []
    row = rows.sort("year").row(-1, named=True)
    fields = {one.name: one for one in region().contract("sme_profile").fields}
    return [
        (heading(fields[name], language), coded(fields[name], row[name], language)) for name in _PROFILE if name in row
    ]


# --- projects


def projects(code: str, language: Language) -> list[dict[str, Any]]:
    """List a firm's investment projects with their newest monthly progress, those begun last first."""
    if "project" not in region().book.tables:
        return []
    fields = {one.name: one for one in region().contract("project").fields}
    months = ledger().table("project_month") if "project_month" in region().book.tables else pl.DataFrame()
    found = []
    for row in (
        of_firm("project", code).sort("planned_start_on", descending=True, nulls_last=True).iter_rows(named=True)
    ):
        told = {name: coded(fields[name], value, language) if name in fields else value for name, value in row.items()}
        own = months.filter(pl.col("project") == row["project"]).sort("month") if months.width else months
        last = own.row(-1, named=True) if own.height else {}
        found.append(told | {"last": last, "to": row_address("project", row)})
    return found


# --- energy


@dataclass(frozen=True)
class EnergyYear:
    """A year of a firm's energy; intensities in tce/万元 of output, `None` where either is not known."""

    year: int
    power: Any
    energy: Any
    water: Any
    intensity: Any
    region: float | None
    firms: int


def energy_years(code: str, scope: Scope) -> list[EnergyYear]:
    """Return power, energy and water by year with the intensity beside that of all firms which reported both."""
    found = []
    for row in of_firm("enterprise_year", code).sort("year").iter_rows(named=True):
        everybody, firms = _regional(ledger(), row["year"])
        everybody = everybody if scope.sees_others or firms >= FEWEST else None
        own = _ratio(row["energy"], row["output"])
        values = [row[name] for name in _CARRIERS] + [own]
        power, energy, water, intensity = (
            values if scope.sees_restricted else [None if one is None else MASKED for one in values]
        )
        found.append(EnergyYear(row["year"], power, energy, water, intensity, everybody, firms))
    return [one for one in found if any(each is not None for each in (one.power, one.energy, one.water))]


@kept(16)
def _regional(at: Ledger, year: int) -> tuple[float | None, int]:
    """Total energy over total output of the firms that reported both in a year, and how many they are."""
    rows = at.table("enterprise_year").filter(pl.col("year") == year).drop_nulls(["energy", "output"])
    return _ratio(float(rows["energy"].sum()), float(rows["output"].sum())), rows.height


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below is not None and below > 0 else None


@dataclass(frozen=True)
class MeterMonth:
    """What the meters of a carrier counted in a month."""

    month: str
    carrier: str
    unit: str
    meters: int
    readings: int
    used: Any


def meter_months(code: str, scope: Scope, language: Language) -> list[MeterMonth]:
    """Add a firm's readings up by month and carrier, the newest first.

    A reading stands at the end of its interval, so the one of midnight belongs to the day before.
    """
    if not {"meter", "reading"} <= set(region().book.tables):
        return []
    meters = of_firm("meter", code)
    if meters.is_empty():
        return []
    carriers = {one.name: one for one in region().contract("meter").fields}["carrier"]
    own = ledger().table("reading").filter(pl.col("meter").is_in(meters["meter"].to_list()))
    begun = pl.col("at").dt.offset_by("-1s").dt.strftime("%Y-%m")
    summed = (
        own.join(meters.select("meter", "carrier", "unit"), on="meter")
        .group_by(month=begun, carrier="carrier")
        .agg(pl.col("meter").n_unique().alias("meters"), pl.len().alias("count"), pl.col("usage_kwh").sum())
        .sort("month", "carrier", descending=[True, False])
    )
    return [
        MeterMonth(
            month,
            str(coded(carriers, carrier, language)),
            "kWh",
            count,
            readings,
            used if scope.sees_restricted else MASKED,
        )
        for month, carrier, count, readings, used in summed.iter_rows()
    ]


def carbon_years(code: str, scope: Scope) -> list[dict[str, Any]]:
    """Return a firm's carbon figures by year with their intensity: (CO2 − green power − sinks) ÷ value added.

    Restricted columns are masked, and the intensity with them. CO2 from energy is restricted as energy is: by the
    factors of the guide it is nearly proportional to it.
    """
    if "carbon_year" not in region().book.tables:
        return []
    contract, found = region().contract("carbon_year"), []
    hidden = scope.restricted_among(contract.column_names, contract)
    for row in of_firm("carbon_year", code).sort("year").iter_rows(named=True):
        parts = (row["co2"], row["co2_zero_power"], row["co2_sink"])
        net = None if any(one is None for one in parts) else parts[0] - parts[1] - parts[2]
        told = row | {"intensity": _ratio(net, row["income_value_added"])}
        if not scope.sees_restricted:
            told |= {one: MASKED for one in ("intensity", *hidden) if told[one] is not None}
        found.append(told | {"to": row_address("carbon_year", row)})
    return found
