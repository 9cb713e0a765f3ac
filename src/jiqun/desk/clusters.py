"""How the clusters of a region stand: what the ledger's firms in each add up to, beside the target of its horizon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from jiqun.desk.owed import above_scale
from jiqun.desk.pace import Base, Pace, Standing, pace, published_base
from jiqun.packs import LawBook, View
from jiqun.problems import ProblemsError
from jiqun.values import exact, exact_sum

INDUSTRIES = "gbt4754"
_PER_YI = 10_000  # 万元 in a 亿元


@dataclass(frozen=True)
class Target:
    """A target in 亿元: of output or revenue, published for the cluster or only the size its tier is named by.

    `counted` and `scope` are the source's own words for what is counted; `illustrative` where the number is uncertain.
    """

    value: Fraction
    measure: str
    published: bool
    counted: str | None = None
    scope: str | None = None
    illustrative: bool = False


@dataclass(frozen=True)
class Cluster:
    """A cluster: firms whose industry certainly belongs, what they add up to, and what may belong beside.

    `actual` is None where no firm reported; `unreported` firms belong and gave no figure; `partial` firms have an
    industry of which only a part belongs, so they count only with product evidence. `doubtful` is how many figures
    jumped a thousandfold since the year before, `sound` what the cluster adds up to without them, None where nothing is
    left; `largest` is the share of the largest firm in it; `of` are the firms that `sound` is made of; `pace` is None
    without a target or a base to start from; `withheld` is set for a reader who may not be told what it adds up to.
    """

    code: str
    name: str
    tier: str
    firms: int
    unreported: int
    partial: int
    actual: Fraction | None
    sound: Fraction | None
    largest: Fraction | None
    doubtful: int
    measure: str
    target: Target | None
    horizon: int
    year: int
    of: frozenset[str] = frozenset()
    pace: Pace | None = None
    withheld: bool = False

    @property
    def standing(self) -> Standing | None:
        """Whether what is sound keeps up with the steady path to the target; None where either is unknown."""
        return None if self.sound is None or self.pace is None else self.pace.standing(self.sound)

    @property
    def gap(self) -> float | None:
        """How far what is sound is from the path, in per cent of the path."""
        return None if self.sound is None or self.pace is None else self.pace.gap(self.sound)

    @property
    def short(self) -> float | None:
        """By how much of the path, in per cent, it is missed: what “behind” is said with needs no minus."""
        return None if self.gap is None else max(0.0, -self.gap)

    @property
    def told(self) -> int:
        """How many firms the sound figure is of."""
        return self.firms - self.unreported - self.doubtful

    @property
    def share(self) -> Fraction | None:
        """What is sound over the target."""
        return None if self.sound is None or self.target is None else self.sound / self.target.value

    @property
    def growth_needed(self) -> float | None:
        """Growth a year in per cent that reaches the target in the year of the horizon: (target ÷ sound)^(1/n) − 1.

        None is needed (0) where the target is reached.
        """
        share, years = self.share, self.horizon - self.year
        if share is None or share <= 0 or years <= 0:
            return None
        return max(0.0, float((float(1 / share) ** (1 / years) - 1) * 100))


@dataclass(frozen=True)
class Wanted:
    """Where the clusters, their targets and published figures stand in the law book, and the years of the plan.

    `base` is the year before the plan's first, from which the ledger's own figures start the path to the target.
    """

    taxonomy: str = "chongqing.33618"
    targets: str = "33618.target"
    actuals: str = "33618.actual"
    horizon: int = 2027
    base: int = 2022


def clusters(book: LawBook, firms: pl.DataFrame, year: int, wanted: Wanted | None = None) -> tuple[Cluster, ...]:
    """Add up the above-scale firms of a year by cluster; clusters overlap, so they are never added to each other.

    `firms` are the rows of enterprise_year, of the year and the one before; with those of the plan's base year (and the
    years around it, which tell what is in doubt) there is a path to the target. The measure (output or revenue, in
    亿元) is that of the published target, revenue where the cluster has none. The scope is the taxonomy's rule at the
    year's end.
    """
    asked = wanted or Wanted()
    if not book.has("taxonomy", asked.taxonomy):
        return ()
    day = date(year, 12, 31)
    view = book.taxonomy(asked.taxonomy).on(day)
    rows = firms.filter((pl.col("year") == year) & (pl.col("scale") == "above"))
    doubts = {name: {one.enterprise for one in jumps(firms, year, [name])} for name in ("output", "revenue")}
    at_base = _sound_at_base(firms, asked.base)
    return tuple(_cluster(book, view, code, rows, year, asked, doubts, at_base) for code in _leaves(view))


def _sound_at_base(firms: pl.DataFrame, base: int) -> dict[str, pl.DataFrame]:
    """The above-scale firms of the base year by measure, without those a thousand times off a year beside it."""
    rows = firms.filter((pl.col("year") == base) & (pl.col("scale") == "above"))
    found = {}
    for name in ("output", "revenue"):
        out = {one.enterprise for year in (base, base + 1) for one in jumps(firms, year, [name])}
        sound = rows.select("enterprise", "industry", name).drop_nulls(name)
        found[name] = sound.filter(~pl.col("enterprise").is_in(list(out)))
    return found


def _leaves(view: View) -> Iterable[str]:
    return (code for code in view.codes if view.level(code) == 2)  # level 1 are the tiers


def _cluster(
    book: LawBook,
    view: View,
    code: str,
    rows: pl.DataFrame,
    year: int,
    asked: Wanted,
    doubts: Mapping[str, set[str]],
    at_base: Mapping[str, pl.DataFrame],
) -> Cluster:
    tier = view.ancestors(code)[0]
    target = _target(book, code, tier, asked)
    measure = target.measure if target is not None and target.published else "revenue"
    day = date(year, 12, 31)
    certain = book.codes(asked.taxonomy, [code], day, of=INDUSTRIES)
    possible = book.codes(asked.taxonomy, [code], day, of=INDUSTRIES, partial=True) - certain
    inside = rows.filter(pl.col("industry").is_in(list(certain)))
    reported = inside.select("enterprise", measure).drop_nulls()
    steady = reported.filter(~pl.col("enterprise").is_in(list(doubts[measure])))
    sound = steady[measure].to_list()
    total = exact_sum(sound)
    own = at_base[measure].filter(pl.col("industry").is_in(list(certain)))
    return Cluster(
        code,
        view.codes[code].name,
        tier,
        inside.height,
        inside.height - reported.height,
        rows.filter(pl.col("industry").is_in(list(possible))).height,
        exact_sum(reported[measure].to_list()) / _PER_YI if reported.height else None,
        total / _PER_YI if sound else None,
        exact(max(sound)) / total if total > 0 else None,
        reported.height - len(sound),
        measure,
        target,
        asked.horizon,
        year,
        frozenset(steady["enterprise"].to_list()),
        None if target is None else pace(_base(book, code, target, own, asked), target.value, year, asked.horizon),
    )


def _base(book: LawBook, code: str, target: Target, own: pl.DataFrame, asked: Wanted) -> Base | None:
    """Return what was published where it counts as the target does, else what the ledger's firms added up to."""
    series = f"{asked.actuals}.{target.measure}.{code}"
    found = published_base(book, series, target.counted, target.scope) if target.published else None
    if found is not None or own.is_empty():
        return found
    total = exact_sum(own[target.measure].to_list()) / _PER_YI
    return Base(total, asked.base, firms=own.height, of=frozenset(own["enterprise"].to_list()))


def _target(book: LawBook, code: str, tier: str, asked: Wanted) -> Target | None:
    """Return the target published for a cluster, else the size of its tier, else None."""
    day = date(asked.horizon, 12, 31)
    for name, measure, published in (
        (f"output.{code}", "output", True),
        (f"revenue.{code}", "revenue", True),
        (f"tier.{tier}", "revenue", False),
    ):
        if not book.has_series(f"{asked.targets}.{name}"):
            continue
        try:
            found = book.parameter(f"{asked.targets}.{name}", day)
        except ProblemsError:  # nothing was published for that day
            continue
        uncertain = found.completeness == "illustrative"
        return Target(Fraction(found.value), measure, published, found.measure, found.scope, uncertain)
    return None


@dataclass(frozen=True)
class Ratio:
    """A ratio of two sums over the firms that reported both; `covered` of `firms` did.

    `sound` is the ratio without the firms one of whose two figures is in doubt, `doubtful` how many those are, `of` the
    firms that it is made of.
    """

    name: str
    value: Fraction | None
    covered: int
    firms: int
    sound: Fraction | None
    doubtful: int
    of: frozenset[str] = frozenset()


RATIOS: Mapping[str, tuple[str, str]] = {
    "tax_per_mu": ("tax", "land"),
    "value_added_per_mu": ("value_added", "land"),
    "output_per_mu": ("output", "land"),
    "revenue_per_mu": ("revenue", "land"),
    "rd_intensity": ("rd", "revenue"),
    "labour_productivity": ("value_added", "staff"),
    "value_added_per_energy": ("value_added", "energy"),
}


def ratios(firms: pl.DataFrame, year: int, doubts: Mapping[str, Set[str]] | None = None) -> dict[str, Ratio]:
    """Return sum ÷ sum over the above-scale firms of a year, each over the firms that reported both parts.

    `firms` are the rows of enterprise_year with the land of land_use as `land` (亩); `doubts` the firms whose figure
    of a column is in doubt.
    """
    rows = firms.filter((pl.col("year") == year) & (pl.col("scale") == "above"))
    names = [one for one in dict.fromkeys(part for parts in RATIOS.values() for part in parts) if one in rows.columns]
    cells = rows.select("enterprise", *names).to_dict(as_series=False)  # once: a group of firms has a few rows only
    return {name: _ratio(cells, name, *parts, doubts or {}) for name, parts in RATIOS.items()}


def _ratio(cells: Mapping[str, list[Any]], name: str, above: str, below: str, doubts: Mapping[str, Set[str]]) -> Ratio:
    firms = cells["enterprise"]
    if above not in cells or below not in cells:
        return Ratio(name, None, 0, len(firms), None, 0)
    reported = zip(firms, cells[above], cells[below], strict=True)
    known = [(firm, over, under) for firm, over, under in reported if over is not None and under is not None]
    out = {*doubts.get(above, ()), *doubts.get(below, ())}
    sound = [one for one in known if one[0] not in out] if out else known
    value = _quotient(known)
    doubtful = len(known) - len(sound)
    steady = _quotient(sound) if doubtful else value
    return Ratio(name, value, len(known), len(firms), steady, doubtful, frozenset(one[0] for one in sound))


def _quotient(known: Sequence[tuple[str, float, float]]) -> Fraction | None:
    over, under = exact_sum(one[1] for one in known), exact_sum(one[2] for one in known)
    return over / under if under else None


def completeness(firms: pl.DataFrame, year: int, columns: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return for every column how many above-scale firms of a year reported it, of how many."""
    owing = above_scale(firms, year)
    expected = [] if owing is None else owing.to_list()
    rows = firms.filter((pl.col("year") == year) & pl.col("enterprise").is_in(expected))
    return {one: (rows[one].drop_nulls().len() if one in rows.columns else 0, len(expected)) for one in columns}


@dataclass(frozen=True)
class Jump:
    """A figure that is most likely in another unit: far from the firm's own of the year before, or from its peers'.

    `before` is what it is held against, as `beside` says: the firm's figure of the `year` before, or the median of the
    firms that have one (`peers`).
    """

    enterprise: str
    column: str
    before: float
    now: float
    beside: str = "year"


_JUMP = 1000
_FAR_OUT = ("land",)  # the largest works of a region have some hundred times the usual land, never a thousand times


def doubted(firms: pl.DataFrame, year: int) -> dict[str, frozenset[str]]:
    """Return for every column of the ratios the firms whose figure of a year is in doubt."""
    columns = {one for parts in RATIOS.values() for one in parts}
    return {one: frozenset(jump.enterprise for jump in jumps(firms, year, [one])) for one in columns}


def jumps(firms: pl.DataFrame, year: int, columns: Iterable[str]) -> tuple[Jump, ...]:
    """Return the figures of a year that are in doubt; they stand until corrected.

    A figure is in doubt where it is a thousand times that of the year before, or a thousandth; land also where it is a
    thousand times the median, since a parcel keeps its wrong area from year to year.
    """
    found: list[Jump] = []
    for column in columns:
        if column in firms.columns:
            found += _over_years(firms, year, column)
            found += _over_peers(firms, year, column) if column in _FAR_OUT else []
    return tuple(found)


def _over_years(firms: pl.DataFrame, year: int, column: str) -> list[Jump]:
    now, before = (firms.filter(pl.col("year") == one) for one in (year, year - 1))
    pairs = now.select("enterprise", column).join(before.select("enterprise", column), on="enterprise", suffix="_b")
    both = pairs.filter((pl.col(column) > 0) & (pl.col(f"{column}_b") > 0))
    far = (pl.col(column) >= _JUMP * pl.col(f"{column}_b")) | (pl.col(f"{column}_b") >= _JUMP * pl.col(column))
    return [Jump(firm, column, old, value) for firm, value, old in both.filter(far).sort("enterprise").iter_rows()]


def _over_peers(firms: pl.DataFrame, year: int, column: str) -> list[Jump]:
    known = firms.filter((pl.col("year") == year) & (pl.col(column) > 0)).select("enterprise", column)
    middle = known[column].median()
    if not isinstance(middle, float):
        return []
    far = known.filter(pl.col(column) >= _JUMP * middle).sort("enterprise")
    return [Jump(firm, column, middle, value, "peers") for firm, value in far.iter_rows()]
