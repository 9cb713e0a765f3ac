"""What a rule needs of the ledger and how many firms have it; how many firms have answered for their figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from jiqun.methods import Plan
from jiqun.methods.compile_inputs import split_column
from jiqun.web.campaigns.conditions import plan_of
from jiqun.web.campaigns.models import Campaign
from jiqun.web.campaigns.queries import Firms
from jiqun.web.campaigns.state import State
from jiqun.web.region import ledger, names_of, region
from jiqun.web.shell.language import both

_LAND = "land_use"
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


def columns_read(plan: Plan) -> dict[str, list[str]]:
    """Return table → columns of the ledger that a plan's formulas, inputs and pools read."""
    own = plan.method.evaluates.table
    names = {name for typed in plan.formulas.values() for name in typed.names}
    for grade in plan.method.grades.values():
        names |= set() if grade.quota is None else set(grade.quota.pools)
    found: dict[str, list[str]] = {}
    for table, column in sorted(set(_sources(plan, names, own))):
        contract = plan.contracts.get(table)
        if contract is not None and column in contract.column_names and column not in contract.primary_key:
            found.setdefault(table, []).append(column)
        elif contract is not None and not column:
            found.setdefault(table, [])
    return found


def _sources(plan: Plan, names: set[str], own: str) -> Iterator[tuple[str, str]]:
    for name in names - set(plan.method.measures) - set(plan.given):
        one = plan.method.inputs.get(name)
        if one is None:
            yield own, name
        elif one.column is not None:
            yield split_column(one.column, own)
        elif one.ancestor is not None:
            yield own, one.ancestor.column
        elif one.rollup is not None:
            yield one.rollup.table, ""
        elif one.certified is not None:
            yield "certified_score", ""


def coverage(campaign: Campaign, firms: Firms) -> list[Needed]:
    """Say for every column the rule reads how many of the firms given have it in the campaign's year."""
    plan = plan_of(region(), campaign.method, campaign.year)
    register = ledger().table("enterprise").filter(pl.col("enterprise").is_in(list(firms.names)))
    lines = []
    for table, columns in columns_read(plan).items():
        contract = plan.contracts[table]
        title = both(contract.title, contract.title_en or contract.title)
        frame = ledger().land_use(campaign.year) if table == _LAND else ledger().table(table)
        if "year" in frame.columns:
            frame = frame.filter(pl.col("year") == campaign.year)
        if set(contract.primary_key) != _HEADS:
            there = frame.filter(pl.col("enterprise").is_in(list(firms.names)))["enterprise"].n_unique()
            lines.append(Needed(table, title, both("名单", "list"), there, None, ()))
            continue
        for column in columns:
            told = contract.column(column)
            has = frame.filter(pl.col(column).is_not_null())["enterprise"].to_list()
            without = register.filter(~pl.col("enterprise").is_in(has))
            have = register.height - without.height
            name = both(told.title, told.title_en or told.title)
            lines.append(Needed(table, title, name, have, register.height, _districts(without, campaign.year)))
    return sorted(lines, key=lambda one: (one.of is None, -one.lacking, one.table, one.column))


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
    return Answers(right, len(wrong), len(firms.names) - len(said), told)
