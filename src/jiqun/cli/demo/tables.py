"""The true, clean tables of the region, in canonical columns and units, as the ledger should hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from jiqun.cli.demo.chance import Chance
from jiqun.cli.demo.cultivation import cultivation_tables
from jiqun.cli.demo.firms import Firm
from jiqun.cli.demo.land import Land, LandUse, Occupancy
from jiqun.cli.demo.records import Cell, Record
from jiqun.cli.demo.region import Region
from jiqun.cli.demo.surveys import SCENES, survey_tables
from jiqun.cli.demo.years import FirmYear

_WHOLE = (
    *("year", "staff", "rd_staff", "steps", "sci_tech_staff", "it_processes", "digital_level", "national_rank"),
    *("plan_stage", *SCENES),
)
_DAYS = (
    "registered_on",
    "production_started_on",
    "supplied_on",
    "from",
    "to",
    "date",
    "valid_to",
    "granted_on",
    "applied_on",
    "updated_on",
)


@dataclass(frozen=True)
class Truth:
    """Every true table as records; numbers are integers of their grain, `_columns` stand in files only."""

    tables: Mapping[str, Sequence[Record]]
    land_use: Mapping[int, Mapping[str, LandUse]]
    region: Region

    def frame(self, table: str) -> pl.DataFrame:
        """Return one table in canonical columns and units (万元, 亩, 万kWh, tce, 当量吨)."""
        if table == "land_use":
            return self._land_use()
        records = self.tables[table]
        names = [name for name in records[0] if not name.startswith("_")] if records else []
        return pl.DataFrame({name: self._column(name, [one[name] for one in records]) for name in names})

    def _column(self, name: str, cells: Sequence[Cell]) -> pl.Series:
        if name in _DAYS:
            return pl.Series(name, cells, dtype=pl.Date)
        if name in _WHOLE:
            return pl.Series(name, cells, dtype=pl.Int64)
        if set(cells) <= {"是", "否", None} and set(cells) != {None}:
            return pl.Series(name, [None if cell is None else cell == "是" for cell in cells], dtype=pl.Boolean)
        amount = self.region.amounts.get(name)
        if amount is None:
            return pl.Series(name, cells, dtype=pl.String)
        numbers = [None if cell is None else amount.canonical(_kept(cell)) for cell in cells]
        return pl.Series(name, numbers, dtype=pl.Float64)

    def _land_use(self) -> pl.DataFrame:
        rows = [
            (enterprise, year, *(float(part) for part in (use.owned, use.leased_in, use.leased_out, use.used)))
            for year, uses in sorted(self.land_use.items())
            for enterprise, use in sorted(uses.items())
        ]
        names = {"enterprise": pl.String, "year": pl.Int64}
        numbers = dict.fromkeys(("owned", "leased_in", "leased_out", "used"), pl.Float64)
        return pl.DataFrame(rows, schema={**names, **numbers}, orient="row")

    def write(self, folder: Path) -> None:
        """Write one Parquet file per table."""
        folder.mkdir(parents=True, exist_ok=True)
        for table in (*self.tables, "land_use"):
            self.frame(table).write_parquet(folder / f"{table}.parquet", compression="zstd")


def _kept(cell: Cell) -> int:
    if not isinstance(cell, int):
        raise TypeError(f"{cell!r} is not a kept number")
    return cell


def true_tables(
    region: Region,
    seed: int,
    firms: Sequence[Firm],
    land: Land,
    uses: Mapping[int, Mapping[str, LandUse]],
    figures: Sequence[FirmYear],
) -> Truth:
    """Put the region into the tables of the national contracts."""
    everybody = [*firms, *land.operators]
    names = {firm.enterprise: firm.names[-1][1] for firm in everybody}
    years = sorted(uses)
    titles = _titles(region, Chance(seed, "titles"), firms, years)
    tables: dict[str, Sequence[Record]] = {
        "enterprise": [_enterprise(firm) for firm in everybody],
        "enterprise_year": [_enterprise_year(one) for one in figures],
        "parcel": [
            {
                "parcel": one.parcel,
                "certificate": one.certificate,
                "district": one.district,
                "area": one.area,
                "supplied_on": one.supplied_on,
                "use": "工业用地",
                "address": one.address,
                "holder": one.holder,
            }
            for one in land.parcels
        ],
        "occupancy": [_occupancy(one, names) for one in land.occupancies],
        "title": titles,
        **cultivation_tables(seed, firms, figures, titles),
        **survey_tables(region, seed, figures),
        "adjustment": _adjustments(region, Chance(seed, "adjustments"), firms, years),
        "event": _events(region, Chance(seed, "events"), firms, years),
    }
    return Truth(tables, uses, region)


def _enterprise(firm: Firm) -> Record:
    home = firm.homes[-1]
    return {
        "enterprise": firm.enterprise,
        "name": firm.names[-1][1],
        "former_names": firm.former_names,
        "industry": firm.industry,
        "district": home.district,
        "town": home.town,
        "park": home.park or None,
        "registered_on": firm.registered_on,
        "status": firm.status,
    }


def _enterprise_year(one: FirmYear) -> Record:
    former = [name for _, name in one.firm.names if name != one.name]
    return {
        "enterprise": one.firm.enterprise,
        "year": one.year,
        "name": one.name,
        "scale": one.scale,
        "industry": one.firm.industry,
        "district": one.firm.home_on(date(one.year, 12, 31)).district,
        "production_started_on": one.firm.started_on,
        **one.kept,
        "_former_name": former[0] if former else None,
        "_account": f"99{one.firm.number:08d}",
    }


def _occupancy(one: Occupancy, names: Mapping[str, str]) -> Record:
    return {
        "parcel": one.parcel,
        "enterprise": one.enterprise,
        "from": one.since,
        "to": one.until,
        "kind": one.kind,
        "landlord": one.landlord,
        "share": one.share,
        "area": one.area,
        "evidence": "certificate" if one.kind == "own" else "contract",
        "evidence_no": one.evidence_no,
        "_name": names[one.enterprise],
    }


def _titles(region: Region, chance: Chance, firms: Sequence[Firm], years: Sequence[int]) -> list[Record]:
    """Let good firms be recognised, some reviewed three years later, a few titles revoked or expired."""
    result: list[Record] = []
    for firm in firms:
        likely = region.rate("titled") * (2 if firm.quality > 0.5 else 1) if firm.above else 30
        if not firm.manufacturing or not chance.happens(likely):
            continue
        recognised = max(chance.day(chance.whole(years[0] - 3, years[-1])), firm.registered_on)
        title = chance.pick(region.words("titles"))
        until = recognised.replace(year=recognised.year + 3)
        result.append(_title(firm, title, "recognised", recognised, until, len(result)))
        if until.year <= years[-1]:
            action = "reviewed" if chance.happens(700) else chance.pick(("expired", "revoked"))
            valid = until.replace(year=until.year + 3) if action == "reviewed" else None
            result.append(_title(firm, title, action, until, valid, len(result)))
    return result


def _title(firm: Firm, title: str, action: str, day: date, valid_to: date | None, number: int) -> Record:
    return {
        "enterprise": firm.enterprise,
        "title": title,
        "action": action,
        "date": day,
        "valid_to": valid_to,
        "document": f"渝示范经信〔{day.year}〕{number % 90 + 1}号（虚拟）",
        "_name": firm.name_on(day),
    }


_REASONS: Mapping[str, tuple[tuple[str, str | None, int | None], ...]] = {
    "fix": (("全市领军（链主）企业", "A", None),),
    "raise": (("当年新增国家级专精特新“小巨人”企业", None, 1), ("当年新增单项冠军企业", None, 1)),
    "lower": (("未按时报送评价数据", None, 1), ("统计数据质量核查扣档", None, 1)),
    "veto": (("发生较大及以上安全生产责任事故", "D", None), ("发生重大环境违法行为", "D", None)),
    "exempt": (("政策性搬迁期内", None, None), ("重大项目建设期内", None, None)),
}


def _adjustments(region: Region, chance: Chance, firms: Sequence[Firm], years: Sequence[int]) -> list[Record]:
    result: list[Record] = []
    for year in years[1:] or years:
        document = f"渝示范亩均办〔{year + 1}〕3号（虚拟）"
        for firm in firms:
            listed = firm.manufacturing and year in firm.above and firm.works(year)
            if not listed or not chance.happens(region.rate("adjusted")):
                continue
            kind = chance.pick(("fix", "raise", "raise", "raise", "lower", "lower", "veto", "exempt"))
            reason, grade, steps = chance.pick(_REASONS[kind])
            result.append(
                {
                    "enterprise": firm.enterprise,
                    "year": year,
                    "kind": kind,
                    "grade": grade,
                    "steps": steps,
                    "reason": reason,
                    "document": document,
                    "_name": firm.name_on(date(year, 12, 31)),
                }
            )
    return result


_EVENTS = {
    "safety": "生产安全事故",
    "environment": "超标排放被处罚",
    "tax": "欠缴税款",
    "credit": "列入经营异常名录",
}


def _events(region: Region, chance: Chance, firms: Sequence[Firm], years: Sequence[int]) -> list[Record]:
    result: list[Record] = []
    for year in years:
        for firm in firms:
            if not firm.works(year) or not chance.happens(region.rate("troubled")):
                continue
            kind, day = chance.pick(tuple(_EVENTS)), chance.day(year)
            result.append(
                {
                    "enterprise": firm.enterprise,
                    "date": day,
                    "kind": kind,
                    "level": chance.pick(("general", "general", "general", "larger", "major")),
                    "document": f"渝示范罚〔{year}〕{len(result) + 1}号（虚拟）",
                    "description": f"{_EVENTS[kind]}（虚构事件）",
                    "_name": firm.name_on(day),
                }
            )
    return result
