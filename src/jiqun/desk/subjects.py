"""Whom a person means: an id, a social credit code, a name or a part of a name."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import fuzz, process

from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import comparable

_SHOWN = 8
_NEAR_ENOUGH = 50


def find_subject(asked: str, names: Mapping[str, str]) -> str:
    """Return the id that is meant; `names` maps every id to its name (empty where it has none).

    The order: the id itself → the whole name → the beginning of an id or a part of a name that only one has.
    CLI-001 where nobody fits, CLI-002 where several do.

    >>> find_subject("精密", {"91A": "江南精密机械有限公司", "91B": "江北铸造有限公司"})
    '91A'
    """
    text = comparable(asked)
    if not text:
        raise ProblemsError([problem("CLI-001", asked=asked, nearest="—")])
    exact = [one for one in names if comparable(one) == text] or [
        one for one, name in names.items() if comparable(name) == text
    ]
    found = exact or [
        one for one, name in names.items() if text in comparable(name) or comparable(one).startswith(text)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        listed = "；".join(f"{one} {names[one]}".strip() for one in sorted(found)[:_SHOWN])
        more = "…" if len(found) > _SHOWN else ""
        raise ProblemsError([problem("CLI-002", Place(), asked=asked, count=len(found), listed=listed + more)])
    raise ProblemsError([problem("CLI-001", asked=asked, nearest=_nearest(asked, names))])


def _nearest(asked: str, names: Mapping[str, str]) -> str:
    shown = {one: f"{one} {name}".strip() for one, name in names.items()}
    near = process.extract(asked, shown, scorer=fuzz.WRatio, limit=3, score_cutoff=_NEAR_ENOUGH)
    return "；".join(text for text, _, _ in near) or "—"
