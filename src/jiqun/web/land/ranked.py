"""龙头榜、后进榜: firms ranked by a figure or a ratio of the ledger within a district, an industry or a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from jiqun.desk.accounts import Place, ranking
from jiqun.desk.clusters import INDUSTRIES, Wanted, doubted
from jiqun.problems import Language
from jiqun.values import exact
from jiqun.web.enterprises.register import place_names
from jiqun.web.kept import kept
from jiqun.web.overview.accounts import yearly_firms
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, ledger, names_of, region

SIZES = (10, 20, 50, 100)
LARGEST_LIST = 5000


@dataclass(frozen=True)
class Measure:
    """What firms are ranked by: `part`, or `part` ÷ `whole`, times `factor` to be in `unit`."""

    name: str
    title: str
    title_en: str
    unit: str
    part: str
    whole: str = ""
    factor: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.part, self.whole) if self.whole else (self.part,)


MEASURES = (
    Measure("tax_per_mu", "亩均税收", "Tax per mu", "万元/亩", "tax", "land"),
    Measure("value_added_per_mu", "亩均增加值", "Value added per mu", "万元/亩", "value_added", "land"),
    Measure("output_per_mu", "亩均产值", "Output per mu", "万元/亩", "output", "land"),
    Measure("revenue_per_mu", "亩均营业收入", "Revenue per mu", "万元/亩", "revenue", "land"),
    Measure("labour_productivity", "全员劳动生产率", "Labour productivity", "万元/人", "value_added", "staff"),
    Measure("value_added_per_energy", "单位能耗增加值", "Value added per energy", "万元/tce", "value_added", "energy"),
    Measure("rd_intensity", "研发投入强度", "R&D intensity", "%", "rd", "revenue", 100),
    Measure("tax", "实缴税金", "Tax paid", "万元", "tax"),
    Measure("value_added", "工业增加值", "Value added", "万元", "value_added"),
    Measure("output", "工业总产值", "Output", "万元", "output"),
    Measure("revenue", "营业收入", "Revenue", "万元", "revenue"),
    Measure("rd", "研发经费", "R&D expenditure", "万元", "rd"),
)


@dataclass(frozen=True)
class Asked:
    """A list asked for: year, measure, which end of it, how long (0 is all), and whose firms."""

    year: int
    measure: Measure
    last: bool = False
    size: int = SIZES[1]
    district: str = ""
    division: str = ""
    cluster: str = ""


@dataclass(frozen=True)
class Row:
    """A firm on the list, with its rank of the year before in the same list where it had one."""

    rank: int
    enterprise: str
    name: str
    district: str
    value: Fraction
    before: int | None
    parts: tuple[Fraction, ...]

    @property
    def rise(self) -> int | None:
        return None if self.before is None else self.before - self.rank

    @property
    def fall(self) -> int | None:
        return None if self.before is None else self.rank - self.before


@dataclass(frozen=True)
class List:
    """The rows asked for; how many firms are ranked, how many cannot be, and how many are left out in doubt."""

    rows: tuple[Row, ...]
    ranked: int
    unknown: int
    doubtful: int


def measures(scope: Scope) -> tuple[Measure, ...]:
    """Return what a user may rank by: an order by a restricted figure would tell that figure."""
    contract = region().contract("enterprise_year")
    return tuple(one for one in MEASURES if scope.sees_restricted or not scope.restricted_among(one.columns, contract))


@kept(64)
def found(of: Ledger, scope: Scope, asked: Asked) -> List:
    """Return a list; equal values share a rank, whose figure is in doubt or unknown has none."""
    firms = _members(yearly_firms(of, scope, asked.year), asked)
    now, unknown, doubtful = _placed(firms, asked, asked.year)
    before = {one.subject: one.rank for one in _placed(firms, asked, asked.year - 1)[0]}
    names = {
        firm: (name, place) for firm, name, place in of.table("enterprise")["enterprise", "name", "district"].rows()
    }
    parts = {row[0]: row[1:] for row in _year(firms, asked.year).select("enterprise", *asked.measure.columns).rows()}
    districts = place_names()
    shown = now[: asked.size] if asked.size else now[:LARGEST_LIST]
    rows = []
    for one in shown:
        name, place = names.get(one.subject, (one.subject, None))
        told = tuple(exact(each) for each in parts[one.subject])
        district = districts.get(str(place), str(place or ""))
        rows.append(Row(one.rank, one.subject, name, district, one.value, before.get(one.subject), told))
    return List(tuple(rows), len(now), unknown, doubtful)


def _year(firms: pl.DataFrame, year: int) -> pl.DataFrame:
    return firms.filter((pl.col("year") == year) & (pl.col("scale") == "above"))


def _members(firms: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    if asked.district:
        firms = firms.filter(pl.col("district").cast(pl.String) == asked.district)
    if asked.division:
        firms = firms.filter(pl.col("industry").str.starts_with(asked.division))
    if asked.cluster:
        codes = region().book.codes(Wanted().taxonomy, [asked.cluster], date(asked.year, 12, 31), of=INDUSTRIES)
        firms = firms.filter(pl.col("industry").is_in(list(codes)))
    return firms


def _placed(firms: pl.DataFrame, asked: Asked, year: int) -> tuple[tuple[Place, ...], int, int]:
    columns = asked.measure.columns
    doubts = doubted(firms, year)
    out = frozenset[str]().union(*(doubts.get(one, frozenset()) for one in columns))
    rows = _year(firms, year).select("enterprise", *columns)
    sound = rows.filter(~pl.col("enterprise").is_in(list(out)))
    values = [(firm, _value(asked.measure, parts)) for firm, *parts in sound.iter_rows()]
    places = ranking(values, ascending=asked.last)
    return places, len(values) - len(places), rows.height - sound.height


def _value(measure: Measure, parts: Sequence[object]) -> Fraction | None:
    """Return part ÷ whole × factor exactly; None where either is unknown or the whole is not above 0."""
    known = [exact(one) for one in parts if isinstance(one, int | float)]
    if len(known) < len(parts):
        return None
    if len(known) == 1:
        return known[0] * measure.factor
    return known[0] / known[1] * measure.factor if known[1] > 0 else None


def choices(scope: Scope, year: int, language: Language) -> Mapping[str, list[tuple[str, str]]]:
    """Return the districts, industry divisions and clusters that have firms to rank in a scope."""
    firms = _year(yearly_firms(ledger(), scope, year), year)
    day, places = date(year, 12, 31), place_names()
    codes = sorted({str(one) for one in firms["district"].drop_nulls().unique().to_list()})
    divisions = sorted({str(one)[:2] for one in firms["industry"].drop_nulls().unique().to_list()})
    named = names_of("gbt4754", day, language)
    clusters = names_of("33618", day, language)
    book, taxonomy = region().book, Wanted().taxonomy
    view = book.taxonomy(taxonomy).on(day) if book.has("taxonomy", taxonomy) else None
    leaves = [one for one in view.codes if view.level(one) == 2] if view else []
    return {
        "district": [(one, places.get(one, one)) for one in codes],
        "division": [(one, f"{one} {named.get(one, '')}".strip()) for one in divisions],
        "cluster": [(one, clusters.get(one, one)) for one in leaves],
    }
