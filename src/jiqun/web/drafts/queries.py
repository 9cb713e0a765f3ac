"""What the pages of drafts read: the numbers of a form with their names, and what a draft changes, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jiqun.desk.drafting import METHOD, draft_context
from jiqun.desk.rule_text import Number, head_of, numbers
from jiqun.problems import Language
from jiqun.web.drafts.state import State
from jiqun.web.region import region
from jiqun.web.rules.printed import differences, print_rule
from jiqun.web.rules.queries import book_of

_WORDS: Mapping[str, tuple[str, str]] = {
    "scores": ("评分", "scores"), "totals": ("总分", "totals"), "grades": ("分档", "grades"),
    "moves": ("调档", "moves"), "weights": ("权重", "weights"), "weight": ("权重", "weight"),
    "cap_times": ("上限倍数", "cap, times weight"), "cap": ("上限", "cap"), "floor": ("下限", "floor"),
    "smallest": ("最小池（家）", "smallest pool"), "points": ("得分", "points"), "share": ("比例", "share"),
    "shares": ("比例", "share"), "times": ("倍数", "times"), "most": ("最多", "at most"), "least": ("最少", "at least"),
    "quota": ("名额", "quota"), "small_pool": ("小池", "small pool"), "all": ("全部", "all"), "bands": ("区间", "band"),
    "from": ("起", "from"), "to": ("止", "to"), "places": ("名额", "places"),
}  # fmt: skip


LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Field:
    """A number of the form: its name, its label by parts, what it says and what the old edition says."""

    name: str
    group: str
    label: str
    value: str
    before: str


def fields(state: State, before: str, language: Language) -> list[Field]:
    """Return the numbers of a draft's rule that an officer changes, in the order of the rule."""
    old = {one.name: one.text for one in numbers(before)}
    titles = _titles(state.files[METHOD], language)
    found = []
    for one in numbers(state.files[METHOD]):
        parts = _label(one, titles, language)
        found.append(Field(one.name, parts[0], " · ".join(parts[1:]), one.text, old.get(one.name, "")))
    return found


def _titles(text: str, language: Language) -> dict[str, str]:
    """Return name → title of everything that a rule gives a title."""
    found: dict[str, str] = {}
    for part in head_of(text).values():
        for name, entry in part.items() if isinstance(part, dict) else ():
            if isinstance(entry, dict) and "title" in entry:
                found.setdefault(str(name), str(entry.get("title_en" if language == "en" else "title", entry["title"])))
    return found


def _label(one: Number, titles: Mapping[str, str], language: Language) -> list[str]:
    at = 1 if language == "en" else 0
    said = [
        _WORDS[str(part)][at]
        if str(part) in _WORDS
        else titles.get(str(part), str(part + 1 if isinstance(part, int) else part))
        for part in one.route
        if part not in ("quota", "all")
    ]
    head = 2 if one.route[0] == "scores" and len(said) > 2 else 1
    return [" · ".join(said[:head]), *said[head:]]


def changes_of(state: State) -> dict[str, list[dict[str, str]]]:
    """Return what a sound draft changes of the rule it came from, row by row, in both languages."""
    after = draft_context(region(), state.basis, state.files).book
    book = book_of(state.draft.method)
    old, new = (
        book.method(state.draft.method, state.draft.base or None),
        after.method(state.draft.method, state.draft.edition),
    )
    return {
        language: [vars(one) for one in differences(print_rule(old, book, language), print_rule(new, after, language))]
        for language in LANGUAGES
    }


def numbered(
    text: str, problems: Sequence[Mapping[str, Any]], file: str
) -> list[tuple[int, str, list[Mapping[str, Any]]]]:
    """Return the lines of a text near a problem, with what is wrong there."""
    lines = text.splitlines()
    found: dict[int, list[Mapping[str, Any]]] = {}
    for one in problems:
        if file in (one.get("file") or ""):
            found.setdefault(int(one.get("line") or 1), []).append(one)
    return [(at, lines[at - 1] if at <= len(lines) else "", found[at]) for at in sorted(found)]
