"""Printed rules and their indicators, kept while neither the rule nor the law book changes."""

from __future__ import annotations

from typing import Any

from jiqun.desk.printed_rule import Printed, taken_apart
from jiqun.methods.wording.data import data_rows, results_words
from jiqun.methods.wording.indicators import Group, indicator_groups
from jiqun.methods.wording.rule import newest_plan, rule_text
from jiqun.methods.wording.voice import Voice
from jiqun.packs import LawBook, Method
from jiqun.problems import Language
from jiqun.web.kept import kept


@kept(64)
def printed(method_digest: str, book_digest: str, language: Language) -> dict[str, Any]:
    """A place for printed rules and their indicators by their digests, filled by the functions below."""
    return {}


def print_rule(method: Method, book: LawBook, language: Language) -> Printed:
    """Print a rule and take it apart; kept while neither it nor the law book changes."""
    kept = printed(method.digest, book.digest, language)
    if "rule" not in kept:
        kept["rule"] = taken_apart(rule_text(method, book, language), language)
    found: Printed = kept["rule"]
    return found


def indicators(method: Method, book: LawBook, language: Language) -> tuple[Group, ...]:
    """Return the indicators of a rule by population; kept while neither it nor the law book changes."""
    kept = printed(method.digest, book.digest, language)
    if "indicators" not in kept:
        voice = Voice(newest_plan(method, book), language, book)
        kept["indicators"] = tuple(indicator_groups(voice))
    found: tuple[Group, ...] = kept["indicators"]
    return found


def forms(method: Method, book: LawBook, language: Language) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Return what is filled in for a rule (title, id and columns of each table), and which results come first."""
    kept = printed(method.digest, book.digest, language)
    if "forms" not in kept:
        voice = Voice(newest_plan(method, book), language, book)
        kept["forms"] = tuple(data_rows(voice)), results_words(voice)
    found: tuple[tuple[tuple[str, ...], ...], str] = kept["forms"]
    return found
