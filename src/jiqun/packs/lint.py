"""Lint of law books: everything that can be said about packs without running them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from jiqun.packs.lawbook import LawBook
from jiqun.packs.lint_documents import documents, headers
from jiqun.packs.lint_examples import examples
from jiqun.packs.lint_ladders import edition_rules, ladders
from jiqun.packs.lint_methods import methods
from jiqun.packs.lint_parameters import parameters
from jiqun.packs.lint_tables import tables
from jiqun.packs.lint_taxonomies import taxonomies
from jiqun.packs.loader import read
from jiqun.packs.released import released
from jiqun.packs.unread import told_once, without_follow_ups
from jiqun.problems import Problem, by_place

_RULES: tuple[Callable[[LawBook], Iterator[Problem]], ...] = (
    headers,
    documents,
    parameters,
    taxonomies,
    tables,
    methods,
    examples,
    edition_rules,
    ladders,
    released,
)


def lint(book: LawBook) -> tuple[Problem, ...]:
    """Return what is wrong or doubtful in the objects in force, sorted by place."""
    found = (one for rule in _RULES for one in rule(book))
    return by_place(without_follow_ups(found, book.unread, book.torn))


def lint_folders(*roots: Path) -> tuple[Problem, ...]:
    """Read every pack under the roots and return the problems of reading and of lint together."""
    book, problems = read(*roots)
    return told_once([*problems, *lint(book)])
