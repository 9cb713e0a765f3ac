"""The land of a firm: the parcels it uses, lets or holds, and how much land it used by the year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jiqun.ledger.occupancy import land_use
from jiqun.problems import Language
from jiqun.web.enterprises.dossier import YEARLY, coded, of_firm
from jiqun.web.enterprises.sources import row_address
from jiqun.web.region import ledger, region


@dataclass(frozen=True)
class Site:
    """A parcel that a firm uses or lets, over the days of the record."""

    parcel: str
    certificate: str
    address: str
    area: float | None
    from_: date | None
    to: date | None
    kind: str
    part: str
    other: str
    other_name: str
    evidence: str
    cells: str


def sites(code: str, language: Language) -> list[Site]:
    """List a firm's parcels: used, and let to others, the newest first; then those held without a record of use.

    A parcel's holder has what no record of use covers (`land_use`), so it is land of the firm as the others are.
    """
    both = ledger().table("occupancy")
    rows = both.filter((pl.col("enterprise") == code) | (pl.col("landlord") == code))
    parcels = ledger().table("parcel").rename({"area": "parcel_area"})
    joined = rows.join(parcels.select("parcel", "certificate", "address", "parcel_area"), on="parcel", how="left")
    fields = {one.name: one for one in region().contract("occupancy").fields}
    known = dict(ledger().table("enterprise").select("enterprise", "name").iter_rows())
    used = [
        _site(row, code, fields, known, language)
        for row in joined.sort("from", descending=True, nulls_last=True).iter_rows(named=True)
    ]
    own = rows.filter(pl.col("enterprise") == code)["parcel"].implode()
    held = ledger().table("parcel").filter((pl.col("holder") == code) & ~pl.col("parcel").is_in(own))
    return [*used, *(_held(row, language) for row in held.sort("parcel").iter_rows(named=True))]


def _held(row: Mapping[str, Any], language: Language) -> Site:
    kind = "使用权人" if language == "zh" else "holder"
    certificate = str(row["certificate"] or "")
    evidence = ("不动产权证" if language == "zh" else "certificate") if certificate else ""
    return Site(
        row["parcel"], certificate, row["address"] or "", row["area"], row["supplied_on"], None,
        kind, "", "", "", evidence, row_address("parcel", row),
    )  # fmt: skip


def _site(
    row: Mapping[str, Any], code: str, fields: Mapping[str, Any], known: Mapping[str, str], language: Language
) -> Site:
    lets = row["enterprise"] != code
    kind = coded(fields["kind"], row["kind"], language)
    other = str((row["enterprise"] if lets else row["landlord"]) or "")
    share, area = row["share"], row["area"]
    mu = "亩" if language == "zh" else "mu"
    part = f"{area:,.2f} {mu}" if area is not None else "" if share is None else f"{share:.2%}"
    said = ("出租" if language == "zh" else "let") if lets else str(kind or "")
    evidence = coded(fields["evidence"], row["evidence"], language)
    told = " ".join(str(one) for one in (evidence, row["evidence_no"]) if one)
    return Site(
        row["parcel"], row["certificate"] or "", row["address"] or "", row["parcel_area"], row["from"], row["to"],
        said, part, other, known.get(other, ""), told, "" if lets else row_address("occupancy", row),
    )  # fmt: skip


def land_by_year(code: str) -> list[dict[str, Any]]:
    """Return the land a firm used in each year that it reported, weighted by days."""
    occupancy, parcel = ledger().table("occupancy"), ledger().table("parcel")
    own = occupancy.filter((pl.col("enterprise") == code) | (pl.col("landlord") == code))["parcel"].to_list()
    held = parcel.filter(pl.col("holder") == code)["parcel"].to_list()
    mine = pl.col("parcel").is_in([*own, *held])
    totals = []
    for year in of_firm(YEARLY, code)["year"].unique().sort().to_list():
        rows = land_use(parcel.filter(mine), occupancy.filter(mine), year).totals
        totals += rows.filter(pl.col("enterprise") == code).to_dicts()
    return totals
