"""Which rules an officer may pick where firms are evaluated by the year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from jiqun.desk.leading import PER_MU
from jiqun.packs import Method
from jiqun.web.region import region
from jiqun.web.shell.language import both


@dataclass(frozen=True)
class Offered:
    """A rule in a choice: `asked` names its edition where a rule has several, `first` marks those of per-mu.

    `only_trial`: nothing evaluated under it can be signed.
    """

    asked: str
    title: str
    first: bool
    only_trial: bool


def rules_of_firms(*, graded: bool = False) -> list[Offered]:
    """Return the rules that evaluate firms by the year; `graded`: only those with classes.

    Those of per-mu come first, and what can be signed before what can only be tried, the later edition before others.
    """
    found = [one.model for one in region().book.objects("method") if isinstance(one.model, Method)]
    own = [one for one in found if one.evaluates.table == "enterprise_year" and (one.grades or not graded)]
    editions = Counter(one.id for one in own)
    own.sort(key=lambda one: one.edition or "", reverse=True)
    offered = [_offered(one, several=editions[one.id] > 1) for one in own]
    return sorted(offered, key=lambda one: (not one.first, one.only_trial))


def _offered(rule: Method, *, several: bool) -> Offered:
    asked, title = rule.id, both(rule.title, rule.title_en or rule.title)
    if several and rule.edition:
        asked, title = f"{rule.id}@{rule.edition}", title + both(f"（{rule.edition} 版）", f" ({rule.edition} edition)")
    trial = rule.status != "in_force" or rule.completeness == "illustrative"
    return Offered(asked, title, rule.id.startswith(PER_MU), trial)
