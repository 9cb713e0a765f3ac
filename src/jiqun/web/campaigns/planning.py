"""The planned days of a campaign's stages, counted in working days or written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from jiqun.problems import Problem, ProblemsError
from jiqun.web.campaigns.conditions import RefusedError
from jiqun.web.campaigns.state import STAGES, Stage, calendar

YEARS = range(1990, 2101)


def a_day(text: str) -> date:
    """Read a day of a campaign; ValueError for what is none or lies where no campaign does."""
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError(text)
    return day


def planned(said: Mapping[str, str], start: date, days: Mapping[str, int]) -> dict[str, tuple[str, str]]:
    """Return first and last day of every stage: counted in working days, or the last day that somebody wrote.

    Where the holidays of a year are not known nothing is counted and the last days have to be written: of the stage
    that reaches into it, and of those after it, whose first day nobody knows.
    """
    plan: dict[str, tuple[str, str]] = {}
    first, untold, why = start, list[Stage](), list[Problem]()
    for one in STAGES:
        written = said.get(f"last_{one.id}", "").strip()
        if untold and not written:
            untold.append(one)
            continue
        try:
            last = a_day(written) if written else calendar().after(first - timedelta(days=1), days[one.id])
        except ProblemsError as told:
            untold.append(one)
            why.append(told.problems[0])
            continue
        except ValueError as wrong:
            raise RefusedError(f"“{one.title}”的截止日期不对。", f"The last day of {one.title_en} is wrong.") from wrong
        if last < first:
            raise RefusedError(f"“{one.title}”的截止日期早于开始。", f"{one.title_en} ends before it begins.")
        plan[one.id] = (first.isoformat(), last.isoformat())
        first = last + timedelta(days=1)
    if untold:
        zh, en = "、".join(one.title for one in untold), ", ".join(one.title_en for one in untold)
        raise RefusedError(
            f"{why[0].what()}请写明这些阶段的截止日期：{zh}。", f"{why[0].what('en')} Give the last days of: {en}."
        )
    return plan
