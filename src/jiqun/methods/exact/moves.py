"""Changes of grade after the ranking, in their order, each one logged (S11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.member import Member, Moved, groups
from jiqun.packs.models.method import Move


@dataclass(frozen=True)
class Listing:
    """A row of the table adjustment: what a list with a document says about a subject."""

    grade: str | None = None
    steps: int | None = None
    reason: str = ""
    document: str = ""


Listings = Mapping[tuple[str, str], Listing]  # by subject and kind


def read_listings(plan: Plan, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Listing]:
    """Read the adjustments of the evaluated period; a later row about the same subject and kind replaces an earlier."""
    return {
        (str(row[plan.subject]), str(row["kind"])): Listing(
            row.get("grade"),
            None if row.get("steps") is None else int(row["steps"]),
            row.get("reason") or "",
            row.get("document") or "",
        )
        for row in rows
        if row.get("year") is None or int(row["year"]) == plan.period.year
    }


def move(plan: Plan, members: Sequence[Member], listings: Listings) -> None:
    """Run the moves as written, then hold protected subjects at their floor."""
    for order, name in enumerate(plan.method.moves, start=1):
        _run(plan, order, name, members, listings)
    for member in members:
        _protect(plan, member, len(plan.method.moves) + 1)


def _run(plan: Plan, order: int, name: str, members: Sequence[Member], listings: Listings) -> None:
    one = plan.method.moves[name]
    before = {member.subject: member.grade for member in members}
    moved: list[tuple[Member, str | None, Listing]] = []
    touched: list[tuple[Member, Listing]] = []
    for member in members:
        listing = listings.get((member.subject, one.listed)) if one.listed is not None else Listing()
        if listing is None or not _is_open_to(plan, one, member):
            continue
        verdict = True if one.where is None else member.truth(plan, f"moves.{name}.where")
        if verdict is None:
            _log(plan, order, name, member, member.grade, "unknown", listing)
        elif verdict:
            touched.append((member, listing))
    shared = _shared_grades(plan, one, [member for member, _ in touched])
    for member, listing in touched:
        if one.inherit is not None:
            moved += _inherited(plan, order, name, member, listing, before)
        elif one.share is not None:
            moved.append((member, shared.get(member.subject, member.grade), listing))
        else:
            moved.append((member, _target(plan, one, member, listing), listing))
    for member, target, listing in moved:
        _apply(plan, order, name, member, target, listing)


def _is_open_to(plan: Plan, one: Move, member: Member) -> bool:
    """Members of the move's populations who have a grade; a fix also grades members who have none."""
    if plan.grade(member.population or "") is None:
        return False
    if not member.is_member or (one.populations is not None and member.population not in one.populations):
        return False
    return one.move == "fix" or member.grade is not None


def _classes(plan: Plan, member: Member) -> Sequence[str]:
    grading = plan.grade(member.population or "")
    return () if grading is None else grading.classes


def _position(plan: Plan, member: Member, grade: str | None) -> int:
    """The place of a grade, 0 for the best; no grade is below all."""
    classes = _classes(plan, member)
    return classes.index(grade) if grade in classes else len(classes)


def _target(plan: Plan, one: Move, member: Member, listing: Listing) -> str | None:
    if one.move in ("raise", "lower"):
        return _stepped(plan, one, member, listing)
    to = listing.grade or one.to
    if one.move == "not_below" and _position(plan, member, member.grade) <= _position(plan, member, to):
        return member.grade
    if one.move == "not_above" and _position(plan, member, member.grade) >= _position(plan, member, to):
        return member.grade
    return to


def _stepped(plan: Plan, one: Move, member: Member, listing: Listing) -> str | None:
    """So many classes up or down; a list's row with a grade and no steps goes up or down to that grade."""
    classes, here = _classes(plan, member), _position(plan, member, member.grade)
    if listing.grade is not None and listing.steps is None:
        named = _position(plan, member, listing.grade)
        place = min(here, named) if one.move == "raise" else max(here, named)
    else:
        steps = one.steps if listing.steps is None else listing.steps
        place = here - steps if one.move == "raise" else here + steps
    return classes[min(max(place, 0), len(classes) - 1)]


def _inherited(
    plan: Plan, order: int, name: str, member: Member, listing: Listing, before: Mapping[str, str | None]
) -> list[tuple[Member, str | None, Listing]]:
    """Take the other subject's grade; where there is no such subject or it has no grade, say that it is unknown."""
    inherit = plan.method.moves[name].inherit
    assert inherit is not None
    other = member.names[inherit.from_subject]
    if other is None and plan.method.moves[name].where is None:
        return []
    theirs = before.get(str(other))
    if theirs is None:
        _log(plan, order, name, member, member.grade, "unknown", listing)
        return []
    return [(member, theirs, listing)]


def _shared_grades(plan: Plan, one: Move, touched: Sequence[Member]) -> dict[str, str | None]:
    """The worst or best grade among those of a group whom the move is about."""
    if one.share is None:
        return {}
    found: dict[str, str | None] = {}
    for _, group in groups(touched, lambda member: member.key((one.share.group,) if one.share else ())):
        pick = max if one.share.take == "worst" else min
        grade = pick(group, key=lambda member: _position(plan, member, member.grade)).grade
        found |= {member.subject: grade for member in group}
    return found


def _apply(plan: Plan, order: int, name: str, member: Member, target: str | None, listing: Listing) -> None:
    one = plan.method.moves[name]
    better = _position(plan, member, target) < _position(plan, member, member.grade)
    if member.locked and better:
        _log(plan, order, name, member, member.grade, "locked", listing)
        return
    if target != member.grade or one.listed is not None:
        _log(plan, order, name, member, target, listing.reason or "rule", listing)
    member.grade = target
    member.know("grade", target)
    member.locked = member.locked or one.move == "veto"


def _log(plan: Plan, order: int, name: str, member: Member, to: str | None, reason: str, listing: Listing) -> None:
    clause = plan.method.moves[name].clause or ""
    member.moves.append(Moved(member.subject, order, name, member.grade, to, reason, listing.document, clause))


def _protect(plan: Plan, member: Member, order: int) -> None:
    """Hold a protected subject at its floor; a vetoed one is not held, and no grade stays no grade."""
    floor_grade = member.floor_grade
    if floor_grade is None or member.grade is None or member.locked or member.exception is None:
        return
    if _position(plan, member, member.grade) > _position(plan, member, floor_grade):
        clause = plan.method.exceptions[member.exception].clause or ""
        member.moves.append(
            Moved(member.subject, order, member.exception, member.grade, floor_grade, "protected", "", clause)
        )
        member.grade = floor_grade
        member.know("grade", floor_grade)
