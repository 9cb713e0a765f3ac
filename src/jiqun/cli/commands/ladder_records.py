"""What a firm on the ladder and a target of cultivation are as JSON: standing, what was assessed, what is missing."""

from __future__ import annotations

from jiqun.cli.speech import language
from jiqun.methods.ladder import (
    Assessment,
    CultivationRow,
    Standing,
)
from jiqun.methods.ladder.words import (
    all_lacking_words,
    criterion_title,
    edition_words,
)


def standing_record(one: Standing) -> dict[str, object]:
    """Return a standing as a record for JSON."""
    return {
        "enterprise": one.enterprise,
        "name": one.name,
        "district": one.district,
        "held": one.held,
        "pool": one.pool,
        "barred_until": one.barred_until,
        "titles": [
            {
                name: getattr(holding, name)
                for name in ("title", "state", "since", "granted", "valid_to", "document", "regime", "update_state")
            }
            for holding in one.holdings
        ],
        "deadlines": [
            {"kind": each.kind, "title": each.title, "day": each.day, "missed": each.missed} for each in one.deadlines
        ],
        "next": None if one.next is None else _assessment_record(one.next),
        "review": None if one.review is None else _assessment_record(one.review),
        "sides": [_assessment_record(side) for side in one.sides],
    }


def _assessment_record(one: Assessment) -> dict[str, object]:
    spoken = language()
    return {
        "rung": one.rung,
        "case": one.case.case_type,
        "method": one.edition.method,
        "edition": one.edition.edition,
        "why": edition_words(one.edition, spoken),
        "verdict": one.verdict,
        "advice": one.advice,
        "coverage": float(one.coverage),
        "lacking": all_lacking_words(one, spoken) if one.plan is not None else "",
        "criteria": [
            {
                "name": state.name,
                "title": criterion_title(one, state.name, spoken),
                "result": state.result,
                "blocks": state.blocks,
                "gaps": [
                    {
                        name: getattr(gap, name)
                        for name in ("figure", "value", "comparison", "bound", "distance", "unit")
                    }
                    for gap in state.gaps
                ],
                "unknown": list(state.unknown),
            }
            for state in one.criteria
        ],
    }


def target_record(one: CultivationRow) -> dict[str, object]:
    names = ("title", "count", "district", "target", "done", "share", "by", "document", "clause")
    return {name: getattr(one, name) for name in names}
