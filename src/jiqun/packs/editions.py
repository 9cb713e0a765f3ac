"""Which edition of a rule is meant where nobody names one: the one in force at the end of the period."""

from __future__ import annotations

from jiqun.packs.lawbook import LawBook
from jiqun.packs.models.example import Example
from jiqun.packs.models.method import Method
from jiqun.values import Period

USUAL_PERIOD = "2024"  # of an example whose rule has nothing dated


def edition_at(book: LawBook, id: str, period: Period) -> str | None:
    """Return the edition in force on the last day of a period; None, the latest, where none or several were."""
    then = book.methods_for(period.last, id=id)
    return then[0].edition if len(then) == 1 else None


def rule_of(book: LawBook, example: Example) -> Method:
    """Return the edition of the rule that a worked example is of; a new edition does not take the old one's over."""
    edition = example.method_edition
    if edition is None:
        try:
            edition = edition_at(book, example.method, Period.parse(example.period or USUAL_PERIOD))
        except ValueError:  # told by the lint of examples
            edition = None
    return book.method(example.method, edition)
