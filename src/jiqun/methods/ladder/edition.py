"""Which edition of a rule judges a case: decided by case type, day and cohort together, never by the day alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiqun.expressions import Exact, check, exact_value, parse
from jiqun.packs.lint_ladders import case_types
from jiqun.packs.models import EditionRule
from jiqun.problems import Place, ProblemsError, problem


@dataclass(frozen=True)
class ChosenEdition:
    """The edition that a case falls under, and why.

    `method` is None where nothing could be chosen: `missing` then names what would decide, and is empty where the case
    falls under no choice at all.
    """

    rule: str
    method: str | None
    edition: str | None = None
    reason: str = ""
    reason_en: str = ""
    clause: str | None = None
    missing: tuple[str, ...] = ()


def choose_edition(rule: EditionRule, case: Mapping[str, Exact]) -> ChosenEdition:
    """Return the first choice whose condition is true.

    A condition that cannot be decided ends the search: a later choice is never taken instead of one that might apply.
    What the case does not say is missing. Raises ProblemsError METHOD-110 for a name that the rule does not know.
    """
    unknown = sorted(set(case) - set(rule.case))
    if unknown:
        at = Place(item=rule.id)
        raise ProblemsError([problem("METHOD-110", at, name=unknown[0], known="、".join(rule.case))])
    values: dict[str, Exact] = {name: case.get(name) for name in rule.case}
    for choice in rule.choices:
        if choice.where is not None:
            typed = check(parse(choice.where), case_types(rule.case))
            verdict = exact_value(typed, values)
            if verdict is None:
                missing = tuple(name for name in rule.case if name in typed.names and values[name] is None)
                return ChosenEdition(rule.id, None, missing=missing)
            if not verdict:
                continue
        title_en = choice.title_en or choice.title
        return ChosenEdition(
            rule.id, choice.use.method, choice.use.edition, choice.title, title_en, choice.clause or rule.clause
        )
    return ChosenEdition(rule.id, None)
