"""Until when an edition of a rule is in force: to its own last day, or to the day before one that supersedes it begins.

A published file is never edited. That an edition ends, as a new paper's last article says of the old paper (原办法同时
废止), is therefore said by the edition that supersedes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from jiqun.packs.models import Method
from jiqun.packs.models.base import Span, Status

# an edition ends others of its own force or less: a rule on trial ends none in force, a draft ends none
_FORCE: Mapping[Status, int] = {"draft": 0, "trial": 1, "in_force": 2, "repealed": 2}


def successor_of(method: Method, editions: Iterable[Method]) -> Method | None:
    """Return the edition that an edition of a rule is superseded by: of several, the one that begins first."""
    return min(_successors(method, editions), key=_first, default=None)


def days_in_force(method: Method, editions: Iterable[Method]) -> Span:
    """Return the days in which an edition of a rule is in force, both included.

    Where its successor begins on the same day or earlier, as a correction does, the span ends before it begins and
    covers no day.
    """
    own, successor = method.in_force, successor_of(method, editions)
    if successor is None:
        return own
    ends = _first(successor) - timedelta(days=1)
    return Span(from_=own.from_, to=ends if own.to is None else min(own.to, ends))


def _successors(method: Method, editions: Iterable[Method]) -> Iterator[Method]:
    for one in editions:
        names_it = (method.edition or "") in one.supersedes and one.edition != method.edition
        if names_it and one.in_force.from_ is not None and _FORCE[one.status] >= max(1, _FORCE[method.status]):
            yield one


def _first(method: Method) -> date:
    assert method.in_force.from_ is not None
    return method.in_force.from_
