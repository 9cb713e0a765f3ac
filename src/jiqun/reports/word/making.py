"""Making a report of a kind: figures gathered within a reader's reach, laid out as an official document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from jiqun.desk import reporting
from jiqun.desk.advice import nearest_lines
from jiqun.desk.context import Context
from jiqun.desk.explaining import explain_subject, subject_facts
from jiqun.desk.reporting import Reach
from jiqun.desk.running import Run
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods.explanation.nearest import nearest
from jiqun.methods.explanation.restricted import restricted_names
from jiqun.reports.run import Evaluated
from jiqun.reports.word.bulletin import bulletin_report
from jiqun.reports.word.clusters import clusters_report
from jiqun.reports.word.district import district_report
from jiqun.reports.word.letter import AppealTerms, Ways, letter_report
from jiqun.reports.word.model import Report, signature_of


@dataclass(frozen=True)
class Kind:
    """A kind of report: its names, and what it is asked for beside."""

    id: str
    title: str
    title_en: str
    says: str
    says_en: str
    of: str  # what must be named: "", "district" or "enterprise"
    needs_run: bool = True


KINDS: Mapping[str, Kind] = {
    one.id: one
    for one in (
        Kind(
            "bulletin",
            "评价通报",
            "Evaluation bulletin",
            "总体、区县、行业、划档线、与上年比较、前后名单、低效企业",
            "grades by district and industry, cut lines, moves with reasons, lists",
            "",
        ),
        Kind(
            "district",
            "区县简报",
            "District brief",
            "区县账、档次、变动、临近上一档、存疑数据、到期事项",
            "the district's account, grades, moves, near cuts, doubts, what is due",
            "district",
        ),
        Kind(
            "letter",
            "企业告知书",
            "Letter to an enterprise",
            "档次和依据、各项得分、调整、怎样升档、怎样申诉、数据出处",
            "grade and reasons, points, adjustments, ways up, appeal, sources",
            "enterprise",
        ),
        Kind(
            "clusters",
            "集群月报",
            "Cluster monthly",
            "30 个集群对照目标，数据日期、口径和未填报",
            "30 clusters against targets, with date, measure and unknowns",
            "",
            needs_run=False,
        ),
    )
}


def evaluated_of(context: Context, run: Run, reach: Reach) -> Evaluated:
    """Return a run as reports read it, with the rows of the firms within reach only, restricted names hidden."""
    whole = Evaluated(
        plan=run.plan,
        trace=run.trace,
        gathered=run.gathered,
        moves=run.moves,
        run=run.id,
        snapshot=run.snapshot,
        official=run.official,
        sign_off=run.sign_off,
        facts=subject_facts(context, run),
        book=run.book,
        hidden=frozenset() if reach.sees_restricted else restricted_names(run.plan),
    )
    if reach.firms is None:
        return whole
    return replace(
        whole,
        trace=reach.rows(whole.trace),
        gathered=reach.rows(whole.gathered),
        moves=reach.rows(whole.moves),
        facts=None if whole.facts is None else reach.rows(whole.facts),
        everybody=whole.trace,
        all_gathered=whole.gathered,
    )


def bulletin(context: Context, run: Run, reach: Reach, today: date, *, before: Run | None, place: str = "") -> Report:
    """Make the bulletin for the firms within reach."""
    told = reporting.bulletin(context, run, before, reach)
    return bulletin_report(evaluated_of(context, run, reach), told, today, place=place)


def district(
    context: Context,
    run: Run,
    code: str,
    reach: Reach,
    today: date,
    *,
    before: Run | None,
    pending: tuple[str, ...] = (),
) -> Report:
    """Make the brief of a district; `reach` holds its firms."""
    told = reporting.district_brief(context, run, before, code, reach, today)
    hidden = frozenset() if reach.sees_restricted else reporting.restricted_columns(context)
    return district_report(evaluated_of(context, run, reach), told, today, hidden=hidden, pending=pending)


def letter(
    context: Context,
    run: Run,
    firm: str,
    reach: Reach,
    today: date,
    *,
    terms: AppealTerms | None = None,
    told: Callable[[Run], bool] = lambda one: one.official,
) -> Report:
    """Make the letter to a firm; METHOD-081 where the run does not have it.

    It goes to a firm, whoever has it made: what gives away another firm's figure does not stand in it, nor what the
    rule read of other evaluations, but for those that the firm is `told` of.
    """
    seen = reach.sees_restricted
    found = nearest(run.plan, run.trace, run.gathered, firm)
    explained = explain_subject(context, run, firm, "zh", sees_restricted=seen, sees_others=False, told=told)
    advice = nearest_lines(run, found, "zh", sees_restricted=seen)
    ways = Ways(advice.rows, advice.notes, advice.before)
    base = reporting.grounds(context, run)
    return letter_report(explained, base, ways, terms, today, signature_of(run.sign_off))


def clusters(context: Context, frozen: Snapshot, year: int, reach: Reach, today: date, *, place: str = "") -> Report:
    """Make the monthly of the clusters for a data year."""
    return clusters_report(reporting.cluster_figures(context, frozen, year, reach), today, place=place)


def newest_year(frozen: Snapshot) -> int | None:
    """Return the newest year that firms reported for."""
    if reporting.YEARLY not in frozen.names:
        return None
    years: list[int] = (
        frozen.table(reporting.YEARLY).select(pl.col("year").drop_nulls().unique().sort())["year"].to_list()
    )
    return years[-1] if years else None
