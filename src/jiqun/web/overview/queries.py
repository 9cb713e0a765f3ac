"""What the first page reads: clusters against targets, key figures, figures in doubt, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from jiqun.desk.clusters import Cluster, Ratio, Wanted, clusters, completeness, doubted, jumps, ratios
from jiqun.desk.told_accounts import KeptBack, bases_kept_back
from jiqun.desk.withheld import WHOLE
from jiqun.packs import Column
from jiqun.problems import Language, ProblemsError
from jiqun.web.kept import kept
from jiqun.web.overview.accounts import held, yearly_firms, yearly_rows
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, names_of, region
from jiqun.web.shell.language import counted

COLUMNS = ("tax", "revenue", "value_added", "energy", "emission", "rd", "staff")
_LAND: Mapping[Language, str] = {"zh": "用地", "en": "Land"}


@dataclass(frozen=True)
class Tier:
    """A tier of clusters with its title."""

    title: str
    clusters: tuple[Cluster, ...]

    @property
    def aimed(self) -> bool:
        """Whether most of its clusters have a target; the others are told more briefly."""
        return 2 * sum(one.target is not None for one in self.clusters) > len(self.clusters)


@dataclass(frozen=True)
class _KeyFigure:
    """A figure the page asks for, with the parameters of its target and of the growth wanted a year."""

    name: str
    title: str
    title_en: str
    unit: str
    target: str = ""
    growth_target: str = ""
    factor: int = 1


_KEY_FIGURES = (
    _KeyFigure("tax_per_mu", "亩均税收", "Tax per mu", "万元/亩", "", "chongqing.per-mu.target.tax_per_mu_growth"),
    _KeyFigure(
        "value_added_per_mu",
        "亩均增加值",
        "Value added per mu",
        "万元/亩",
        "",
        "chongqing.per-mu.target.value_added_per_mu_growth",
    ),
    _KeyFigure("rd_intensity", "研发投入强度", "R&D intensity", "%", "chongqing.target.rd_intensity", "", 100),
    _KeyFigure(
        "labour_productivity",
        "全员劳动生产率",
        "Labour productivity",
        "万元/人",
        "chongqing.target.labour_productivity",
    ),
    _KeyFigure(
        "value_added_per_energy",
        "单位能耗增加值",
        "Value added per energy",
        "万元/tce",
        "chongqing.per-mu.target.value_added_per_energy",
    ),
)


@dataclass(frozen=True)
class Figure:
    """A key figure with the target of its horizon, or the growth wanted; `value` None is unknown.

    `sound` and `growth` leave out the firms whose figures are in doubt; `few` where too few firms have it.
    """

    title: str
    title_en: str
    unit: str
    ratio: Ratio
    value: Fraction | None
    sound: Fraction | None
    growth: Fraction | None
    target: Fraction | None
    growth_target: Fraction | None
    few: bool = False

    @property
    def is_reached(self) -> bool | None:
        """Whether value or growth, figures in doubt left out, is at its target; None where either is unknown."""
        is_growth = self.target is None
        told, wanted = (self.growth, self.growth_target) if is_growth else (self.sound, self.target)
        return None if told is None or wanted is None else told >= wanted


def newest_year(of: Ledger) -> int | None:
    """Return the newest year that firms reported for."""
    found = of.table("enterprise_year")["year"].drop_nulls().max()
    return int(found) if isinstance(found, int) else None


@kept(16)
def tiers(of: Ledger, scope: Scope, year: int, language: Language) -> list[Tier]:
    """Return the clusters by tier, named in a language.

    A part of the region has no target of its own, and is told only the clusters that its firms are in.
    """
    names = names_of("33618", date(year, 12, 31), language)
    base = Wanted().base
    rows = yearly_rows(of, scope, tuple({base - 1, base, base + 1, year - 1, year}))
    found = [replace(one, name=names.get(one.code, one.name)) for one in clusters(region().book, rows, year)]
    if not scope.whole:
        found = [replace(one, target=None, pace=None) for one in found if one.firms or one.partial]
    if not scope.sees_restricted:
        hidden, baseless = held(of, scope, year).clusters(found), bases_kept_back(region().book, found, rows)
        # base and path are worked out of each other, so both stay where either tells single firms
        found = [replace(one, pace=None) if one.code in baseless else one for one in found]
        found = [replace(one, withheld=True) if one.code in hidden else one for one in found]
    ordered = list(dict.fromkeys(one.tier for one in found))
    return [Tier(names.get(tier, tier), tuple(one for one in found if one.tier == tier)) for tier in ordered]


def basis(one: Cluster, language: Language) -> str:
    """Say where the path of a cluster starts: a published figure with its document, a sum of the ledger, or nowhere."""
    if one.pace is None:
        return ""
    base, zh = one.pace.base, language == "zh"
    if base.published:
        document = region().book.document(base.document)
        name = document.title if zh else document.title_en or document.title
        wider = one.target is not None and one.target.scope == "all"  # the ledger's figure is of above-scale firms
        if zh:
            return f"{base.year} 年公布数{'（全口径，实绩只含规上）' if wider else ''}，{name}"
        return f"published for {base.year}{' (all firms; actual: above-scale only)' if wider else ''}, {name}"
    said = f"{base.firms} firm(s) of the ledger in {base.year}"
    return f"台账 {base.year} 年 {base.firms} 家合计" if zh else counted(said, base.firms)


@kept(16)
def figures(of: Ledger, scope: Scope, year: int) -> list[Figure]:
    """Return the key figures that the law book has a target for, and the two of land."""
    firms = yearly_firms(of, scope, year)
    doubts = doubted(firms, year)
    now, before = ratios(firms, year, doubts), ratios(firms, year - 1, doubts)
    found = [_figure(one, now[one.name], before[one.name]) for one in _KEY_FIGURES]
    return found if scope.sees_restricted else [_kept_back(one, held(of, scope, year)) for one in found]


def _kept_back(one: Figure, untold: KeptBack) -> Figure:
    if one.ratio.name in untold.figures[WHOLE] and one.ratio.covered:
        return replace(one, value=None, sound=None, growth=None, ratio=replace(one.ratio, doubtful=0), few=True)
    return replace(one, growth=None) if one.ratio.name in untold.growth[WHOLE] else one


def _figure(wanted: _KeyFigure, now: Ratio, before: Ratio) -> Figure:
    growth = None
    if now.sound is not None and before.sound:
        growth = (now.sound / before.sound - 1) * 100
    value, sound = (None if one is None else one * wanted.factor for one in (now.value, now.sound))
    aims = _target(wanted.target), _target(wanted.growth_target)
    return Figure(wanted.title, wanted.title_en, wanted.unit, now, value, sound, growth, *aims)


def _target(parameter: str) -> Fraction | None:
    if not parameter:
        return None
    try:
        return Fraction(region().book.parameter(parameter, date(2027, 12, 31)).value)
    except ProblemsError:  # this region has no such target
        return None


def coverage(
    of: Ledger, scope: Scope, year: int, language: Language
) -> list[tuple[str, str, int, int, Fraction | None]]:
    """Return for every column: title, unit, reported, expected, share."""
    contract = region().contract("enterprise_year")
    found = _completeness(of, scope, year)
    return [
        (
            _title(contract.column(name), language),
            contract.column(name).unit or "",
            told,
            of,
            Fraction(told, of) if of else None,
        )
        for name, (told, of) in found.items()
        if name in contract.column_names
    ]


@kept(16)
def _completeness(of: Ledger, scope: Scope, year: int) -> Mapping[str, tuple[int, int]]:
    return completeness(yearly_firms(of, scope, year), year, COLUMNS)


def _title(column: Column, language: Language) -> str:
    return column.title if language == "zh" else column.title_en or column.title


@dataclass(frozen=True)
class Doubt:
    """A figure in doubt, of whom and which column; `before` and `now` are None for who may not see them.

    `tab` is the part of the firm's page that shows the figure.
    """

    enterprise: str
    name: str
    title: str
    unit: str
    tab: str
    beside: str
    before: float | None
    now: float | None


@kept(16)
def doubtful(of: Ledger, scope: Scope, year: int, language: Language) -> list[Doubt]:
    """Return the figures in doubt with the firm's name and the column's title."""
    contract = region().contract("enterprise_year")
    found = jumps(yearly_firms(of, scope, year), year, ("land", *COLUMNS))
    names = dict(of.table("enterprise").select("enterprise", "name").iter_rows())
    doubts = []
    for one in found:
        column = contract.column(one.column) if one.column in contract.column_names else None
        title = _LAND[language] if column is None else _title(column, language)
        shown = scope.sees_restricted or column is None or column.sensitivity != "restricted"
        figures = (one.before, one.now) if shown else (None, None)
        unit, tab = ("亩", "land") if column is None else (column.unit or "", "figures")
        name = names.get(one.enterprise) or one.enterprise
        doubts.append(Doubt(one.enterprise, name, title, unit, tab, one.beside, *figures))
    return doubts
