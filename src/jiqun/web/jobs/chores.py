"""Work that comes round by itself: each piece is begun by one worker only, however many there are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from jiqun.web.jobs.models import Chore

_LOG = logging.getLogger("jiqun.jobs")


@dataclass(frozen=True)
class Regular:
    """What is done again and again, and how long after it was last begun."""

    every: timedelta
    do: Callable[[], None]


REGULAR: dict[str, Regular] = {}


def regular(name: str, every: timedelta) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register what comes round by itself; it must bear being done twice, and takes a few seconds at most.

    Longer work asks the queue for a job instead.
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        REGULAR[name] = Regular(every, function)
        return function

    return register


def do_due() -> list[str]:
    """Do what is due and return its names; a fault of one is logged and keeps no other from its turn."""
    begun = dict(Chore.objects.values_list("name", "begun_at"))
    done = []
    for name, one in REGULAR.items():
        is_due = name not in begun or begun[name] <= timezone.now() - one.every
        if is_due and _is_mine(name, one):
            _do(name, one)
            done.append(name)
    return done


def _is_mine(name: str, one: Regular) -> bool:
    """Move the time forward; of several workers that try, one succeeds."""
    now = timezone.now()
    made = Chore.objects.get_or_create(name=name, defaults={"begun_at": now})[1]
    return made or bool(Chore.objects.filter(name=name, begun_at__lte=now - one.every).update(begun_at=now))


def _do(name: str, one: Regular) -> None:
    try:
        one.do()
    except Exception:
        _LOG.exception("%s broke", name)
