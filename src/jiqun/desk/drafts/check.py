"""Checking a draft as part of the whole law book: its own lines, and whatever else it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from jiqun.desk.context import PUBLISHED, Context
from jiqun.desk.drafts.drafting import draft_context
from jiqun.desk.drafts.parameter_uses import methods_reading
from jiqun.desk.drafts.parts import Basis, Files, parts, places
from jiqun.methods import load
from jiqun.methods.linting.examples_check import missed, run_or_told
from jiqun.methods.linting.lint import lint_method
from jiqun.methods.linting.whole import without_follow_ups
from jiqun.packs import LawBook, Method, Parameter, read
from jiqun.packs.lawobject import EDITIONED, LawObject
from jiqun.packs.lint import lint
from jiqun.packs.models import Example
from jiqun.packs.reading import LARGEST
from jiqun.packs.unread import told_once
from jiqun.problems import Problem, problem

_READ_BY_ALL = ("table", "taxonomy")  # what every method may rest on, so that every one is compiled again


def checked(context: Context, basis: Basis, files: Files) -> tuple[Problem, ...]:
    """Return what is wrong or doubtful in a draft, at its lines, and what it breaks elsewhere in the law.

    Reading, lint of packs, lint of every rule it has or touches; worked examples of the draft must come out digit for
    digit (DRAFT-004), and those of rules it touches are told where they no longer do (DRAFT-006).
    """
    if too_large := [name for name, text in files.items() if len(text.encode()) > LARGEST]:
        return tuple(
            problem("PACK-006", file=name, size=len(files[name].encode()), limit=LARGEST) for name in too_large
        )
    there = draft_context(context, basis, files)
    names = {f"{PUBLISHED}/{path}" for path in places(files).values()}
    book, found = read(*there.roots, pack_ids=there.pack_ids)
    before = _said(context.book)
    every = [*found, *lint(book), *_taken(context, files)]
    mine = [one for one in every if one.place.file in names or _is_new_error(one, before)]
    if not any(one.severity == "error" for one in mine):
        mine += _rules(context, book, files)
    if not any(one.severity == "error" for one in mine):
        mine += _examples(context, book, files)
    return told_once(without_follow_ups({one.text("en"): one for one in mine}.values()))


def _is_new_error(one: Problem, before: frozenset[str]) -> bool:
    return one.severity == "error" and one.text("en") not in before


@lru_cache(maxsize=4)
def _said(book: LawBook) -> frozenset[str]:
    """What lint says of the law in force, which no draft answers for."""
    return frozenset(one.text("en") for one in lint(book))


def _taken(context: Context, files: Files) -> Iterator[Problem]:
    """DRAFT-001 for an edition that is law already: a draft never stands in for it."""
    for one in parts(files):
        if one.kind in EDITIONED and any(
            there.model.edition == one.edition for there in context.everything.editions(one.kind, one.id)
        ):
            yield problem("DRAFT-001", method=one.id, edition=one.edition)


# --- rules


def _rules(context: Context, book: LawBook, files: Files) -> list[Problem]:
    """Lint the draft's own rules, and the rules it touches as far as they were sound before."""
    found: list[Problem] = []
    own = {(one.id, one.edition) for one in parts(files) if one.kind == "method"}
    for id_, edition in sorted(own):
        found += _linted(book, id_, edition)
    for one in touched(book, files):
        if (one.id, one.edition or "") not in own:
            was = {each.text("en") for each in _linted(context.book, one.id, one.edition or "")}
            found += [each for each in _linted(book, one.id, one.edition or "") if _is_new_error(each, frozenset(was))]
    return found


def _linted(book: LawBook, id_: str, edition: str) -> tuple[Problem, ...]:
    if not any((one.model.edition or "") == edition for one in book.editions("method", id_)):
        return ()
    rule = load(id_, book, edition or None)
    return lint_method(rule.method, book, at=rule.at)


def touched(book: LawBook, files: Files) -> list[Method]:
    """Return the rules of a law book that rest on what a draft changes beside rules."""
    kinds = {one.kind for one in parts(files)}
    if kinds & set(_READ_BY_ALL):
        return [one.model for one in book.objects("method") if isinstance(one.model, Method)]
    ids = {one.id for one in parts(files) if one.kind == "parameter"}
    changed = [one.model for one in book.objects("parameter") if one.id in ids and isinstance(one.model, Parameter)]
    return methods_reading(book, changed)


# --- worked examples


def _examples(context: Context, book: LawBook, files: Files) -> Iterator[Problem]:
    own = {(one.id, one.edition) for one in parts(files) if one.kind == "example"}
    for one in _objects(book):
        if isinstance(one.model, Example) and (one.id, one.model.edition or "") in own:
            yield from missed(one, run_or_told(book, one.model), "DRAFT-004")
    ids = {one.id for one in parts(files) if one.kind == "parameter"}
    rules = {one.id for one in touched(book, files)} if ids else set()
    renewed = {one.id for one in parts(files) if one.kind == "method"}
    for one in _objects(context.book):
        example = one.model
        assert isinstance(example, Example)
        if example.method in rules and (example.method not in renewed or example.method_edition):
            yield from missed(one, run_or_told(book, example), "DRAFT-006")


def _objects(book: LawBook) -> Iterator[LawObject]:
    yield from book.objects("example")
