"""The figures of the reports: frozen values, gathered from a run and the snapshot it was made on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

import polars as pl

from jiqun.desk.accounts import Account, account, accounts, with_parks
from jiqun.desk.clusters import Cluster, Jump, Wanted, clusters, jumps
from jiqun.desk.comparing import Compared, compare_runs
from jiqun.desk.context import Context
from jiqun.desk.evaluating import snapshot_of
from jiqun.desk.leading import is_per_mu
from jiqun.desk.running import Run, all_runs
from jiqun.desk.screening import ladder_in_use
from jiqun.desk.told_accounts import KeptBack, bases_kept_back, every_account, kept_back
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods.ladder.titles import holdings, title_events
from jiqun.methods.ladder.words import title_words
from jiqun.methods.runs.compare import Change
from jiqun.problems import ProblemsError, problem
from jiqun.values import from_scaled

YEARLY = "enterprise_year"
DOUBTED = ("tax", "revenue", "value_added", "output", "energy", "emission", "rd", "staff")


@dataclass(frozen=True)
class Reach:
    """Whose firms a reader may see (None: everybody's), and whether restricted figures."""

    firms: frozenset[str] | None = None
    sees_restricted: bool = True

    def has(self, firm: str) -> bool:
        return self.firms is None or firm in self.firms

    def rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of the firms within reach."""
        return frame if self.firms is None else frame.filter(pl.col("enterprise").is_in(list(self.firms)))


@dataclass(frozen=True)
class Grounds:
    """What every figure of a report rests on."""

    run: str
    method: str
    method_id: str
    edition: str
    completeness: str
    year: int
    official: bool
    snapshot: str
    frozen_on: str
    by_the_mu: bool


@dataclass(frozen=True)
class CutLine:
    """The last firm of a grade in its pool: how many have the grade, its rank and total."""

    population: str
    pool: str
    grade: str
    firms: int
    rank: int
    total: Fraction
    digits: int


@dataclass(frozen=True)
class NearLine:
    """A firm that lacks few points to the next better grade in its pool, and the items nothing is known of."""

    enterprise: str
    population: str
    grade: str
    wanted: str
    total: Fraction
    lacks: Fraction
    digits: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class DueLine:
    """A deadline of a title; `left` is in days, below zero: missed."""

    enterprise: str
    title: str
    what: str
    day: date
    left: int


@dataclass(frozen=True)
class Moved:
    """How the grades of the firms within reach changed against an earlier run."""

    before: str
    year: int
    official: bool
    directions: Mapping[str, int]
    causes: Mapping[str, int]
    movers: tuple[Change, ...]
    names: Mapping[str, str]


def grounds(context: Context, run: Run) -> Grounds:
    """Return what a run rests on; CLI-012 where its snapshot is gone."""
    method, frozen = run.plan.method, snapshot(context, run)
    year = run.plan.period.year
    return Grounds(
        run.id,
        method.title,
        method.id,
        method.edition or "",
        method.completeness,
        year,
        run.official,
        frozen.id,
        frozen.when[:10],
        is_per_mu(run),
    )


def snapshot(context: Context, run: Run) -> Snapshot:
    """Return the snapshot of a run; CLI-012 where it is gone."""
    found = snapshot_of(context, run)
    if found is None:
        raise ProblemsError([problem("CLI-012", run=run.id, snapshot=run.snapshot)])
    return found


def earlier(context: Context, run: Run) -> Run | None:
    """Return the run of the same rule for the year before: the newest official one, else the newest."""
    wanted = str(run.plan.period.year - 1)
    found = [one for one in all_runs(context) if one.method_id == run.method_id and one.period[:4] == wanted]
    return next((one for one in reversed(found) if one.official), found[-1] if found else None)


def yearly(frozen: Snapshot, year: int, *also: int) -> pl.DataFrame:
    """Return the rows of a year and the one before, with the land (亩) that each firm used and its park.

    Those of the years `also` named stand with them.
    """
    rows = frozen.table(YEARLY).filter(pl.col("year").is_in([year - 1, year, *also]))
    if "enterprise" in frozen.names:
        rows = with_parks(rows, frozen.table("enterprise"))
    if "land_use" not in frozen.names:
        return rows.with_columns(land=pl.lit(None, dtype=pl.Float64))
    used = frozen.table("land_use").select("enterprise", "year", pl.col("used").alias("land"))
    return rows.join(used, on=["enterprise", "year"], how="left")


def cuts(run: Run) -> tuple[CutLine, ...]:
    """Return the last place of every grade in every pool; totals are exact."""
    if "pool" not in run.trace.columns or "grade__ranked" not in run.trace.columns:
        return ()
    ranked = run.trace.filter(pl.col("rank").is_not_null() & pl.col("grade__ranked").is_not_null())
    keys = ["population", "pool", "grade__ranked"]
    grouped = ranked.with_columns(pl.col(keys).cast(pl.String)).group_by(keys)
    lines = grouped.agg(pl.len(), pl.max("rank"), pl.col("total").sort_by("rank").last().alias("total"))
    found = []
    for population, pool, grade, firms, rank, total in lines.sort("population", "pool", "rank").iter_rows():
        digits = _digits(run, population)
        if digits is not None and total is not None:
            found.append(CutLine(population, pool, grade, firms, rank, from_scaled(total, digits), digits))
    return tuple(found)


def _digits(run: Run, population: str) -> int | None:
    total = run.plan.total(population)
    return None if total is None else total.digits


def near(run: Run, reach: Reach, most: int = 15) -> tuple[NearLine, ...]:
    """Return the firms within reach that lack fewest points to the next better grade of their pool."""
    lines = {(one.population, one.pool, one.grade): one for one in cuts(run)}
    found = []
    for row in reach.rows(run.trace).filter(pl.col("rank").is_not_null()).iter_rows(named=True):
        population, grade = str(row["population"]), row["grade__ranked"]
        rule = run.plan.grade(population)
        if grade is None or rule is None or grade == rule.classes[0]:
            continue
        better = rule.classes[rule.classes.index(grade) - 1]
        cut = lines.get((population, str(row["pool"]), better))
        if cut is None or row["total"] is None:
            continue
        total = from_scaled(row["total"], cut.digits)
        if total < cut.total:
            missing = tuple(name for name in run.plan.scores(population) if row.get(f"reason__{name}") == "missing")
            line = NearLine(row["enterprise"], population, grade, better, total, cut.total - total, cut.digits, missing)
            found.append(line)
    return tuple(sorted(found, key=lambda one: (one.lacks, one.enterprise))[:most])


def ungraded(run: Run, reach: Reach) -> dict[str, tuple[str, ...]]:
    """Return the firms within reach that have no total, with the items nothing is known of."""
    found = {}
    rows = reach.rows(run.trace).filter((pl.col("status").cast(pl.String) == "graded") & pl.col("total").is_null())
    for row in rows.sort("enterprise").iter_rows(named=True):
        items = run.plan.scores(str(row["population"]))
        found[row["enterprise"]] = tuple(name for name in items if row.get(f"reason__{name}") == "missing")
    return found


def moved(context: Context, before: Run, after: Run, reach: Reach) -> Moved:
    """Return who within reach moved between two runs, and why; CLI-012 where a snapshot is gone."""
    told: Compared = compare_runs(context, before, after)
    changes = [one for one in told.found.changes if reach.has(one.subject)]
    movers = tuple(one for one in told.movers if reach.has(one.subject))
    return Moved(
        before.id,
        before.plan.period.year,
        before.official,
        Counter(one.direction for one in changes),
        Counter(step.cause for one in movers for step in one.steps if step.changed),
        movers,
        {one.subject: told.names.get(one.subject, "") for one in changes},
    )


def doubts(rows: pl.DataFrame, year: int) -> tuple[Jump, ...]:
    """Return the figures of a year that jumped a thousandfold since the year before."""
    return jumps(rows, year, DOUBTED)


def dues(context: Context, frozen: Snapshot, today: date, reach: Reach, within: int = 90) -> tuple[DueLine, ...]:
    """Return the deadlines of titles that fall within so many days or were missed in the last year."""
    if "title" not in frozen.names:
        return ()
    _, ladder = ladder_in_use(context, None)
    events = title_events(reach.rows(frozen.table("title")))
    found = []
    for one in holdings(events, ladder, today):
        review = None if one.review_open_by is not None else one.review_due
        for what, day in (("复核", review), ("信息更新", one.update_due)):
            if day is not None and -365 <= (day - today).days <= within:
                title = title_words(ladder, one.title, "zh")
                found.append(DueLine(one.enterprise, title, what, day, (day - today).days))
    return tuple(sorted(found, key=lambda one: (one.day, one.enterprise, one.title)))


def restricted_columns(context: Context) -> frozenset[str]:
    """Name the columns of the yearly table that not everybody may see."""
    return frozenset(one.name for one in context.contract(YEARLY).fields if one.sensitivity == "restricted")


def _held(context: Context, rows: pl.DataFrame, year: int) -> KeptBack:
    made = every_account(context.book, rows, year)
    return kept_back(context.book, rows, year, restricted_columns(context), made)


@dataclass(frozen=True)
class ClusterFigures:
    """The clusters of a year with the account of all firms beside them; `withheld` clusters are not told."""

    snapshot: str
    frozen_on: str
    year: int
    whole: Account
    found: tuple[Cluster, ...]
    tiers: Mapping[str, str]
    withheld: frozenset[str] = frozenset()


def cluster_figures(context: Context, frozen: Snapshot, year: int, reach: Reach) -> ClusterFigures:
    """Return how the clusters stand in a year: the firms within reach."""
    rows = reach.rows(yearly(frozen, year))
    base = Wanted().base  # the path to the target starts at the ledger's figure of that year where none is published
    of_base = reach.rows(yearly(frozen, year, base - 1, base, base + 1))
    found = clusters(context.book, of_base, year)
    whole = account(rows, year)
    names = _tier_names(context, list(dict.fromkeys(one.tier for one in found)), year)
    if reach.sees_restricted:
        return ClusterFigures(frozen.id, frozen.when[:10], year, whole, found, names)
    held, baseless = _held(context, rows, year), bases_kept_back(context.book, found, of_base)
    found = tuple(replace(one, pace=None) if one.code in baseless else one for one in found)
    return ClusterFigures(frozen.id, frozen.when[:10], year, held.of(whole), found, names, held.clusters(found))


def _tier_names(context: Context, tiers: Collection[str], year: int) -> dict[str, str]:
    if not tiers:
        return {}
    codes = context.book.taxonomy("chongqing.33618").on(date(year, 12, 31)).codes
    ordered = sorted(tiers, key=list(codes).index)
    return {one: codes[one].name for one in ordered}


@dataclass(frozen=True)
class Bulletin:
    """What the bulletin of an evaluation tells beyond its results: accounts, cut lines, moves."""

    grounds: Grounds
    whole: Account
    districts: Mapping[str, Account]
    divisions: Mapping[str, Account]
    cuts: tuple[CutLine, ...]
    moved: Moved | None


def bulletin(context: Context, run: Run, before: Run | None, reach: Reach) -> Bulletin:
    """Gather the figures of the bulletin (评价通报) for the firms within reach."""
    base = grounds(context, run)
    rows = reach.rows(yearly(snapshot(context, run), base.year))
    whole, districts = accounts(context.book, rows, base.year, "district")
    _, divisions = accounts(context.book, rows, base.year, "division")
    if not reach.sees_restricted:
        held = _held(context, rows, base.year)
        whole = held.of(whole)
        districts = tuple(held.of(one, "district") for one in districts)
        divisions = tuple(held.of(one, "division") for one in divisions)
    return Bulletin(
        base,
        whole,
        {one.key: one for one in districts},
        {one.key: one for one in divisions},
        cuts(run),
        None if before is None else moved(context, before, run, reach),
    )


@dataclass(frozen=True)
class DistrictBrief:
    """What a district's brief tells beyond the results of its firms."""

    grounds: Grounds
    district: str
    own: Account
    own_before: Account
    region: Account
    near: tuple[NearLine, ...]
    ungraded: Mapping[str, tuple[str, ...]]
    moved: Moved | None
    doubts: tuple[Jump, ...]
    dues: tuple[DueLine, ...]
    names: Mapping[str, str] = field(default_factory=dict)


def district_brief(
    context: Context, run: Run, before: Run | None, district: str, reach: Reach, today: date
) -> DistrictBrief:
    """Gather the figures of a district's brief; `reach` holds the district's firms."""
    base, frozen = grounds(context, run), snapshot(context, run)
    everybody = yearly(frozen, base.year)
    own = reach.rows(everybody)
    now, region = _account_of(context, everybody, base.year, district, reach)
    last, _ = _account_of(context, yearly(frozen, base.year - 1), base.year - 1, district, reach)
    return DistrictBrief(
        base,
        district,
        now,
        last,
        region,
        near(run, reach),
        ungraded(run, reach),
        None if before is None else moved(context, before, run, reach),
        doubts(own, base.year),
        dues(context, frozen, today, reach),
        dict(_names(own)),
    )


def _account_of(
    context: Context, rows: pl.DataFrame, year: int, district: str, reach: Reach
) -> tuple[Account, Account]:
    """Return the account of a district in a year and that of all, as every brief and the bulletin tell them."""
    whole, groups = accounts(context.book, rows, year, "district")
    own = next((one for one in groups if one.key == district), account(rows.clear(), year))
    if reach.sees_restricted:
        return own, whole
    held = _held(context, rows, year)
    return held.of(own, "district"), held.of(whole)


def _names(rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for firm, name in rows.sort("year").select("enterprise", "name").iter_rows():
        yield firm, name or firm


def firms_of_district(context: Context, run: Run, district: str) -> frozenset[str]:
    """Return the firms that the register of a run's snapshot has in a district."""
    frozen = snapshot(context, run)
    table = frozen.table("enterprise" if "enterprise" in frozen.names else YEARLY)
    return frozenset(_texts(table.filter(pl.col("district") == district)["enterprise"].to_list()))


def _texts(values: Iterable[object]) -> Iterator[str]:
    return (str(one) for one in values)
