"""What a rule needs of the ledger and how many firms have it; how many firms have answered for their figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jiqun.desk.running import Run
from jiqun.web.campaigns.conditions import plan_of
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.queries import Firms
from jiqun.web.campaigns.reads import LAND, columns_read
from jiqun.web.campaigns.state import State
from jiqun.web.enterprises.register import readable_runs
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, names_of, region, run_of
from jiqun.web.shell.language import both

_HEADS = {"enterprise", "year"}


@dataclass(frozen=True)
class Needed:
    """One column that the rule reads: how many firms have it of how many, and where those who have not are.

    `of` is None for a list, in which a firm without a line is not one that owes.
    """

    table: str
    title: str
    column: str
    have: int
    of: int | None
    owing: tuple[tuple[str, int], ...]

    @property
    def lacking(self) -> int:
        return 0 if self.of is None else self.of - self.have

    @property
    def percent(self) -> float | None:
        return None if not self.of else 100 * self.have / self.of


def placing_run(campaign: Campaign, state: State) -> Run | None:
    """Return the newest trial of a campaign, before it the newest run of its rule and year; None without either."""
    if state.run:
        return run_of(state.run)
    named = campaign.method.partition("@")[0], str(campaign.year)
    return next((run for run in readable_runs(Scope()) if (run.method_id, str(run.period)) == named), None)


def coverage(campaign: Campaign, firms: Firms, run: Run | None = None) -> list[Needed]:
    """Say for every column the rule reads how many of the firms that need it have it in the campaign's year.

    `run` tells which population a firm is in; without one, and for a firm that it does not know, everybody needs all.
    """
    plan = plan_of(region(), campaign.method, campaign.year)
    owing = _owing(firms, run)
    lines = []
    for table, columns in columns_read(plan).items():
        contract = plan.contracts[table]
        title = both(contract.title, contract.title_en or contract.title)
        frame = ledger().land_use(campaign.year) if table == LAND else ledger().table(table)
        if "year" in frame.columns:
            frame = frame.filter(pl.col("year") == campaign.year)
        if set(contract.primary_key) != _HEADS:
            there = frame.join(owing, on="enterprise", how="semi")["enterprise"].n_unique()
            lines.append(Needed(table, title, both("名单", "list"), there, None, ()))
            continue
        beside = owing.join(frame.select("enterprise", *columns), on="enterprise", how="left")
        for column, needing in columns.items():
            told = contract.column(column)
            of = beside.filter(_owes(needing))
            without = of.filter(pl.col(column).is_null())
            name = both(told.title, told.title_en or told.title)
            have = of.height - without.height
            lines.append(Needed(table, title, name, have, of.height, _districts(without, campaign.year)))
    return sorted(lines, key=lambda one: (one.of is None, -one.lacking, one.table, one.column))


def _owing(firms: Firms, run: Run | None) -> pl.DataFrame:
    """Every firm given with its district and population; `known` where the run could place it."""
    register = ledger().table("enterprise").select("enterprise", "district")
    given = pl.DataFrame({"enterprise": list(firms.names)}, schema={"enterprise": pl.String})
    return given.join(register, on="enterprise", how="left").join(_placed(run), on="enterprise", how="left")


def _placed(run: Run | None) -> pl.DataFrame:
    """The population of every firm that a run could place; null for one that is not evaluated."""
    if run is None:
        return pl.DataFrame(schema={"enterprise": pl.String, "population": pl.String, "known": pl.Boolean})
    status = pl.col("status").cast(pl.String)
    evaluated = pl.when(status.is_in(["graded", "scored"])).then(pl.col("population").cast(pl.String))
    placed = run.trace.filter(status != "population_unknown")
    return placed.select(pl.col(run.subject).alias("enterprise"), population=evaluated, known=pl.lit(True))


def _owes(needing: frozenset[str]) -> pl.Expr:
    return pl.col("known").is_null() | pl.col("population").is_in(sorted(needing)).fill_null(False)


def _districts(without: pl.DataFrame, year: int) -> tuple[tuple[str, int], ...]:
    """Districts and their numbers of firms, the largest first."""
    named = names_of("districts", date(year, 12, 31))
    counted = without.group_by("district").len().sort(["len", "district"], descending=[True, False])
    return tuple((named.get(code, code) if code else both("区县未知", "no district"), n) for code, n in counted.rows())


@dataclass(frozen=True)
class Answers:
    """How many firms said that their figures are right, how many objected, how many said nothing."""

    right: int
    wrong: int
    silent: int
    objections: tuple[tuple[str, str, str], ...]  # firm, name, words
    papers: tuple[tuple[str, str, list[dict[str, Any]]], ...]  # firm, name, papers

    @property
    def of(self) -> int:
        return self.right + self.wrong + self.silent

    @property
    def percent(self) -> float | None:
        return 100 * (self.right + self.wrong) / self.of if self.of else None


def answers(state: State, firms: Firms) -> Answers:
    """Count the answers of the firms given; the last word of each counts."""
    said = {firm: word for firm, word in state.checked.items() if firm in firms.names}
    right = sum(word == "right" for word in said.values())
    wrong = sorted(firm for firm, word in said.items() if word == "wrong")
    told = tuple((firm, firms.name(firm), state.objections.get(firm, "")) for firm in wrong)
    papers = tuple((one, firms.name(one), own) for one, own in state.check_papers.items() if one in firms.names)
    return Answers(right, len(wrong), len(firms.names) - len(said), told, papers)
