"""How the places of a quota were counted, and what the measures that follow from the grades cost or save."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from jiqun.desk.running import Run
from jiqun.desk.safety import Safety, percent_in_force
from jiqun.methods.columns.grade import GROUP_FULL
from jiqun.methods.columns.quota import class_sizes, quota_classes
from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.wording.grading import limit_words
from jiqun.methods.wording.numbers import number_text
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Quota
from jiqun.problems import Language
from jiqun.values import exact, from_scaled
from jiqun.web.campaigns.measures import amount_hidden
from jiqun.web.campaigns.queries import Firms
from jiqun.web.kept import kept
from jiqun.web.people.scope import Scope
from jiqun.web.region import district_names, run_of
from jiqun.web.shell.language import both, spoken

_MOST = 10


@dataclass(frozen=True)
class Places:
    """One pool: N, the firms ranked, and for every class the places, the firms that got it, and the tie at its end."""

    pool: str
    number: int
    ranked: int
    classes: tuple[tuple[str, int, int, int], ...]  # class, places, firms, firms level with the last one


@dataclass(frozen=True)
class Arithmetic:
    """The quotas of one grade in words, and its pools, the largest first."""

    population: str
    shares: str
    denominator: str
    rounding: str
    counting: str
    pools: tuple[Places, ...]
    limits: tuple[str, ...]
    passed_over: int  # firms that somebody ranked behind does better than, because their group is full


@kept(8)
def arithmetic(run_id: str, language: Language) -> tuple[Arithmetic, ...]:
    """Count again, for every quota of a run, N, the places of each class after rounding, and who ties at a cut."""
    run = run_of(run_id)
    voice, found = Voice(run.plan, language, run.book), []
    for population in run.plan.populations:
        grade = run.plan.grade(population)
        if grade is None or grade.quota is None:
            continue
        pools = tuple(sorted(_pools(run, population, grade.quota, grade.classes, voice), key=lambda one: -one.number))
        shares = both("、", ", ").join(
            f"{name} {number_text(exact(one) * 100)}%" for name, one in grade.quota.shares.items()
        )
        quota = grade.quota
        how = (quota.denominator, quota.rounding, quota.counting)
        limits = tuple(limit_words(voice, quota))
        found.append(Arithmetic(voice.label(population), shares, *how, pools, limits, _passed_over(run, population)))
    return tuple(found)


def _passed_over(run: Run, population: str) -> int:
    own = run.trace.filter(pl.col("population").cast(pl.String) == population)
    return own.filter(pl.col("grade__reason").cast(pl.String) == GROUP_FULL).height


def _pools(
    run: Run, population: str, quota: Quota, classes: tuple[str, ...] | list[str], voice: Voice
) -> Iterator[Places]:
    rows = run.trace.filter(pl.col("population").cast(pl.String) == population)
    rows = rows.join(run.gathered.select(run.subject, *_columns(run, quota)), on=run.subject, how="left")
    ranked = rows.filter(pl.col("rank").is_not_null() & pl.col("pool").is_not_null())
    known = set(ranked["pool"].cast(pl.String).unique())
    keys = [_key(row, quota, known) for row in rows.iter_rows(named=True)]
    rows = rows.with_columns(pl.Series("pool_of", keys, dtype=pl.String))
    for pool in sorted(known):
        members = rows.filter(pl.col("pool_of") == pool)
        here = ranked.filter(pl.col("pool").cast(pl.String) == pool)
        number = _number(members, quota, here.height)
        sizes = class_sizes(quota, classes, number, here.height)
        names = quota_classes(quota, classes)
        lines = [_line(here, name, size) for name, size in zip(names, sizes, strict=True)]
        yield Places(pool_words(pool, voice, run.period), number, here.height, tuple(lines))


def pool_words(pool: str, voice: Voice, period: str) -> str:
    """Populations and districts of a pool by their names; anything else as it stands."""
    named = district_names(date(int(period[:4]), 12, 31), spoken())
    parts = [voice.label(one) if one in voice.plan.populations else named.get(one, one) for one in pool.split("|")]
    return " · ".join(parts)


def _columns(run: Run, quota: Quota) -> list[str]:
    wider = () if quota.small_pool is None else quota.small_pool.wider or ()
    names = dict.fromkeys((*quota.pools, *wider))
    return [one for one in names if one in run.gathered.columns and one not in run.trace.columns]


def _key(row: dict[str, object], quota: Quota, known: set[str]) -> str | None:
    """The pool of a row as the trace names it: its own, or the wider one where its own was too small."""
    wider = () if quota.small_pool is None else quota.small_pool.wider or ()
    for names in (quota.pools, wider):
        if names and all(row.get(name) is not None for name in names):
            text = "|".join(str(row[name]) for name in names)
            if text in known:
                return text
    return None


def _number(members: pl.DataFrame, quota: Quota, ranked: int) -> int:
    if quota.denominator == "graded":
        return ranked
    if quota.denominator == "evaluated":
        return members.height
    value = "total" if quota.of == "total" else f"measure__{quota.of}"
    has = members.filter(pl.col(value).is_not_null()) if value in members.columns else members
    return has.filter(pl.col("status").cast(pl.String).is_in(["graded", "scored"])).height


def _line(here: pl.DataFrame, name: str, size: int) -> tuple[str, int, int, int]:
    own = here.filter(pl.col("grade__ranked").cast(pl.String) == name)
    worst = own["rank"].max()
    tied = 0 if worst is None else here.filter(pl.col("rank") == worst).height
    return name, size, own.height, tied if tied > 1 else 0


@dataclass(frozen=True)
class Effect:
    """One measure: for how many firms it applies, what it comes to, and who is touched most."""

    title: str
    burden: bool
    firms: int
    unknown: int
    total: str | None
    unit: str
    most: tuple[tuple[str, str, str], ...]  # firm, name, amount


def effects(run: Run, firms: Firms, scope: Scope) -> list[Effect]:
    """Add up what follows from the grades for the firms given; amounts are masked as the figures they come from."""
    voice = Voice(run.plan, spoken(), run.book)
    rows = run.trace.filter(pl.col(run.subject).is_in(list(firms.names)))
    found = []
    for name, one in run.plan.method.entitlements.items():
        state = pl.col(f"entitlement__{name}__state").cast(pl.String)
        applies, unknown = rows.filter(state == "applies"), rows.filter(state == "unknown").height
        masked = amount_hidden(run, name, scope)
        amounts = applies.select(run.subject, pl.col(f"entitlement__{name}").alias("amount")).drop_nulls()
        total = None
        if one.amount is not None:
            single = masked and not _is_safe(run, amounts.rows())
            total = MASKED if single else _figure(int(amounts["amount"].sum()), one.digits)
        ranked = amounts.sort("amount", run.subject, descending=[True, False]).head(_MOST)
        most = tuple(
            (firm, firms.name(firm), MASKED if masked else _figure(amount, one.digits))
            for firm, amount in ranked.iter_rows()
        )
        title = voice.pick(one.title, one.title_en, name)
        unit = "" if one.unit == "1" else one.unit
        found.append(Effect(title, one.effect == "burden", applies.height, unknown, total, unit, most))
    return found


def _is_safe(run: Run, amounts: list[tuple[str, int]]) -> bool:
    """Tell whether the sum of what firms pay or save gives none of them away."""
    percent = percent_in_force(run.book, run.plan.period.year)
    each = dict(amounts)
    return Safety(percent, {"amount": each}).holds("amount", each.keys())


def _figure(scaled: int, digits: int) -> str:
    return f"{float(from_scaled(scaled, digits)):,.{digits}f}"
