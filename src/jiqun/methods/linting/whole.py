"""Lint of a whole law book: packs and what their methods mean, each fault once and no follow-ups of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiqun.methods.linting.lint import lint_method
from jiqun.methods.loading import load
from jiqun.packs import LawBook
from jiqun.packs.lint import lint
from jiqun.packs.lint_methods import parts
from jiqun.packs.unread import Unread, is_unread, missed, told_once
from jiqun.problems import Problem

_MISREAD = ("PACK-009", "PACK-010")
_SPOILS = ("PACK-035", "PACK-103", "PACK-104", "PACK-114")
# what a fault makes other checks say too, in the same file
_FOLLOWS = {
    "PACK-008": ("METHOD-", "EXPR-", "PACK-1"),  # of two equal keys one was dropped: the rest is not what was written
    "PACK-103": ("METHOD-005", "METHOD-015", "EXPR-010"),
    "PACK-107": ("METHOD-004", "METHOD-109"),
    "PACK-108": ("METHOD-008", "METHOD-121", "PACK-040"),
    "PACK-109": ("METHOD-008", "METHOD-121", "PACK-042"),
    "PACK-110": ("METHOD-002", "METHOD-003", "METHOD-007", "METHOD-120", "EXPR-010"),
    "PACK-111": ("METHOD-003",),
    "PACK-114": ("METHOD-109",),
}


def lint_whole(book: LawBook, reading: Iterable[Problem] = ()) -> tuple[Problem, ...]:
    """Return the problems of reading, of the lint of packs and of every method, sorted by place."""
    found = [*reading, *lint(book)]
    found += [one for one in _methods(book, _faulty(book, found)) if not missed(one, book.unread)]
    return told_once(without_follow_ups({one.text("en"): one for one in found}.values()))


def without_follow_ups(found: Iterable[Problem]) -> Iterator[Problem]:
    """Leave out what another fault of the same file makes the checks of methods say too."""
    held = list(found)
    said: dict[str, set[str]] = {}
    for one in held:
        said.setdefault(one.place.file, set()).update(_FOLLOWS.get(one.code, ()))
    misread = {_spot(one) for one in held if one.code in _MISREAD}
    doubled = {
        one.values["table"] for one in held if one.code == "PACK-035"
    }  # a second column hides the one that is meant
    for one in held:
        there = _spot(one) in misread and one.code not in _MISREAD
        there = there or (one.code == "PACK-111" and one.values["table"] in doubled)
        if not there and not one.code.startswith(tuple(said[one.place.file])):
            yield one


def _spot(one: Problem) -> tuple[str, int, int]:
    return one.place.file, one.place.line, one.place.column


def _faulty(book: LawBook, found: Iterable[Problem]) -> Unread:
    """Return the tables and parameters of which a column, unit or date is wrong: no method can be judged by them."""
    files = {one.place.file for one in found if one.code in _SPOILS}
    return frozenset((one.kind, one.id) for one in book.objects() if one.source.file in files) | book.unread


def _methods(book: LawBook, faulty: Unread) -> Iterator[Problem]:
    """Compile and lint every method that rests on nothing faulty, each fault at its line."""
    for one in book.objects("method"):
        rule = load(one.id, book, one.model.edition)
        used = [
            (kind, name)
            for _, part in parts(rule.method)
            for kind in ("table", "parameter")
            if isinstance(name := getattr(part, kind, None), str)
        ]
        if not any(is_unread(faulty, kind, name) for kind, name in used):
            yield from lint_method(rule.method, book, at=rule.at)
